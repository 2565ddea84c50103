import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { currentProject, request } from '../../../lib/api.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import type { Severity } from '../../../lib/severity.ts';
import { useStore } from '../../../lib/store.ts';

/** What a search asks: query text and both ends of the range as ISO. `run` makes a refresh a new question. */
export interface Search {
  readonly query: string;
  readonly from: string;
  readonly to: string;
  readonly run: number;
}

export interface LogsPage {
  readonly logs: readonly LogEvent[];
  readonly total: number;
  readonly total_relation: 'eq' | 'gte';
  readonly next_cursor: string | null;
  readonly took_ms: number;
  readonly partial: boolean;
  readonly partial_reason?: {
    readonly code: string;
    readonly searched_from?: string;
    readonly searched_to?: string;
    readonly searched_share?: number;
  };
}
export interface Histogram {
  readonly interval_ms: number;
  readonly from: string;
  readonly to: string;
  readonly buckets: readonly {
    readonly time: string;
    readonly total: number;
    readonly counts: Partial<Record<Severity, number>>;
  }[];
  readonly total: number;
  readonly took_ms: number;
  readonly partial: boolean;
}
export interface Facet {
  readonly field: string;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly other: number;
  readonly distinct: number;
  readonly missing: number;
}
export interface Facets {
  readonly facets: readonly Facet[];
  readonly total: number;
  readonly partial: boolean;
}
export interface FieldList {
  readonly items: readonly {
    readonly name: string;
    readonly type: 'string' | 'number' | 'boolean' | 'mixed';
    readonly count: number;
  }[];
}
export interface LastEvent {
  readonly last_event_at: string | null;
  readonly first_event_at: string | null;
  readonly total: number;
}
export interface WithoutFilter {
  readonly items: readonly { readonly filter: string; readonly kind: string; readonly count: number }[];
}
export interface EventContext {
  readonly before: readonly LogEvent[];
  readonly event: LogEvent;
  readonly after: readonly LogEvent[];
}

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
    queryFn: ({ signal }) => request<FieldList>('/api/v1/logs/fields', { query: asked(search), signal }),
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
        query: { before: 50, after: 50, window_seconds: windowSeconds, scope: scope === '' ? undefined : scope },
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
    queryFn: ({ signal }) => request<LastEvent>('/api/v1/logs/last', { signal }),
    enabled,
  });
}

export function useWithoutFilter(search: Search, enabled: boolean) {
  const queryKey = key(useStore(currentProject), 'without-filter', search);
  return useQuery({
    queryKey,
    queryFn: ({ signal }) => request<WithoutFilter>('/api/v1/logs/without-filter', { query: asked(search), signal }),
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

export const fetchValues = (search: Search, field: string, prefix: string, signal?: AbortSignal) =>
  request<{ items: readonly { value: string; count: number }[] }>('/api/v1/logs/values', {
    query: { from: search.from, to: search.to, field, prefix, limit: 10 },
    signal,
  });
