import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { LimitsStatus } from '../../../../../functions/identity/limits-api.ts';
import { request } from '../../../lib/api.ts';

const POLL_MILLIS = 10_000;
const QUERY_KEY = ['rate-limits'] as const;

export function useLimits() {
  const query = useQuery({
    queryKey: QUERY_KEY,
    queryFn: ({ signal }) => request<LimitsStatus>('/api/v1/rate-limits/status', { signal }),
    refetchInterval: POLL_MILLIS,
  });
  return { query, queryKey: QUERY_KEY };
}

/** Gives one, or everybody, the whole of the limit again. */
export function useResetLimit() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string | null) =>
      request<{ reset: number }>(
        id === null ? '/api/v1/rate-limits/reset-all' : `/api/v1/rate-limits/reset/${encodeURIComponent(id)}`,
        { method: 'DELETE' },
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: QUERY_KEY }),
  });
}
