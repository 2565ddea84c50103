import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ApiKeyEntry, CreateApiKeyRequest } from '../../../../../functions/identity/keys-api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type ApiKey = ApiKeyEntry;
/** A new key; `key` is shown this once. */
export type NewKey = ApiKeyEntry & { readonly key: string };

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
    mutationFn: (key: CreateApiKeyRequest) => request<NewKey>('/api/v1/keys', { method: 'POST', json: key }),
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
