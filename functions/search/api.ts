import { z } from 'zod';
import type { Route } from '../core/route.ts';

const several = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));
const filter = (description: string) =>
  several.optional().meta({ description: `${description}; repeat it for any of several` });
const time = (description: string) =>
  z
    .string()
    .max(64)
    .optional()
    .meta({ description: `${description}: ISO 8601, a number since 1970, or relative (now-15m, -15m, now-1d/d)` });

/** What every read takes: a query, filters that are joined to it, and a range of event time. */
const selection = {
  query: z
    .string()
    .max(10_000)
    .default('')
    .meta({ description: 'Query text', example: 'service:checkout level:>=warn timeout' }),
  service: filter('Name of the service'),
  level: filter('Level, compared by class'),
  environment: filter('Environment'),
  status: filter('Status of a workflow execution'),
  category: filter('Category of a workflow execution'),
  ticket_id: filter('Ticket of a workflow execution'),
  correlation_id: filter('Correlation id'),
  trace_id: filter('Trace id'),
  from: time('Start, inclusive'),
  to: time('End, exclusive'),
  start_time: time('The same as `from`'),
  end_time: time('The same as `to`'),
  timestamp: time('Around this moment, 15 s to either side'),
};
export const SelectionInput = z.object(selection);
export type SelectionInput = z.output<typeof SelectionInput>;

const attributes = z.record(z.string(), z.unknown());
const isoNano = z
  .string()
  .meta({ description: 'ISO 8601 in UTC with nine fraction digits', example: '2026-11-21T07:40:00.123456789Z' });

/** An event as clients see it. */
export const LogEvent = z
  .object({
    id: z.string(),
    timestamp: isoNano,
    received_at: isoNano,
    /** The word that came, else the name of its class. */
    level: z.string().nullable(),
    severity: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']).nullable(),
    /** OpenTelemetry's, 0 where the event names none. */
    severity_number: z.int().min(0).max(24),
    service: z.string().optional(),
    environment: z.string().optional(),
    host: z.string().optional(),
    service_version: z.string().optional(),
    message: z.string(),
    trace_id: z.string().optional(),
    span_id: z.string().optional(),
    correlation_id: z.string().optional(),
    request_id: z.string().optional(),
    user_id: z.string().optional(),
    tags: z.array(z.string()).optional(),
    context: attributes.optional(),
    attributes,
    resource: attributes,
    scope: z.object({ name: z.string(), version: z.string().optional() }).optional(),
    event_name: z.string().optional(),
    /** The line, where the event came as text. */
    original: z.string().optional(),
    source: z.object({ protocol: z.string(), client: z.string().optional() }),
    /** What was filled in or changed on arrival. */
    marks: z.array(z.string()).optional(),
    // of workflow executions
    client_id: z.string().optional(),
    workflow_version: z.string().optional(),
    ticket_id: z.string().optional(),
    executed_at: isoNano.optional(),
    execution_time_seconds: z.number().optional(),
    status: z.string().optional(),
    category: z.string().optional(),
    resolution_status: z.string().optional(),
    metrics: attributes.optional(),
    payload: attributes.optional(),
  })
  .meta({ id: 'LogEvent' });
export type LogEvent = z.output<typeof LogEvent>;

/** Why an answer covers only a part of what was asked. */
export const PartialReason = z
  .object({
    code: z.enum(['timeout', 'candidate_limit', 'shard_failure']),
    searched_from: isoNano.optional(),
    searched_to: isoNano.optional(),
    /** Part of the range that was searched, 0 to 1. */
    searched_share: z.number().optional(),
  })
  .meta({ id: 'PartialReason' });
export type PartialReason = z.output<typeof PartialReason>;

const timing = { took_ms: z.number(), partial: z.boolean(), partial_reason: PartialReason.optional() };

export const SearchInput = z
  .object({
    ...selection,
    limit: z.coerce.number().int().min(1).max(1000).optional().meta({ description: 'Events a page, 100 unless given' }),
    page: z.coerce
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Page from 1; the first 10,000 events can be reached so, all by `cursor`' }),
    page_size: z.coerce.number().int().min(1).max(1000).optional().meta({ description: 'The same as `limit`' }),
    cursor: z
      .string()
      .max(2_000)
      .optional()
      .meta({ description: '`next_cursor` of the page before; the other parameters stay the same' }),
    order: z
      .enum(['desc', 'asc'])
      .optional()
      .meta({ description: 'By event time: newest (unless given) or oldest first' }),
  })
  .meta({ id: 'SearchInput' });
