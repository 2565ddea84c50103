import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { LastResponse, SearchResponse } from '../../../../../functions/search/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export interface ServerStatus {
  readonly local: boolean;
  readonly ingest_url: string;
  readonly version: string;
}
export interface NewKey {
  readonly id: string;
  readonly name: string;
  /** Shown this once. */
  readonly key: string;
}

const POLL_MILLIS = 3_000;

/** How many events the project has, asked again every three seconds while the page is open. */
export function useArrivals() {
  const project = useStore(currentProject);
  return useQuery({
    queryKey: [project, 'arrivals'],
    queryFn: ({ signal }) => request<LastResponse>('/api/v1/logs/last', { signal }),
    refetchInterval: POLL_MILLIS,
  });
}

export type NewestEvent = SearchResponse['logs'][number];

/** The newest event, once some came while the page is open. @param fresh how many these are */
export function useNewest(fresh: number) {
  const project = useStore(currentProject);
  return useQuery({
    queryKey: [project, 'newest', fresh],
    queryFn: ({ signal }) => request<SearchResponse>('/api/v1/logs/recent?limit=1', { signal }),
    select: ({ logs }) => logs[0],
    enabled: fresh > 0,
    placeholderData: (previous) => previous,
  });
}

export const useServerStatus = () =>
  useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => request<ServerStatus>('/api/v1/status', { signal, anonymous: true }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useMakeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      request<NewKey>('/api/v1/keys', { method: 'POST', json: { name, scopes: ['ingest'] } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}

export function useGenerate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<{ accepted: number }>('/api/v1/logs/generate', { method: 'POST', json: {} }),
    onSuccess: () => client.invalidateQueries(),
  });
}
