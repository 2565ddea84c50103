import { z } from 'zod';
import type { Route } from '../core/route.ts';

const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC', example: '2026-11-21T07:40:00.000Z' });
const time = z.string().min(1).max(64);

/** Counts of events; what was accepted is what was indexed, quarantined, dropped, or is still on its way. */
const counts = {
  frames: z.int(),
  /** Events that came, those that rules dropped among them. */
  accepted: z.int(),
  indexed: z.int(),
  quarantined: z.int(),
  dropped: z.int(),
  /** Events of frames that the index has not told of. */
  pending: z.int(),
};

/** Whether nothing of it is lost: no frame is `overdue` or `unequal`. Young frames may still be on their way. */
const balanced = z.boolean();

export const LedgerMinute = z.object({ minute: isoMillis, ...counts, balanced }).meta({ id: 'LedgerMinute' });
export type LedgerMinute = z.output<typeof LedgerMinute>;

/** A frame whose two sides do not tell the same. */
export const OpenFrame = z
  .object({
    frame_id: z.string(),
    received_at: isoMillis,
    age_seconds: z.int(),
    /** `pending`: one side has yet to tell. `overdue`: it has not in ten minutes. `unequal`: both have, and differ. */
    state: z.enum(['pending', 'overdue', 'unequal']),
    /** The side that has not told: the archive (`accepted`) or the index (`stored`). */
    missing: z.enum(['accepted', 'stored']).nullable(),
    accepted: z.int().nullable(),
    dropped: z.int().nullable(),
    indexed: z.int().nullable(),
    quarantined: z.int().nullable(),
  })
  .meta({ id: 'OpenFrame' });
export type OpenFrame = z.output<typeof OpenFrame>;

export const LedgerAnswer = z
  .object({
    from: isoMillis,
    to: isoMillis,
    balanced,
    totals: z.object(counts),
    /** Minutes in which frames were received, the oldest first. */
    items: z.array(LedgerMinute),
    total: z.int(),
    /** The oldest first, at most 100. */
    open_frames: z.array(OpenFrame),
    open_frames_total: z.int(),
    took_ms: z.int(),
  })
  .meta({ id: 'Ledger' });
export type LedgerAnswer = z.output<typeof LedgerAnswer>;

export const LedgerRequest = z.object({
  from: time.default('-1h').meta({ description: 'Receive time: ISO 8601, epoch or relative', example: '-1h' }),
  to: time.default('now').meta({ description: 'At most 24 hours after `from`; the ledger tells of the last 8 days' }),
});
export type LedgerRequest = z.output<typeof LedgerRequest>;

export const ledgerRoute = {
  operationId: 'readLedger',
  summary: 'What became of the events that were accepted, minute by minute',
  method: 'GET',
  path: '/api/v1/ingest/ledger',
  access: 'read',
  limit: 'metrics',
  input: LedgerRequest,
  output: LedgerAnswer,
} as const satisfies Route;
