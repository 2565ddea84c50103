import { z } from 'zod';
import type { Route } from '../core/route.ts';

export const LogPath = z.object({ id: z.string().max(64) });

const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC', example: '2026-11-21T07:40:00.123Z' });

export const DeletedLog = z
  .object({
    id: z.string(),
    /** `deleted`: no read finds it any more. `pending`: it was not stored yet, or the store is away; it will not be found either. */
    status: z.enum(['deleted', 'pending']),
    deleted_at: isoMillis,
    /** Until then it can be restored; then its document is removed. */
    restorable_until: isoMillis,
    /** The copy in the archive is not searchable and is removed by the archive's retention, at the latest so many days after receipt. */
    archive_retention_days: z.number(),
  })
  .meta({ id: 'DeletedLog' });
export type DeletedLog = z.output<typeof DeletedLog>;

export const RestoredLog = z
  .object({
    id: z.string(),
    /** `pending`: reads find it again as soon as the store has it. */
    status: z.enum(['restored', 'pending']),
  })
  .meta({ id: 'RestoredLog' });
export type RestoredLog = z.output<typeof RestoredLog>;

export const deleteLogRoute = {
  operationId: 'deleteLog',
  summary:
    'Delete an event: hidden from every read at once, restorable for a grace period, then removed; 202 where it is not stored yet',
  method: 'DELETE',
  path: '/api/v1/logs/{id}',
  aliases: ['/api/logs/{id}'],
  access: 'write',
  limit: 'default',
  input: LogPath,
  output: DeletedLog,
} as const satisfies Route;

export const restoreLogRoute = {
  operationId: 'restoreLog',
  summary: 'Restore a deleted event within its grace period',
  method: 'POST',
  path: '/api/v1/logs/{id}/restore',
  aliases: ['/api/logs/{id}/restore'],
  access: 'write',
  limit: 'default',
  input: LogPath,
  output: RestoredLog,
} as const satisfies Route;
