import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { LedgerAnswer } from '../../../../../functions/ingest/ledger-api.ts';
import type { QuotaUse } from '../../../../../functions/ingest/settings-api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export type Ledger = LedgerAnswer;
export type OpenFrame = LedgerAnswer['open_frames'][number];

const POLL_MILLIS = 15_000;

/** What became of what was accepted since then. @param from relative, such as `-1h` */
export function useLedger(from: string) {
  const queryKey = [useStore(currentProject), 'ledger', from] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<Ledger>('/api/v1/ingest/ledger', { query: { from }, signal }),
    refetchInterval: POLL_MILLIS,
    placeholderData: keepPreviousData,
  });
  return { query, queryKey };
}

export function useQuota() {
  const queryKey = [useStore(currentProject), 'quota'] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<QuotaUse>('/api/v1/ingest/quota', { signal }),
    refetchInterval: POLL_MILLIS,
  });
  return { query, queryKey };
}
