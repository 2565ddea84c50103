import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { currentProject, request } from '../../../lib/api.ts';
import type { LogEvent } from '../../../lib/log-event.ts';
import type { Severity } from '../../../lib/severity.ts';
import { useStore } from '../../../lib/store.ts';

export interface Span {
  readonly from: string;
  readonly to: string;
  readonly run: number;
}
export interface Overview {
  readonly total_logs: number;
  readonly logs_per_minute: number;
  readonly active_services: number;
  readonly error_count: number;
  /** Between 0 and 1. */
  readonly error_rate: number;
  readonly logs_by_service: readonly {
    readonly service: string;
    readonly count: number;
    readonly error_count: number;
    readonly error_rate: number;
  }[];
  readonly top_errors: readonly {
    readonly message: string;
    readonly count: number;
    readonly service?: string | null;
    readonly last_seen: string;
  }[];
  readonly previous: {
    readonly total_logs: number;
    readonly logs_per_minute: number;
    readonly active_services: number;
    readonly error_rate: number;
  };
  readonly categories: readonly { readonly category: string; readonly count: number }[];
  readonly took_ms: number;
  readonly partial: boolean;
}
export interface Timeseries {
  readonly interval_ms: number;
  readonly points: readonly {
    readonly timestamp: string;
    readonly total: number;
    readonly error_count: number;
    readonly error_rate: number;
    readonly by_level: Partial<Record<Severity, number>>;
  }[];
  readonly partial: boolean;
}
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
    request<{ logs: readonly LogEvent[]; total: number }>('/api/v1/logs/recent', {
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
