import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { OverviewResponse, SearchResponse, TimeseriesResponse } from '../../../../../functions/search/api.ts';
import { currentProject, request } from '../../../lib/api.ts';
import { useStore } from '../../../lib/store.ts';

export interface Span {
  readonly from: string;
  readonly to: string;
  readonly run: number;
}
export type Overview = OverviewResponse;
export type Timeseries = TimeseriesResponse;
export interface Health {
  readonly status: string;
  readonly version?: string;
  readonly services: Readonly<Record<string, string>>;
}

const options = <T>(
  project: string | null,
  what: string,
  { from, to, run }: Span,
  queryFn: (signal: AbortSignal) => Promise<T>,
) => ({
  queryKey: [project, what, from, to, run] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => queryFn(signal),
  placeholderData: keepPreviousData,
});

export function useOverview(span: Span) {
  const all = options(useStore(currentProject), 'overview', span, (signal) =>
    request<Overview>('/api/v1/metrics/overview', { query: { from: span.from, to: span.to }, signal }),
  );
  return { query: useQuery(all), queryKey: all.queryKey };
}

const STEPS: readonly (readonly [string, number])[] = [
  ['1s', 1e3],
  ['10s', 1e4],
  ['1m', 6e4],
  ['5m', 3e5],
  ['15m', 9e5],
  ['1h', 36e5],
  ['3h', 108e5],
  ['12h', 432e5],
  ['1d', 864e5],
  ['7d', 6048e5],
];
/** The finest interval that keeps a chart under 120 points. */
export const intervalFor = (millis: number): string =>
  (STEPS.find(([, size]) => millis / size <= 120) ?? STEPS.at(-1))?.[0] ?? '7d';

export function useTimeseries(span: Span) {
  const interval = intervalFor(Date.parse(span.to) - Date.parse(span.from));
  const all = options(useStore(currentProject), `timeseries-${interval}`, span, (signal) =>
    request<Timeseries>('/api/v1/metrics/timeseries', { query: { from: span.from, to: span.to, interval }, signal }),
  );
  return { query: useQuery(all), queryKey: all.queryKey };
}

export function useRecent(span: Span) {
  const all = options(useStore(currentProject), 'recent', span, (signal) =>
    request<SearchResponse>('/api/v1/logs/recent', {
      query: { from: span.from, to: span.to, limit: 20 },
      signal,
    }),
  );
  return { query: useQuery(all), queryKey: all.queryKey };
}

export function useHealth(run: number) {
  const queryKey = ['health', run] as const;
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => request<Health>('/health', { signal, anonymous: true }),
    placeholderData: keepPreviousData,
  });
  return { query, queryKey };
}
