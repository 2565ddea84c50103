import { createHash } from 'node:crypto';
import { z } from 'zod';

/** How long an index is kept. The letter stands first in an event id. */
export const RETENTION_CLASSES = {
  a: '7d',
  b: '30d',
  c: '90d',
  d: '365d',
} as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[keyof typeof RETENTION_CLASSES];

const DAY_MILLIS = 86_400_000;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32, lower case
const ID = /^[a-d][0-9a-hjkmnp-tv-z]{34}$/;

/**
 * An event's id: retention class (1), day since 1970 (4), and 30 characters of its own, all base 32. It names its index, so that
 * reading an event is one get; ids of one request sort in the order of its events.
 */
export const EventId = z.string().regex(ID, 'expected an event id of 35 characters').brand<'EventId'>();
export type EventId = z.output<typeof EventId>;

/** `logs-<retention class>-<day>`, pooled for all projects. */
export const IndexName = z.string().brand<'IndexName'>();
export type IndexName = z.output<typeof IndexName>;

/** Days since 1970 of an instant in milliseconds. */
export const toDay = (millis: number): number => Math.floor(millis / DAY_MILLIS);

// nearly all events of a while go to one index
let lastIndex: { retention: RetentionClass; day: number; name: IndexName } | undefined;

/** The index of a retention class and day. */
export function toIndexName(retention: RetentionClass, day: number): IndexName {
  if (lastIndex?.retention !== retention || lastIndex.day !== day) {
    const date = new Date(day * DAY_MILLIS).toISOString().slice(0, 10).replaceAll('-', '.');
    lastIndex = { retention, day, name: `logs-${retention}-${date}` as IndexName };
  }
  return lastIndex.name;
}

/** The index that an id names. */
export function indexOf(id: EventId): IndexName {
  const retention = RETENTION_CLASSES[id[0] as keyof typeof RETENTION_CLASSES];
  return toIndexName(retention, dayOf(id));
}

/** What the ids of an index's events begin with. */
export function idPrefixOf(index: IndexName): string {
  const [, retention = '', date = ''] = /^logs-(\w+)-(.+)$/.exec(index) ?? [];
  return prefixOf(retention as RetentionClass, toDay(Date.parse(`${date.replaceAll('.', '-')}T00:00:00Z`)));
}

/** Days since 1970 of the index that an id names. */
export function dayOf(id: EventId): number {
  let day = 0;
  for (const digit of id.slice(1, 5)) day = day * 32 + ALPHABET.indexOf(digit);
  return day;
}

/**
 * An id without a client's own: the request's ULID (26 characters) and the event's position in it.
 * @param position 0 to 1,048,575
 */
export function makeEventId(retention: RetentionClass, day: number, ulid: string, position: number): EventId {
  return `${prefixOf(retention, day)}${ulid.toLowerCase()}${toBase32(position, 4)}` as EventId;
}

/**
 * An id from a client's own: the same for the same event sent again, another one where a reused client id comes with other content.
 * Ids of one request sort by position here too: 12 characters hash the request, 4 are the position, 14 hash the event.
 * @param request project, data set and the client's id
 * @param position 0 to 1,048,575
 * @param event as it came
 */
export function makeStableEventId(
  retention: RetentionClass,
  day: number,
  request: readonly string[],
  position: number,
  event: string,
): EventId {
  const unique = hashText(request, 12) + toBase32(position, 4) + hashText([...request, event], 14);
  return `${prefixOf(retention, day)}${unique}` as EventId;
}

/** The first digits of a SHA-256 in base 32; each part is told apart by its length. */
function hashText(parts: readonly string[], digits: number): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  const digest = hash.digest();
  let text = '';
  for (let digit = 0; digit < digits; digit++) {
    const bit = digit * 5;
    const pair = ((digest[bit >> 3] ?? 0) << 8) | (digest[(bit >> 3) + 1] ?? 0);
    text += ALPHABET[(pair >> (11 - (bit & 7))) & 31];
  }
  return text;
}

let lastPrefix: { retention: RetentionClass; day: number; text: string } | undefined;

function prefixOf(retention: RetentionClass, day: number): string {
  if (lastPrefix?.retention !== retention || lastPrefix.day !== day) {
    const [letter] = Object.entries(RETENTION_CLASSES).find(([, name]) => name === retention) ?? [];
    lastPrefix = { retention, day, text: `${letter}${toBase32(day, 4)}` };
  }
  return lastPrefix.text;
}

function toBase32(value: number, digits: number): string {
  let text = '';
  for (let shift = (digits - 1) * 5; shift >= 0; shift -= 5) text += ALPHABET[(value >> shift) & 31];
  return text;
}
