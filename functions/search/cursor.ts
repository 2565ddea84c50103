import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Position } from '../adapters/event-store/port.ts';
import { DomainError } from '../core/errors.ts';
import { EventId } from '../core/event-id.ts';
import type { ProjectId } from '../core/project.ts';
import { UnixNano } from '../core/unix-nano.ts';

/** A cursor that is none, or of another project or query. */
export class InvalidCursor extends DomainError {
  override readonly name = 'InvalidCursor';
  readonly code = 'invalid_cursor';
}

const Content = z.object({
  /** Version of this form. */
  v: z.literal(1),
  /** Hash of project and request. */
  of: z.string(),
  /** Where the page before ended. */
  at: z.tuple([UnixNano, EventId]),
  /** Milliseconds since 1970 that relative times count from: a moving `now` would move the range between pages. */
  now: z.int().nonnegative(),
  page: z.int().positive(),
  /** Events in all, as counted with the first page. */
  total: z.tuple([z.int().nonnegative(), z.enum(['eq', 'gte'])]),
});

/** What a page needs of the pages before. */
export interface Continuation {
  readonly after: Position;
  readonly now: number;
  /** Number of the page that the cursor asks for, from 2. */
  readonly page: number;
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
}

/**
 * A cursor is a place in the order of (time, id), not a count: events that arrive while someone pages are either before the place, and no
 * concern of the pages to come, or behind it, and shown in their place; none is shown twice or left out.
 */
export function encodeCursor(project: ProjectId, request: unknown, { after, now, page, total }: Continuation): string {
  const content: z.input<typeof Content> = {
    v: 1,
    of: digest(project, request),
    at: [after.time, after.id],
    now,
    page,
    total: [total.value, total.relation],
  };
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws InvalidCursor */
export function decodeCursor(cursor: string, project: ProjectId, request: unknown): Continuation {
  const parsed = Content.safeParse(readJson(cursor));
  if (!parsed.success) throw new InvalidCursor('this is no cursor; take `next_cursor` of an answer as it is');
  const { of, at, now, page, total } = parsed.data;
  if (of !== digest(project, request)) {
    throw new InvalidCursor(
      'the cursor belongs to another project or query; begin again without one, or send the same parameters',
    );
  }
  return { after: { time: at[0], id: at[1] }, now, page, total: { value: total[0], relation: total[1] } };
}

function readJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined; // told as an invalid cursor like every other text that is none
  }
}

const digest = (project: ProjectId, request: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([project, request]))
    .digest('base64url')
    .slice(0, 22);