export type SearchInput = z.output<typeof SearchInput>;

/** A table, where the query ends in `| stats` or `| top`. */
export const StatsTable = z
  .object({
    columns: z.array(z.object({ name: z.string(), kind: z.enum(['group', 'time', 'measure']) })),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
    /** Groups that were left out. */
    omitted: z.int(),
    approximate: z.boolean(),
    /** In which ways values are not exact, and the largest bound of what they may be wrong by, in the unit that the reason names. */
    approximation: z.object({ reason: z.string(), error_bound: z.number().optional() }).optional(),
  })
  .meta({ id: 'StatsTable' });
export type StatsTable = z.output<typeof StatsTable>;

export const SearchResponse = z
  .object({
    logs: z.array(LogEvent),
    total: z.int(),
    /** `gte`: at least so many, the rest was not counted. */
    total_relation: z.enum(['eq', 'gte']),
    page: z.int(),
    page_size: z.int(),
    next_cursor: z.string().nullable(),
    ...timing,
    stats: StatsTable.optional(),
    /** Columns that the query asks for (`| fields a, b`). */
    columns: z.array(z.string()).optional(),
  })
  .meta({ id: 'SearchResponse' });
export type SearchResponse = z.output<typeof SearchResponse>;

export const RecentInput = z.object({ ...selection, limit: z.coerce.number().int().min(1).max(1000).default(50) });
export type RecentInput = z.output<typeof RecentInput>;

export const GetLogInput = z.object({ id: z.string().max(64) });

export const HistogramInput = z.object({
  ...selection,
  buckets: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(120)
    .meta({ description: 'Buckets at most; the interval is rounded up to a plain one' }),
  by: z.enum(['level', 'none']).default('level'),
});
export type HistogramInput = z.output<typeof HistogramInput>;
export const HistogramResponse = z
  .object({
    interval_ms: z.int(),
    from: isoNano,
    to: isoNano,
    /** Every bucket of the range, empty ones too. `counts` has the severities and `NONE`. */
    buckets: z.array(z.object({ time: z.string(), total: z.int(), counts: z.record(z.string(), z.int()) })),
    total: z.int(),
    ...timing,
  })
  .meta({ id: 'HistogramResponse' });
export type HistogramResponse = z.output<typeof HistogramResponse>;

