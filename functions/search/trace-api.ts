import { z } from 'zod';
import type { Route } from '../core/route.ts';
import { LogEvent, PartialReason } from './api.ts';

const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC' });
const isoNano = z.string().meta({ description: 'ISO 8601 in UTC with nine fraction digits' });
const time = (description: string) =>
  z
    .string()
    .max(64)
    .optional()
    .meta({ description: `${description}: ISO 8601, a number since 1970, or relative (now-15m, -15m, now-1d/d)` });

const ids = {
  request_id: z.string(),
  correlation_id: z.string(),
  /** Of the W3C `traceparent` that came, else a new one. */
  trace_id: z.string(),
  span_id: z.string(),
  parent_span_id: z.string().optional(),
  timestamp: isoMillis,
};

export const TraceContextResponse = z.object(ids).meta({ id: 'TraceContext' });
export type TraceContextResponse = z.output<typeof TraceContextResponse>;

export const TraceDebugResponse = z
  .object({
    ...ids,
    method: z.string(),
    path: z.string(),
    /** As they arrived, secrets masked. */
    headers: z.record(z.string(), z.string()),
    query_params: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    user: z.string(),
    project_id: z.string().nullable(),
    client_address: z.string(),
  })
  .meta({ id: 'TraceDebug' });
export type TraceDebugResponse = z.output<typeof TraceDebugResponse>;

export const CorrelationInput = z.strictObject({
  project_id: z.string().max(64).optional(),
  id: z.string().min(1).max(512),
  from: time('Start, inclusive'),
  to: time('End, exclusive'),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000).meta({ description: 'Events, the oldest first' }),
  gap_ms: z.coerce
    .number()
    .positive()
    .max(86_400_000)
    .default(1_000)
    .meta({ description: 'Silence that counts as a gap, in milliseconds' }),
});
export type CorrelationInput = z.output<typeof CorrelationInput>;

export const CorrelationTrace = z
  .object({
    id: z.string(),
    /** In the order of time. */
    logs: z.array(LogEvent),
    total: z.int(),
    total_relation: z.enum(['eq', 'gte']),
    start: isoNano.nullable(),
    end: isoNano.nullable(),
    duration_ms: z.number(),
    /** In the order in which they appear. */
    services: z.array(
      z.object({
        service: z.string().nullable(),
        events: z.int(),
        errors: z.int(),
        first: isoNano,
        last: isoNano,
      }),
    ),
    /** Silence between two events. */
    gaps: z.array(
      z.object({
        from: isoNano,
        to: isoNano,
        duration_ms: z.number(),
        from_service: z.string().nullable(),
        to_service: z.string().nullable(),
      }),
    ),
    /** Spans that others name as their parent and that told nothing themselves. */
    missing_spans: z.array(z.string()),
    took_ms: z.number(),
    /** Whether there is more than this tells: `truncated` beyond `limit`, else `partial_reason`. */
    partial: z.boolean(),
    truncated: z.boolean(),
    partial_reason: PartialReason.optional(),
  })
  .meta({ id: 'CorrelationTrace' });
export type CorrelationTrace = z.output<typeof CorrelationTrace>;

export const traceContextRoute = {
  operationId: 'getTraceContext',
  summary: 'The ids of this very request',
  method: 'GET',
  path: '/api/v1/trace/context',
  access: 'public',
  limit: 'default',
  input: z.strictObject({}),
  output: TraceContextResponse,
} as const satisfies Route;

export const traceDebugRoute = {
  operationId: 'getTraceDebug',
  summary: 'This very request as it arrived, secrets masked',
  method: 'GET',
  path: '/api/v1/trace/debug',
  access: 'platform',
  limit: 'default',
  output: TraceDebugResponse,
} as const satisfies Route;

export const correlationRoute = {
  operationId: 'getCorrelationTrace',
  summary: 'All events of a correlation, trace or request, in order, with their services and gaps',
  method: 'GET',
  path: '/api/v1/correlation/trace/{id}',
  access: 'read',
  limit: 'lookup',
  input: CorrelationInput,
  output: CorrelationTrace,
} as const satisfies Route;
