import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  ApiKeyEntry,
  CreateApiKeyRequest,
  CreatedApiKey,
  RotateApiKeyRequest,
} from '../../../../../functions/identity/keys-api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type ApiKey = ApiKeyEntry;
type NewKey = ReturnType<(typeof CreatedApiKey)['parse']>;

const PATH = '/api/v1/keys';
const pathOf = (id: string) => `${PATH}/${encodeURIComponent(id)}`;

export function useKeys() {
  const queryKey = ['keys', useStore(currentProject)] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<{ items: readonly ApiKey[] }>(PATH, { signal }),
  });
  return { query, queryKey };
}

export function useMakeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: CreateApiKeyRequest) => request<NewKey>(PATH, { method: 'POST', json: key }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}

/** A new key takes the place of an old one, which stays good for a while. */
export function useRotateKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...overlap }: RotateApiKeyRequest) =>
      request<NewKey>(`${pathOf(id)}/rotate`, { method: 'POST', json: overlap }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}

export function useRevokeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<void>(pathOf(id), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
}
