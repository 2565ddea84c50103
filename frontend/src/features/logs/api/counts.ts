import { useQuery } from '@tanstack/react-query';
import type { LastResponse, WithoutFilterResponse } from '../../../../../functions/search/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';
import { asked, type LogsPage, type Search, searchKey } from './logs.ts';

/** The newest and oldest event of the project, whatever the range. */
export function useLastEvent(enabled = true) {
  const project = useStore(currentProject);
  return useQuery({
    queryKey: [project, 'last-event'],
    queryFn: ({ signal }) => request<LastResponse>('/api/v1/logs/last', { signal }),
    enabled,
  });
}

export function useWithoutFilter(search: Search, enabled: boolean) {
  const queryKey = searchKey(useStore(currentProject), 'without-filter', search);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<WithoutFilterResponse>('/api/v1/logs/without-filter', { query: asked(search), signal }),
    enabled,
  });
}

/** How many events a search would find. */
export function useCount(search: Search, enabled: boolean) {
  const queryKey = searchKey(useStore(currentProject), 'count', search);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => request<LogsPage>('/api/v1/logs', { query: { ...asked(search), limit: 1 }, signal }),
    enabled,
  });
}
