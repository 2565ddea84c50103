import { z } from 'zod';
import type { Route } from '../core/route.ts';

/** An event of a client's own trace (seed 004). */
export const TraceLogRequest = z
  .strictObject({
    project_id: z.string().max(64).optional(),
    event: z.string().min(1).max(512).meta({ example: 'payment_processed' }),
    details: z.record(z.string(), z.unknown()).default({}),
    level: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'WARNING', 'ERROR', 'FATAL', 'CRITICAL']).default('INFO'),
    service: z.string().min(1).max(512).default('trace'),
  })
  .meta({ id: 'TraceLogRequest' });
export type TraceLogRequest = z.output<typeof TraceLogRequest>;

export const TraceLogged = z
  .object({
    status: z.literal('logged'),
    /** Id of the event. */
    id: z.string(),
    event: z.string(),
    request_id: z.string(),
    correlation_id: z.string(),
    trace_id: z.string(),
  })
  .meta({ id: 'TraceLogged' });
export type TraceLogged = z.output<typeof TraceLogged>;

export const traceLogRoute = {
  operationId: 'logTraceEvent',
  summary: "Send an event that carries this request's correlation and trace",
  method: 'POST',
  path: '/api/v1/trace/log',
  access: 'ingest',
  limit: 'ingest',
  input: TraceLogRequest,
  output: TraceLogged,
  status: 201,
} as const satisfies Route;
