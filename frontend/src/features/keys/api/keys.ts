import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly ('ingest' | 'read')[];
  readonly project_id: string;
  readonly created_at: string;
  readonly last_used_at?: string | null;
  readonly expires_at?: string | null;
}

export function useKeys() {
  const queryKey = ['keys', useStore(currentProject)] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<{ items: readonly ApiKey[] }>('/api/v1/keys', { signal }),
  });
  return { query, queryKey };
}

export function useMakeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: { name: string; scopes: readonly string[] }) =>
      request<ApiKey & { key: string }>('/api/v1/keys', { method: 'POST', json: key }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}

export function useRevokeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<void>(`/api/v1/keys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}
