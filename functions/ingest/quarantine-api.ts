import { z } from 'zod';
import type { Route } from '../core/route.ts';

const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC', example: '2026-11-21T07:40:00.000Z' });
const time = z.string().min(1).max(64);
const id = z.string().regex(/^[\w-]{1,160}$/, 'expected an id as the list gives it');

/** Events that could not be stored, kept together because they came together. */
export const QuarantineEntry = z
  .object({
    id: z.string(),
    /** `events`: some events of a frame, refused by the store. `frame`: all of a frame, which could not be read or ended the function. */
    kind: z.enum(['events', 'frame']),
    /** Why, the most frequent reason first, at most 5. */
    reasons: z.array(z.object({ reason: z.string(), events: z.int() })),
    events: z.int(),
    bytes: z.int(),
    received_at: isoMillis,
    quarantined_at: isoMillis,
    /** When someone last tried to store them again. */
    redriven_at: isoMillis.nullable(),
  })
  .meta({ id: 'QuarantineEntry' });
export type QuarantineEntry = z.output<typeof QuarantineEntry>;

export const QuarantineList = z
  .object({
    /** The newest first. */
    items: z.array(QuarantineEntry),
    next_cursor: z.string().nullable(),
    took_ms: z.int(),
  })
  .meta({ id: 'QuarantineList' });
export type QuarantineList = z.output<typeof QuarantineList>;

/** Which entries are meant: all unless told otherwise. */
const filter = {
  reason: z.string().min(1).max(500).optional().meta({ description: 'Part of a reason, without regard to case' }),
  from: time.optional().meta({ description: 'Receive time: ISO 8601, epoch or relative', example: '-1d' }),
  to: time.optional(),
};

/** The id of the last entry before. */
const cursor = id.optional();

export const ListQuarantine = z.object({
  ...filter,
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor,
});
export type ListQuarantine = z.output<typeof ListQuarantine>;

export const QuarantinePath = z.object({ id });

export const QuarantinePreview = QuarantineEntry.extend({
  /** The first events, at most 20. */
  preview: z.array(
    z.object({
      reason: z.string(),
      /** The event as it would have been stored, or the record's first bytes; cut after 4,096 characters. */
      text: z.string(),
      truncated: z.boolean(),
    }),
  ),
}).meta({ id: 'QuarantinePreview' });
export type QuarantinePreview = z.output<typeof QuarantinePreview>;

export const RedriveQuarantine = z.strictObject({ ...filter, cursor });
export type RedriveQuarantine = z.output<typeof RedriveQuarantine>;

export const RedriveResult = z
  .object({
    /** Entries that were tried. */
    entries: z.int(),
    /** Events that can be searched now, be it that they were already. */
    stored: z.int(),
    /** Events that are refused still; they stay, with the reason of this time. */
    refused: z.int(),
    /** The first reasons of those, at most 5. */
    reasons: z.array(z.string()),
    /** Where to go on: time ended before the last entry that was meant. */
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'RedriveResult' });
export type RedriveResult = z.output<typeof RedriveResult>;

const own = { limit: 'default' } as const;

export const listQuarantineRoute = {
  ...own,
  operationId: 'listQuarantine',
  summary: 'Events that were accepted and could not be stored',
  method: 'GET',
  path: '/api/v1/ingest/quarantine',
  access: 'read',
  input: ListQuarantine,
  output: QuarantineList,
} as const satisfies Route;

export const previewQuarantineRoute = {
  ...own,
  operationId: 'previewQuarantine',
  summary: 'What a quarantine entry holds and why',
  method: 'GET',
  path: '/api/v1/ingest/quarantine/{id}',
  access: 'read',
  input: QuarantinePath,
  output: QuarantinePreview,
} as const satisfies Route;

export const redriveOneRoute = {
  ...own,
  operationId: 'redriveQuarantineEntry',
  summary: 'Try to store the events of one entry again',
  method: 'POST',
  path: '/api/v1/ingest/quarantine/{id}/redrive',
  access: 'write',
  input: QuarantinePath,
  output: RedriveResult,
} as const satisfies Route;

export const redriveAllRoute = {
  ...own,
  operationId: 'redriveQuarantine',
  summary: 'Try to store the events of all entries that a filter names again',
  method: 'POST',
  path: '/api/v1/ingest/quarantine/redrive',
  access: 'write',
  input: RedriveQuarantine,
  output: RedriveResult,
} as const satisfies Route;
