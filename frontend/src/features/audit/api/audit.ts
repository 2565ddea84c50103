import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  AuditEntry,
  AuditEntryList,
  AuditedSearch,
  AuditedSearchList,
  AuditVerification,
} from '../../../../../functions/audit/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type Entry = AuditEntry;
export type Search = AuditedSearch;
export type Verification = AuditVerification;

/** What entries are looked for; an entity is followed when both of its members are given. */
export interface AuditFilter {
  /** Empty for what was done; `none` for what was searched, which stands in no chain. */
  readonly chain: string;
  readonly actor: string;
  readonly action: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly result: string;
  readonly from: string;
  readonly to: string;
}

const PAGE_SIZE = 50;

function useList<List extends AuditEntryList | AuditedSearchList>(filter: AuditFilter) {
  const queryKey = [useStore(currentProject), 'audit', filter] as const;
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ signal, pageParam }) =>
      request<List>('/api/v1/audit', {
        query: { ...filter, limit: PAGE_SIZE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
  return { query, queryKey };
}

export const useAudit = (filter: AuditFilter) => useList<AuditEntryList>(filter);
export const useSearches = (filter: AuditFilter) => useList<AuditedSearchList>(filter);

/** All of the chain compared with its hashes and seals, a stretch at a time. */
async function verifyAll(signal: AbortSignal): Promise<Verification> {
  let whole: Verification | null = null;
  let from: number | null = 1;
  while (from !== null) {
    const part: Verification = await request('/api/v1/audit/verify', { query: { from_seq: from }, signal });
    whole =
      whole === null
        ? part
        : {
            ...part,
            intact: whole.intact && part.intact,
            from_seq: whole.from_seq,
            checked: whole.checked + part.checked,
            findings: [...whole.findings, ...part.findings],
            unfinished: [...whole.unfinished, ...part.unfinished],
          };
    from = part.next_seq;
  }
  // the loop runs at least once
  return whole as Verification;
}

export function useVerification() {
  const queryKey = [useStore(currentProject), 'audit-verification'] as const;
  const query = useQuery({ queryKey, queryFn: ({ signal }) => verifyAll(signal), staleTime: 60_000 });
  return { query, queryKey };
}
