import { z } from 'zod';
import type { Route } from '../core/route.ts';

const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC', example: '2026-11-21T07:40:00.000Z' });
const time = z.string().min(1).max(64);

/** `incomplete`: it reached the end, and not all could be brought back; `problems` tells what. */
export const JobStatus = z.enum(['waiting', 'running', 'completed', 'incomplete', 'failed']);
export type JobStatus = z.output<typeof JobStatus>;

export const StartReplay = z.strictObject({
  from: time.meta({ description: 'Receive time: ISO 8601, epoch or relative', example: '2026-11-20' }),
  to: time.default('now'),
});
export type StartReplay = z.output<typeof StartReplay>;

/** Events brought back from the archive into the index: what is there stays as it is, what was deleted stays deleted. */
export const Replay = z
  .object({
    id: z.string(),
    status: JobStatus,
    from: isoMillis,
    to: isoMillis,
    created_at: isoMillis,
    updated_at: isoMillis,
    /** 0 to 1, by days of receipt and the objects of a day. */
    progress: z.number(),
    /** Objects of the archive that were read. */
    objects: z.int(),
    frames: z.int(),
    events: z.int(),
    /** Events that were missing in the index. */
    created: z.int(),
    /** Events that were there, or are deleted. */
    existing: z.int(),
    quarantined: z.int(),
    /** Objects that are not what their manifest says, and frames that cannot be read; the first 20. */
    problems: z.array(z.string()),
    problems_total: z.int(),
  })
  .meta({ id: 'Replay' });
export type Replay = z.output<typeof Replay>;

export const ReplayList = z.object({ items: z.array(Replay), total: z.int() }).meta({ id: 'ReplayList' });
export type ReplayList = z.output<typeof ReplayList>;

export const ReplayPath = z.object({ id: z.string().max(64) });

const own = { limit: 'default' } as const;

export const startReplayRoute = {
  ...own,
  operationId: 'startReplay',
  summary: 'Bring events that are missing in the index back from the archive',
  method: 'POST',
  path: '/api/v1/ingest/replays',
  access: 'admin',
  input: StartReplay,
  output: Replay,
  status: 202,
} as const satisfies Route;

export const listReplaysRoute = {
  ...own,
  operationId: 'listReplays',
  summary: 'Replays of the last 30 days, the newest first',
  method: 'GET',
  path: '/api/v1/ingest/replays',
  access: 'read',
  input: z.object({}),
  output: ReplayList,
} as const satisfies Route;

export const getReplayRoute = {
  ...own,
  operationId: 'getReplay',
  summary: 'How far a replay is',
  method: 'GET',
  path: '/api/v1/ingest/replays/{id}',
  access: 'read',
  input: ReplayPath,
  output: Replay,
} as const satisfies Route;
