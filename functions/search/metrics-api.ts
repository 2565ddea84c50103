import { z } from 'zod';
import type { Route } from '../core/route.ts';
import { PartialReason, SelectionInput } from './api.ts';

const isoNano = z.string().meta({ description: 'ISO 8601 in UTC with nine fraction digits' });
const timing = { took_ms: z.number(), partial: z.boolean(), partial_reason: PartialReason.optional() };
const span = z.object({ from: isoNano, to: isoNano });
const share = z.number().meta({ description: '0 to 1' });

/** How the period is told where `from` and `to` do not: the seeds' `days` and `window`. */
const period = {
  ...SelectionInput.shape,
  days: z.coerce.number().positive().max(366).optional().meta({ description: 'The last so many days' }),
  window: z.coerce.number().positive().max(527_040).optional().meta({ description: 'The last so many minutes' }),
};
const interval = z.string().max(10).optional();

/** How a period's number stands beside that of the equally long period before. */
const Change = z
  .object({
    previous: z.number(),
    /** Part by which it rose (negative: fell); null where there was nothing before. */
    change: z.number().nullable(),
  })
  .meta({ id: 'Change' });

/** Numbers over one numeric attribute; null where no event has it. */
export const Distribution = z
  .object({
    count: z.int(),
    avg: z.number(),
    min: z.number(),
    max: z.number(),
    p50: z.number(),
    p95: z.number(),
    p99: z.number(),
    /** Whether percentiles are estimated: of many values they are, by t-digest. */
    approximate: z.boolean(),
  })
  .meta({ id: 'Distribution' });
export type Distribution = z.output<typeof Distribution>;

/** `silent`: no events in the period. `unhealthy` from 5 % errors on, `degraded` from 1 % on. */
export const Health = z.enum(['healthy', 'degraded', 'unhealthy', 'silent']);
export type Health = z.output<typeof Health>;

const counts = z.record(z.string(), z.int());
const ServiceFigures = z.object({
  service: z.string(),
  count: z.int(),
  error_count: z.int(),
  error_rate: share,
  health: Health,
  last_seen: isoNano.nullable(),
});
const TopError = z.object({
  message: z.string(),
  count: z.int(),
  service: z.string().nullable(),
  last_seen: isoNano.nullable(),
});
const TrendPoint = z.object({ timestamp: z.string(), total: z.int(), error_count: z.int(), error_rate: share });
const volume = {
  period: span,
  total_logs: z.int(),
  logs_per_minute: z.number(),
  logs_per_second: z.number(),
  error_count: z.int(),
  error_rate: share,
};
/** Seconds of workflow executions, and milliseconds of what else names a `duration_ms`. */
const performance = z.object({
  execution_time_seconds: Distribution.nullable(),
  duration_ms: Distribution.nullable(),
});

export const LogStatsInput = z.object(period);
export type LogStatsInput = z.output<typeof LogStatsInput>;
export const LogStats = z
  .object({
    ...volume,
    active_services: z.int(),
    by_level: counts,
    by_service: counts,
    by_environment: counts,
    performance,
    ...timing,
  })
  .meta({ id: 'LogStats' });
export type LogStats = z.output<typeof LogStats>;

export const AnalyticsInput = z.object({
  ...period,
  interval: interval.meta({ description: 'Step of the trend; a plain one unless given', example: '1h' }),
});
export type AnalyticsInput = z.output<typeof AnalyticsInput>;
export const Analytics = z
  .object({
    ...volume,
    interval: z.string(),
    interval_ms: z.int(),
    /** Every step of the period, empty ones too. */
    trend: z.array(TrendPoint),
    volume_change: Change,
    error_rate_change: Change,
    top_services: z.array(ServiceFigures),
    top_errors: z.array(TopError),
    performance,
    ...timing,
  })
  .meta({ id: 'Analytics' });
export type Analytics = z.output<typeof Analytics>;

export const ServiceMetricsInput = z.object({ ...period, name: z.string().min(1).max(1024) });
export type ServiceMetricsInput = z.output<typeof ServiceMetricsInput>;
export const ServiceMetrics = z
  .object({
    service: z.string(),
    ...volume,
    health: Health,
    last_seen: isoNano.nullable(),
    logs_by_level: counts,
    environments: counts,
    hosts: counts,
    top_errors: z.array(TopError),
    performance,
    volume_change: Change,
    error_rate_change: Change,
    ...timing,
  })
  .meta({ id: 'ServiceMetrics' });
export type ServiceMetrics = z.output<typeof ServiceMetrics>;

export const SystemMetricsInput = z.object(period);
export type SystemMetricsInput = z.output<typeof SystemMetricsInput>;
export const SystemMetrics = z
  .object({
    ...volume,
    health: Health,
    active_services: z.int(),
    active_hosts: z.int(),
    logs_by_level: counts,
    environments: counts,
    /** The hundred largest. */
    services: z.array(ServiceFigures),
    volume_change: Change,
    error_rate_change: Change,
    ...timing,
  })
  .meta({ id: 'SystemMetrics' });
