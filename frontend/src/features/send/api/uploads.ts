import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Upload, UploadList } from '../../../../../functions/ingest/uploads-api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';
import { sendFiles } from '../sendings.ts';

const POLL_MILLIS = 2_000;
const isUnderWay = ({ status }: Upload): boolean => status === 'queued' || status === 'processing';

/** Uploads of the project, asked again while one is under way. */
export function useUploads() {
  const queryKey = [useStore(currentProject), 'uploads'] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<UploadList>('/api/v1/uploads', { signal }),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? POLL_MILLIS : false),
  });
  return { query, queryKey };
}

/** Sends files; the list tells of each that arrived. */
export function useSendFiles(): (files: readonly File[]) => void {
  const client = useQueryClient();
  return useCallback(
    (files) => {
      const tell = () => void client.invalidateQueries({ queryKey: [currentProject.get(), 'uploads'] });
      void sendFiles(files, tell);
    },
    [client],
  );
}
