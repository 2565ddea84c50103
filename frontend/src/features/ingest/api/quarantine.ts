import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  QuarantineEntry,
  QuarantineList,
  QuarantinePreview,
  RedriveResult,
} from '../../../../../functions/ingest/quarantine-api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type Entry = QuarantineEntry;
export type Preview = QuarantinePreview;
export type Redriven = RedriveResult;

const PATH = '/api/v1/ingest/quarantine';

export function useQuarantine(reason: string) {
  const queryKey = [useStore(currentProject), 'quarantine', reason] as const;
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ signal, pageParam }) => request<QuarantineList>(PATH, { query: { reason, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
  return { query, queryKey };
}

export function usePreview(id: string) {
  const queryKey = [useStore(currentProject), 'quarantined', id] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<Preview>(`${PATH}/${encodeURIComponent(id)}`, { signal }),
  });
  return { query, queryKey };
}

/** Tries one entry again, or all whose reason holds some words, a stretch at a time until the last. */
export function useRedrive() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (what: { id: string } | { reason: string }): Promise<Redriven> => {
      if ('id' in what) return request<Redriven>(`${PATH}/${encodeURIComponent(what.id)}/redrive`, { method: 'POST' });
      const filter = what.reason === '' ? {} : { reason: what.reason };
      let whole: Redriven = { entries: 0, stored: 0, refused: 0, reasons: [], next_cursor: null };
      let cursor: string | null = null;
      do {
        const part: Redriven = await request<Redriven>(`${PATH}/redrive`, {
          method: 'POST',
          json: { ...filter, ...(cursor !== null && { cursor }) },
        });
        whole = {
          entries: whole.entries + part.entries,
          stored: whole.stored + part.stored,
          refused: whole.refused + part.refused,
          reasons: [...new Set([...whole.reasons, ...part.reasons])].slice(0, 5),
          next_cursor: null,
        };
        cursor = part.next_cursor;
      } while (cursor !== null);
      return whole;
    },
    onSettled: () => client.invalidateQueries({ queryKey: [currentProject.get()] }),
  });
}