export type SystemMetrics = z.output<typeof SystemMetrics>;

export const CategoryMetricsInput = z.object({
  ...period,
  interval: interval.meta({ description: 'Step of the trends; a plain one unless given', example: '1d' }),
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'Categories, the largest first' }),
});
export type CategoryMetricsInput = z.output<typeof CategoryMetricsInput>;
export const CategoryMetrics = z
  .object({
    period: span,
    interval: z.string(),
    interval_ms: z.int(),
    items: z.array(
      z.object({
        category: z.string(),
        count: z.int(),
        success_count: z.int(),
        failure_count: z.int(),
        success_rate: share,
        /** Of `execution_time_seconds`; null where no execution tells it. */
        execution_time: z
          .object({ avg: z.number(), p50: z.number(), p95: z.number(), approximate: z.boolean() })
          .nullable(),
        ...Change.shape,
        trend: z.array(z.object({ timestamp: z.string(), count: z.int() })),
      }),
    ),
    /** Categories in all. */
    total: z.int(),
    /** Workflow executions in all, those without a category included. */
    total_executions: z.int(),
    success_rate: share,
    ...timing,
  })
  .meta({ id: 'CategoryMetrics' });
export type CategoryMetrics = z.output<typeof CategoryMetrics>;

const read = { method: 'GET', access: 'read', limit: 'metrics' } as const;

export const logStatsRoute = {
  ...read,
  operationId: 'logStats',
  summary: 'Volume, levels, services and durations; of all that is retained unless a period is given',
  path: '/api/v1/logs/stats',
  aliases: ['/api/logs/stats'],
  input: LogStatsInput,
  output: LogStats,
} as const satisfies Route;

export const analyticsRoute = {
  ...read,
  operationId: 'logAnalytics',
  summary:
    'Trend of volume and errors, top services and errors, durations; of the last 24 hours unless a period is given',
  path: '/api/v1/analytics',
  aliases: ['/api/analytics'],
  input: AnalyticsInput,
  output: Analytics,
} as const satisfies Route;

export const serviceMetricsRoute = {
  ...read,
  operationId: 'metricsService',
  summary: 'One service: volume, errors, health, durations; of the last 60 minutes unless a period is given',
  path: '/api/v1/metrics/service/{name}',
  input: ServiceMetricsInput,
  output: ServiceMetrics,
} as const satisfies Route;

export const systemMetricsRoute = {
  ...read,
  operationId: 'metricsSystem',
  summary: 'All services together and each with its health; of the last 60 minutes unless a period is given',
  path: '/api/v1/metrics/system',
  input: SystemMetricsInput,
  output: SystemMetrics,
} as const satisfies Route;

export const categoryMetricsRoute = {
  ...read,
  operationId: 'metricsCategories',
  summary:
    'Workflow executions by category: success, execution time, trend; of the last 7 days unless a period is given',
  path: '/api/v1/metrics/categories',
  input: CategoryMetricsInput,
  output: CategoryMetrics,
} as const satisfies Route;

export const CacheStats = z
  .object({
    /** `unavailable`: reads go on without it. */
    status: z.enum(['connected', 'unavailable']),
    entries: z.int(),
    hits: z.int(),
    misses: z.int(),
    hit_rate: share,
    kinds: z.array(
      z.object({ name: z.string(), ttl_seconds: z.int(), entries: z.int(), hits: z.int(), misses: z.int() }),
    ),
  })
  .meta({ id: 'CacheStats' });
export type CacheStats = z.output<typeof CacheStats>;

export const ClearCacheInput = z.object({
  pattern: z
    .string()
    .min(1)
    .max(200)
    .default('*')
    .meta({ description: 'Names of answers, `*` for any text', example: 'metrics:*' }),
});
export type ClearCacheInput = z.output<typeof ClearCacheInput>;
export const ClearedCache = z
  .object({ pattern: z.string(), cleared: z.array(z.string()) })
  .meta({ id: 'ClearedCache' });
export type ClearedCache = z.output<typeof ClearedCache>;

export const cacheStatsRoute = {
  operationId: 'cacheStats',
  summary: 'What the cache of metrics holds for the project, and how it served',
  method: 'GET',
  path: '/api/v1/cache/stats',
  access: 'read',
  limit: 'default',
  input: z.object({}),
  output: CacheStats,
} as const satisfies Route;

export const clearCacheRoute = {
  operationId: 'clearCache',
  summary: 'Forget cached metrics of the project, everywhere within 5 seconds',
  method: 'DELETE',
  path: '/api/v1/cache/clear',
  access: 'admin',
  limit: 'default',
  input: ClearCacheInput,
  output: ClearedCache,
} as const satisfies Route;