export const FacetsInput = z.object({
  ...selection,
  fields: several
    .transform((values) =>
      values
        .flatMap((value) => value.split(','))
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .pipe(z.array(z.string().max(1024)).min(1).max(20))
    .default(['level', 'service', 'environment'])
    .meta({ description: 'Field names, separated by commas' }),
  limit: z.coerce.number().int().min(1).max(1000).default(10),
});
export type FacetsInput = z.output<typeof FacetsInput>;
const facetValues = z.array(z.object({ value: z.string(), count: z.int() }));
export const FacetsResponse = z
  .object({
    facets: z.array(
      z.object({
        field: z.string(),
        values: facetValues,
        /** Events with other values. */
        other: z.int(),
        distinct: z.int(),
        distinct_relation: z.enum(['eq', 'gte']),
        /** Events without a value. */
        missing: z.int(),
        /** By how much counts may be too low; 0 is exact. */
        error_bound: z.int(),
      }),
    ),
    total: z.int(),
    ...timing,
  })
  .meta({ id: 'FacetsResponse' });
export type FacetsResponse = z.output<typeof FacetsResponse>;

export const FieldsInput = z.object({ ...selection, limit: z.coerce.number().int().min(1).max(10_000).default(1_000) });
export type FieldsInput = z.output<typeof FieldsInput>;
export const FieldsResponse = z
  .object({
    items: z.array(
      z.object({ name: z.string(), type: z.enum(['string', 'number', 'boolean', 'mixed']), count: z.int() }),
    ),
    ...timing,
  })
  .meta({ id: 'FieldsResponse' });
export type FieldsResponse = z.output<typeof FieldsResponse>;

export const ValuesInput = z.object({
  ...selection,
  field: z.string().min(1).max(1024),
  prefix: z.string().max(256).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(10),
});
export type ValuesInput = z.output<typeof ValuesInput>;
export const ValuesResponse = z.object({ items: facetValues, ...timing }).meta({ id: 'ValuesResponse' });
export type ValuesResponse = z.output<typeof ValuesResponse>;

export const CONTEXT_SCOPES = ['all', 'service', 'host', 'correlation', 'trace'] as const;
export const ContextInput = z.object({
  id: z.string().max(64),
  before: z.coerce.number().int().min(0).max(500).default(20),
  after: z.coerce.number().int().min(0).max(500).default(20),
  window_seconds: z.coerce.number().positive().max(86_400).default(15),
  scope: z.enum(CONTEXT_SCOPES).default('service'),
  query: z.string().max(10_000).default(''),
});
export type ContextInput = z.output<typeof ContextInput>;
export const ContextResponse = z
  .object({
    /** Oldest first, as `after` is. */
    before: z.array(LogEvent),
    event: LogEvent,
    after: z.array(LogEvent),
    ...timing,
  })
  .meta({ id: 'ContextResponse' });
export type ContextResponse = z.output<typeof ContextResponse>;

export const LastResponse = z
  .object({ last_event_at: isoNano.nullable(), first_event_at: isoNano.nullable(), total: z.int(), ...timing })
  .meta({ id: 'LastResponse' });
export type LastResponse = z.output<typeof LastResponse>;

export const WithoutFilterResponse = z
  .object({
    items: z.array(
      z.object({
        /** The filter as text. */
        filter: z.string(),
        /** `term`: a part of the query; `parameter`: a filter parameter; `range`: the range of time; `as_text`: a `name:value` searched as text. */
        kind: z.enum(['term', 'parameter', 'range', 'as_text']),
        /** Events if it were removed (for `as_text`: replaced). */
        count: z.int(),
        count_relation: z.enum(['eq', 'gte']),
        /** Query text without it. */
        query: z.string(),
      }),
    ),
    ...timing,
  })
  .meta({ id: 'WithoutFilterResponse' });
export type WithoutFilterResponse = z.output<typeof WithoutFilterResponse>;

export const OverviewInput = z.object({
  ...selection,
  days: z.coerce.number().positive().max(366).optional().meta({ description: 'The last so many days' }),
  window: z.coerce
    .number()
    .positive()
    .max(527_040)
    .optional()
    .meta({ description: 'The last so many minutes; 60 unless a range is given' }),
});
export type OverviewInput = z.output<typeof OverviewInput>;
export const OverviewResponse = z
  .object({
    period: z.object({ from: isoNano, to: isoNano }),
    total_logs: z.int(),
    logs_per_minute: z.number(),
    logs_per_second: z.number(),
    active_services: z.int(),
    error_count: z.int(),
    /** 0 to 1. */
    error_rate: z.number(),
    logs_by_level: z.record(z.string(), z.int()),
    logs_by_service: z.array(
      z.object({ service: z.string(), count: z.int(), error_count: z.int(), error_rate: z.number() }),
    ),
    top_errors: z.array(
      z.object({ message: z.string(), count: z.int(), service: z.string().nullable(), last_seen: isoNano.nullable() }),
    ),
    /** The equally long period before. */
    previous: z.object({
      total_logs: z.int(),
      logs_per_minute: z.number(),
      active_services: z.int(),
      error_rate: z.number(),
    }),
    /** Of workflow executions: part with status success. */
    success_rate: z.number().optional(),
    /** Of workflow executions, in seconds. */
    avg_execution_time: z.number().optional(),
    categories: z.array(z.object({ category: z.string(), count: z.int(), failures: z.int() })),
    ...timing,
  })
  .meta({ id: 'OverviewResponse' });
export type OverviewResponse = z.output<typeof OverviewResponse>;

export const TimeseriesInput = z.object({
  ...selection,
  interval: z.string().max(10).default('5m').meta({ description: 'Step of time', example: '5m' }),
  days: z.coerce.number().positive().max(366).optional(),
  window: z.coerce.number().positive().max(527_040).optional(),
});
export type TimeseriesInput = z.output<typeof TimeseriesInput>;
export const TimeseriesResponse = z
  .object({
    interval: z.string(),
    interval_ms: z.int(),
    /** Every step of the range, empty ones too. */
    points: z.array(
      z.object({
        timestamp: z.string(),
        total: z.int(),
        error_count: z.int(),
        error_rate: z.number(),
        by_level: z.record(z.string(), z.int()),
      }),
    ),
    ...timing,
  })
  .meta({ id: 'TimeseriesResponse' });
export type TimeseriesResponse = z.output<typeof TimeseriesResponse>;

const read = { method: 'GET', access: 'read' } as const;

export const searchRoute = {
  ...read,
  operationId: 'searchLogs',
  summary: 'Search events',
  path: '/api/v1/logs/search',
  aliases: ['/api/v1/logs', '/api/logs', '/api/logs/search', '/api/search'],
  limit: 'search',
  input: SearchInput,
  output: SearchResponse,
} as const satisfies Route;

export const recentRoute = {
  ...read,
  operationId: 'recentLogs',
  summary: 'The newest events',
  path: '/api/v1/logs/recent',
  aliases: ['/api/logs/recent'],
  limit: 'recent',
  input: RecentInput,
  output: SearchResponse,
} as const satisfies Route;

export const histogramRoute = {
  ...read,
  operationId: 'logHistogram',
  summary: 'Events over time, by severity',
  path: '/api/v1/logs/histogram',
  limit: 'page',
  input: HistogramInput,
  output: HistogramResponse,
} as const satisfies Route;

export const facetsRoute = {
  ...read,
  operationId: 'logFacets',
  summary: 'Most frequent values of fields',
  path: '/api/v1/logs/facets',
  limit: 'page',
  input: FacetsInput,
  output: FacetsResponse,
} as const satisfies Route;

export const fieldsRoute = {
  ...read,
  operationId: 'logFields',
  summary: 'Attribute keys',
  path: '/api/v1/logs/fields',
  limit: 'page',
  input: FieldsInput,
  output: FieldsResponse,
} as const satisfies Route;

export const valuesRoute = {
  ...read,
  operationId: 'logFieldValues',
  summary: 'Values of a field that begin with a prefix',
  path: '/api/v1/logs/values',
  limit: 'page',
  input: ValuesInput,
  output: ValuesResponse,
} as const satisfies Route;

export const lastRoute = {
  ...read,
  operationId: 'lastLog',
  summary: 'When the first and the last event of the project happened',
  path: '/api/v1/logs/last',
  limit: 'page',
  input: z.object({}),
  output: LastResponse,
} as const satisfies Route;

export const withoutFilterRoute = {
  ...read,
  operationId: 'countWithoutFilter',
  summary: 'How many events each filter keeps out',
  path: '/api/v1/logs/without-filter',
  limit: 'page',
  input: SelectionInput,
  output: WithoutFilterResponse,
} as const satisfies Route;

export const contextRoute = {
  ...read,
  operationId: 'logContext',
  summary: 'Events around an event',
  path: '/api/v1/logs/{id}/context',
  limit: 'lookup',
  input: ContextInput,
  output: ContextResponse,
} as const satisfies Route;

export const getLogRoute = {
  ...read,
  operationId: 'getLog',
  summary: 'One event',
  path: '/api/v1/logs/{id}',
  aliases: ['/api/logs/{id}'],
  limit: 'lookup',
  input: GetLogInput,
  output: LogEvent,
} as const satisfies Route;

export const overviewRoute = {
  ...read,
  operationId: 'metricsOverview',
  summary: 'Volume, errors and services of a period beside the one before',
  path: '/api/v1/metrics/overview',
  limit: 'metrics',
  input: OverviewInput,
  output: OverviewResponse,
} as const satisfies Route;

export const timeseriesRoute = {
  ...read,
  operationId: 'metricsTimeseries',
  summary: 'Volume and errors over time',
  path: '/api/v1/metrics/timeseries',
  limit: 'metrics',
  input: TimeseriesInput,
  output: TimeseriesResponse,
} as const satisfies Route;
