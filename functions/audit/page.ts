import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { ProjectId } from '../core/project.ts';
import { parseTime, TIME_FORMS } from '../search/language/time.ts';
import type { ListAuditInput } from './api.ts';

const READ_AT_ONCE = 200;
/** Entries that one request looks at for its filters: about 5 MB, or two seconds. */
const BUDGET = 5_000;

/** An entry as its list has it, and the place before which the next one stands. */
export interface Placed<Entry, Place> {
  readonly place: Place;
  /** Undefined for one that cannot be read any more. */
  readonly entry: Entry | undefined;
}

/** A list of entries, newest first. */
export interface Source<Entry, Place> {
  /** At most `limit` entries before a place; a page is short only at the end. */
  readonly before: (place: Place, limit: number) => Promise<readonly Placed<Entry, Place>[]>;
  /** Milliseconds since 1970 of the first entry that is wanted. */
  readonly from: number | undefined;
  readonly matches: (entry: Entry) => boolean;
  /** Whether some entries that are read will not match. */
  readonly isSifted: boolean;
}

/** Reads entries before a place until there are enough, or the budget is spent. @returns `place` where to go on, `ended` where there are none */
export async function collect<Entry extends { readonly timestamp: string }, Place>(
  { before, from, matches, isSifted }: Source<Entry, Place>,
  start: Place,
  limit: number,
): Promise<{ readonly items: Entry[]; readonly place: Place; readonly ended: boolean }> {
  const items: Entry[] = [];
  let place = start;
  let looked = 0;
  let ended = false;
  while (!ended && items.length < limit && looked < BUDGET) {
    const wanted = isSifted ? READ_AT_ONCE : limit - items.length;
    const read = await before(place, wanted);
    ended = read.length < wanted;
    for (const each of read) {
      if (items.length === limit) {
        ended = false;
        break;
      }
      looked++;
      place = each.place;
      const { entry } = each;
      if (entry === undefined) continue;
      if (from !== undefined && Date.parse(entry.timestamp) < from) {
        ended = true;
        break;
      }
      if (matches(entry)) items.push(entry);
    }
  }
  return { items, place, ended };
}

/** What lists of entries are filtered by. */
interface Told {
  readonly actor: { readonly id: string; readonly name: string };
  readonly action: string;
  readonly entity_type: string;
  readonly entity_id: string;
  readonly result: string;
  /** Of one that told of a beginning: its end is told by another. */
  readonly settled?: boolean | undefined;
}

/** Whether an entry meets all conditions of a request. */
export function toFilter(input: ListAuditInput): (entry: Told) => boolean {
  const actor = input.actor?.toLowerCase();
  const kind = input.action?.endsWith('*') ? input.action.slice(0, -1) : undefined;
  return (entry) =>
    (actor === undefined || entry.actor.id.toLowerCase() === actor || entry.actor.name.toLowerCase() === actor) &&
    (input.action === undefined ||
      (kind === undefined ? entry.action === input.action : entry.action.startsWith(kind))) &&
    (input.entity_type === undefined || entry.entity_type === input.entity_type) &&
    (input.entity_id === undefined || entry.entity_id === input.entity_id) &&
    (input.result === undefined || (entry.result === input.result && entry.settled !== true));
}

/** Whether a request has any condition. */
export const isFiltered = ({ actor, action, entity_type, entity_id, result, from, to }: ListAuditInput): boolean =>
  [actor, action, entity_type, entity_id, result, from, to].some((each) => each !== undefined);

/** The bounds of a request in milliseconds since 1970: from inclusive, to exclusive. @throws InvalidRequest */
export const rangeOf = (input: ListAuditInput, now: number) => ({
  from: toMillis('from', input.from, now),
  to: toMillis('to', input.to, now),
});

function toMillis(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const span = parseTime(text, now);
  if (span === undefined)
    throw new InvalidRequest([{ pointer: `#/${name}`, detail: `expected ${TIME_FORMS.join(', ')}` }]);
  return Number(BigInt(span.start) / 1_000_000n);
}

/** Where the next page of a list begins. */
interface Mark<Place> {
  readonly before: Place;
  /** Entries on the pages so far. */
  readonly found: number;
}

/** What a cursor belongs to: the same request of the same project. */
function requestHash(
  project: ProjectId,
  { cursor: _cursor, limit: _limit, ...request }: object & { cursor?: unknown; limit?: unknown },
): string {
  return createHash('sha256')
    .update(JSON.stringify([project, request]))
    .digest('base64url')
    .slice(0, 16);
}

export const toCursor = (mark: Mark<number | string>, project: ProjectId, request: object): string =>
  Buffer.from(JSON.stringify({ of: requestHash(project, request), ...mark })).toString('base64url');

/** @throws Failure `invalid_cursor` for one that is not of this list and request */
export function readCursor<Place>(
  text: string,
  place: z.ZodType<Place>,
  project: ProjectId,
  request: object,
): Mark<Place> {
  try {
    const Cursor = z.object({ of: z.string(), before: place, found: z.int().nonnegative() });
    const { of, ...mark } = Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (of === requestHash(project, request)) return mark as Mark<Place>;
  } catch {
    // told below
  }
  throw new Failure('invalid_cursor', 'expected the next_cursor of a page of this very list');
}
