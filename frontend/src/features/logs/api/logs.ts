import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  ContextResponse,
  FacetsResponse,
  FieldsResponse,
  HistogramResponse,
  LastResponse,
  SearchResponse,
  ValuesResponse,
  WithoutFilterResponse,
} from '../../../../../functions/search/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import { useStore } from '../../../lib/store.ts';

/** What a search asks: query text and both ends of the range as ISO. `run` makes a refresh a new question. */
export interface Search {
  readonly query: string;
  readonly from: string;
  readonly to: string;
  readonly run: number;
}

export type LogsPage = SearchResponse;
export type Histogram = HistogramResponse;
export type Facets = FacetsResponse;
export type Facet = FacetsResponse['facets'][number];
export type EventContext = ContextResponse;

export const PAGE_SIZE = 200;
const BUCKETS = 120;

const asked = ({ query, from, to }: Search) => ({ query, from, to });
const key = (project: string | null, what: string, search: Search, ...rest: readonly unknown[]) =>
  [project, what, search.query, search.from, search.to, search.run, ...rest] as const;

export function useLogs(search: Search, order: 'desc' | 'asc', enabled: boolean) {
  const queryKey = key(useStore(currentProject), 'logs', search, order);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ signal, pageParam }) =>
      request<LogsPage>('/api/v1/logs', {
        query: { ...asked(search), order, limit: PAGE_SIZE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
  return { query, queryKey };
}

export function useHistogram(search: Search, enabled: boolean) {
  const queryKey = key(useStore(currentProject), 'histogram', search);
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<Histogram>('/api/v1/logs/histogram', {
        query: { ...asked(search), buckets: BUCKETS, by: 'level' },
        signal,
      }),
    placeholderData: keepPreviousData,
    enabled,
  });
  return { query, queryKey };
}

export function useFacets(search: Search, fields: readonly string[], enabled: boolean) {
  const queryKey = key(useStore(currentProject), 'facets', search, fields.join(','));
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<Facets>('/api/v1/logs/facets', {
        query: { ...asked(search), fields: fields.join(','), limit: 10 },
        signal,
      }),
    placeholderData: keepPreviousData,
    enabled,
  });
  return { query, queryKey };
}

export function useFields(search: Search, enabled: boolean) {
  const queryKey = key(useStore(currentProject), 'fields', search);
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<FieldsResponse>('/api/v1/logs/fields', { query: asked(search), signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
  return { query, queryKey };
}

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
  const queryKey = key(useStore(currentProject), 'without-filter', search);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      request<WithoutFilterResponse>('/api/v1/logs/without-filter', { query: asked(search), signal }),
    enabled,
  });
}

/** How many events a search would find. */
export function useCount(search: Search, enabled: boolean) {
  const queryKey = key(useStore(currentProject), 'count', search);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => request<LogsPage>('/api/v1/logs', { query: { ...asked(search), limit: 1 }, signal }),
    enabled,
  });
}

const NO_VALUES: ValuesResponse['items'] = [];

/** Values of a field that begin with what was typed, most frequent first; the last ones stay until the next are there. */
export function useValues(search: Search, field: string | null, prefix: string): ValuesResponse['items'] {
  const project = useStore(currentProject);
  const query = useQuery({
    queryKey: [project, 'values', field, prefix, search.from, search.to],
    queryFn: ({ signal }) =>
      request<ValuesResponse>('/api/v1/logs/values', {
        query: { from: search.from, to: search.to, field, prefix, limit: 10 },
        signal,
      }),
    enabled: field !== null && field !== '',
    placeholderData: (before, query) => (query?.queryKey[2] === field ? before : undefined),
  });
  return (field === null ? undefined : query.data?.items) ?? NO_VALUES;
}
