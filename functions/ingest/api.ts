import { z } from 'zod';
import type { Route } from '../core/route.ts';

const time = z.union([z.string(), z.number(), z.bigint()]).meta({
  description: 'ISO 8601, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970',
  example: '2026-11-21T07:40:00.123Z',
});
const id = z.string().max(512).optional();

/** A log entry (seed 002). Other members become attributes. */
export const LogEntry = z
  .looseObject({
    timestamp: time,
    level: z.union([z.string().min(1), z.int().nonnegative()]).meta({ example: 'ERROR' }),
    service: z.string().min(1).max(512).meta({ example: 'payment-service' }),
    message: z.string(),
    environment: z.string().max(512).optional(),
    host: z.string().max(512).optional(),
    service_version: z.string().max(512).optional(),
    trace_id: id,
    span_id: id,
    correlation_id: id,
    request_id: id,
    user_id: id,
    tags: z.array(z.string()).optional(),
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'LogEntry' });
export type LogEntry = z.output<typeof LogEntry>;

/** A workflow execution (seed 003). Other members become attributes. */
export const WorkflowExecution = z
  .looseObject({
    environment: z.string().min(1).max(512).meta({ example: 'production' }),
    executed_at: time,
    status: z.string().min(1).max(512).meta({ example: 'SUCCESS' }),
    workflow_version: z.string().max(512).optional(),
    ticket_id: id,
    execution_time_seconds: z.number().nonnegative().optional(),
    category: z.string().max(512).optional(),
    resolution_status: z.string().max(512).optional(),
    metrics: z.record(z.string(), z.unknown()).optional(),
    payload: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'WorkflowExecution' });
export type WorkflowExecution = z.output<typeof WorkflowExecution>;

export const AcceptedLog = z
  .object({ id: z.string(), status: z.literal('accepted'), timestamp: z.string() })
  .meta({ id: 'AcceptedLog' });

const fieldErrors = z.array(z.object({ pointer: z.string(), detail: z.string() }));

export const AcceptedBatch = z
  .object({
    accepted: z.int(),
    rejected: z.int(),
    /** Ids of the accepted events, in order. */
    ids: z.array(z.string()),
    errors: z
      .array(z.object({ index: z.int(), errors: fieldErrors }))
      .meta({ description: 'at most 100, of the first rejected events' }),
  })
  .meta({ id: 'AcceptedBatch' });

export const AcceptedLines = z
  .object({
    accepted: z.int(),
    rejected: z.int(),
    errors: z.array(z.object({ index: z.int(), reason: z.string() })).meta({ description: 'at most 10' }),
  })
  .meta({ id: 'AcceptedLines' });

export const GenerateRequest = z
  .object({
    minutes: z.coerce.number().int().min(1).max(1440).default(60),
    events: z.coerce.number().int().min(1).max(5_000).default(1_000),
  })
  .meta({ id: 'GenerateRequest' });

export const Generated = z.object({ accepted: z.int() }).meta({ id: 'Generated' });

const entry = z.union([LogEntry, WorkflowExecution]);
const lines = z.string().meta({ description: 'One event a line' });

const ingest = { access: 'ingest', limit: 'ingest' } as const;

export const createLogRoute = {
  operationId: 'createLog',
  summary: 'Send one log entry or workflow execution',
  method: 'POST',
  path: '/api/v1/logs',
  aliases: ['/api/logs'],
  body: { 'application/json': entry },
  output: AcceptedLog,
  status: 201,
  ...ingest,
} as const satisfies Route;

export const createLogsRoute = {
  operationId: 'createLogs',
  summary: 'Send many: a JSON array, {"logs": […]} or NDJSON',
  method: 'POST',
  path: '/api/v1/logs/batch',
  aliases: ['/api/logs/batch'],
  body: {
    'application/json': z.union([z.array(entry), z.object({ logs: z.array(entry) })]),
    'application/x-ndjson': lines,
  },
  output: AcceptedBatch,
  status: 202,
  ...ingest,
} as const satisfies Route;

export const ingestRoute = {
  operationId: 'ingest',
  summary: 'Send lines of text, JSON or NDJSON as they are',
  method: 'POST',
  path: '/v1/ingest',
  aliases: ['/ingest'],
  body: { 'text/plain': lines, 'application/x-ndjson': lines, 'application/json': z.unknown() },
  output: AcceptedLines,
  ...ingest,
} as const satisfies Route;

export const generateRoute = {
  operationId: 'generateLogs',
  summary: 'Fill the project with generated sample logs',
  method: 'POST',
  path: '/api/v1/logs/generate',
  input: GenerateRequest,
  output: Generated,
  status: 202,
  ...ingest,
} as const satisfies Route;
