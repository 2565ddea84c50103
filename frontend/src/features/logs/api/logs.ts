import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type {
  FieldsResponse,
  HistogramResponse,
  SearchResponse,
  ValuesResponse,
} from '../../../../../functions/search/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
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

export const PAGE_SIZE = 200;
const BUCKETS = 120;

export const asked = ({ query, from, to }: Search) => ({ query, from, to });
export const searchKey = (project: string | null, what: string, search: Search, ...rest: readonly unknown[]) =>
  [project, what, search.query, search.from, search.to, search.run, ...rest] as const;

export function useLogs(search: Search, order: 'desc' | 'asc', enabled: boolean) {
  const queryKey = searchKey(useStore(currentProject), 'logs', search, order);
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
  const queryKey = searchKey(useStore(currentProject), 'histogram', search);
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

export function useFields(search: Search, enabled: boolean) {
  const queryKey = searchKey(useStore(currentProject), 'fields', search);
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<FieldsResponse>('/api/v1/logs/fields', { query: asked(search), signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
  return { query, queryKey };
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
