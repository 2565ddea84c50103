import { z } from 'zod';
import type { Route } from '../core/route.ts';

/** Seed 004's shape: each key names the part that plays that role here. */
export const Health = z
  .object({
    status: z.enum(['healthy', 'degraded']),
    timestamp: z.string(),
    version: z.string(),
    services: z.object({
      /** OpenSearch's colour. */
      elasticsearch: z.enum(['green', 'yellow', 'red', 'unavailable']),
      /** DynamoDB. */
      database: z.enum(['healthy', 'unhealthy']),
      /** The stream, which buffers what is on its way. */
      redis: z.enum(['healthy', 'unhealthy']),
    }),
  })
  .meta({ id: 'Health' });
export type Health = z.output<typeof Health>;

export const Readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    timestamp: z.string(),
    checks: z.record(
      z.string(),
      z.object({ status: z.enum(['up', 'down']), detail: z.string().optional(), took_ms: z.int() }),
    ),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.output<typeof Readiness>;

export const PlatformStatus = z
  .object({
    service: z.literal('tributary'),
    version: z.string(),
    local: z.boolean(),
    ingest_url: z.string(),
    /** Who may register. */
    registration: z.enum(['open', 'invitation', 'closed']),
    /** Whether invitations and new passwords are mailed. */
    sends_mail: z.boolean(),
  })
  .meta({ id: 'PlatformStatus' });
export type PlatformStatus = z.output<typeof PlatformStatus>;

export const healthRoute = {
  operationId: 'health',
  summary: 'Whether the platform is well',
  method: 'GET',
  path: '/health',
  access: 'public',
  limit: 'page',
  output: Health,
} as const satisfies Route;

export const readinessRoute = {
  operationId: 'readiness',
  summary: 'Each dependency with its state; 503 where one is down',
  method: 'GET',
  path: '/health/ready',
  access: 'public',
  limit: 'page',
  output: Readiness,
} as const satisfies Route;

export const statusRoute = {
  operationId: 'status',
  summary: 'What this is and where to send logs',
  method: 'GET',
  path: '/api/v1/status',
  access: 'public',
  limit: 'page',
  output: PlatformStatus,
} as const satisfies Route;
