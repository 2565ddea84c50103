import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ContextResponse } from '../../../../../functions/search/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { useStore } from '../../../lib/store.ts';

export type EventContext = ContextResponse;

/** The event a link names, when it is not among the loaded rows. */
export function useEvent(id: string, enabled: boolean) {
  const queryKey = [useStore(currentProject), 'event', id] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<LogEvent>(`/api/v1/logs/${encodeURIComponent(id)}`, { signal }),
    enabled,
  });
  return { query, queryKey };
}

export function useEventContext(id: string, scope: string, windowSeconds: number) {
  const queryKey = [useStore(currentProject), 'context', id, scope, windowSeconds] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<EventContext>(`/api/v1/logs/${encodeURIComponent(id)}/context`, {
        query: { before: 50, after: 50, window_seconds: windowSeconds, scope },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
  return { query, queryKey };
}
