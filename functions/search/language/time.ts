import { parseEpochNano, parseIsoNano, type UnixNano } from '../../core/unix-nano.ts';

/**
 * What a time in a query or a range parameter covers: as long as it is exact. `2026-11-21` is a day, `2026-11-21T07:40` a minute,
 * `now-1d/d` a day, anything finer an instant. `end` is exclusive.
 */
export interface TimeSpan {
  readonly start: UnixNano;
  readonly end: UnixNano;
}

/** A time that is understood but not yet counted from a moment. */
type TimeForm =
  | { readonly kind: 'fixed'; readonly span: TimeSpan }
  | {
      readonly kind: 'relative';
      readonly steps: readonly {
        readonly amount: number;
        readonly unit: Unit;
      }[];
      readonly roundTo?: Unit;
    };

const UNITS = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: undefined,
  y: undefined,
} as const;
type Unit = keyof typeof UNITS;

const RELATIVE = /^(?:now)?((?:[+-]\d{1,9}[smhdwMy])*)(?:\/([smhdwMy]))?$/;
const STEP = /([+-])(\d+)([smhdwMy])/g;
const DAY = /^\d{4}-\d\d-\d\d(?:Z|[+-]\d\d(?::?\d\d)?)?$/;
const MINUTE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?:\s*(?:Z|z|UTC|[+-]\d\d(?::?\d\d)?))?$/;
const EPOCH = /^\d{9,19}(?:\.\d+)?$/;

/** What the forms of a time look like, for error messages. */
export const TIME_FORMS = [
  'an ISO 8601 time',
  'seconds, milliseconds or nanoseconds since 1970',
  'now-15m',
  '-15m',
  'now-1d/d',
] as const;

/** Whether a text is a time at all. */
export const isTime = (text: string): boolean => parseForm(text) !== undefined;

/**
 * Reads a time: ISO 8601 (no zone means UTC), a number since 1970 (its unit told by its size), or relative to `now`
 * (`now`, `-15m`, `now-1d/d`; units s m h d w M y; `/d` rounds down to the UTC day).
 * @param now milliseconds since 1970
 * @returns undefined where it is none or lies outside 1970–2262
 */
export function parseTime(text: string, now: number): TimeSpan | undefined {
  const form = parseForm(text);
  if (form === undefined) return undefined;
  if (form.kind === 'fixed') return form.span;
  let millis = now;
  for (const { amount, unit } of form.steps) millis = add(millis, amount, unit);
  if (form.roundTo === undefined) return toSpan(millis);
  const start = roundDown(millis, form.roundTo);
  return toSpan(start, add(start, 1, form.roundTo));
}

function parseForm(text: string): TimeForm | undefined {
  const relative = RELATIVE.exec(text);
  if (relative !== null && text !== '' && !text.startsWith('/')) {
    const steps = [...(relative[1] ?? '').matchAll(STEP)].map(([, sign, digits, unit]) => ({
      amount: (sign === '-' ? -1 : 1) * Number(digits),
      unit: unit as Unit,
    }));
    return {
      kind: 'relative',
      steps,
      ...(relative[2] !== undefined && { roundTo: relative[2] as Unit }),
    };
  }
  const start = EPOCH.test(text) ? parseEpochNano(text) : parseIsoNano(text);
  if (start === undefined) return undefined;
  const seconds = DAY.test(text) ? 86_400 : MINUTE.test(text) ? 60 : 0;
  const end = BigInt(start) + (seconds === 0 ? 1n : BigInt(seconds) * 1_000_000_000n);
  return { kind: 'fixed', span: { start, end: String(end) as UnixNano } };
}

function add(millis: number, amount: number, unit: Unit): number {
  const seconds = UNITS[unit];
  if (seconds !== undefined) return millis + amount * seconds * 1000;
  const date = new Date(millis);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + amount * (unit === 'y' ? 12 : 1);
  const year = Math.floor(months / 12);
  const month = months - year * 12;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate(); // 31 January and a month is the last of February
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + (millis - roundDown(millis, 'd'));
}

function roundDown(millis: number, unit: Unit): number {
  const date = new Date(millis);
  if (unit === 'y') return Date.UTC(date.getUTCFullYear(), 0, 1);
  if (unit === 'M') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  if (unit === 'w') return roundDown(millis, 'd') - ((date.getUTCDay() + 6) % 7) * 86_400_000; // ISO weeks begin on Monday
  const step = UNITS[unit] * 1000;
  return Math.floor(millis / step) * step;
}

const MAX_MILLIS = 9_223_372_036_854;

function toSpan(startMillis: number, endMillis?: number): TimeSpan | undefined {
  if (!(startMillis >= 0 && startMillis <= MAX_MILLIS)) return undefined;
  const start = BigInt(Math.floor(startMillis)) * 1_000_000n;
  const end = endMillis === undefined ? start + 1n : BigInt(Math.floor(endMillis)) * 1_000_000n;
  return { start: String(start) as UnixNano, end: String(end) as UnixNano };
}

/** A step of time (`30s`, `5m`, `1h`, `1d`, `1w`) in milliseconds; undefined where it is none. */
export function parseStep(text: string): number | undefined {
  const match = /^(\d{1,6})(ms|s|m|h|d|w)$/.exec(text);
  if (match === null) return undefined;
  const millis = Number(match[1]) * (match[2] === 'ms' ? 1 : UNITS[match[2] as Exclude<Unit, 'M' | 'y'>] * 1000);
  return millis > 0 ? millis : undefined;
}

/** Orders two instants in nanoseconds without making numbers of them. */
export function compareNanos(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
