import { z } from 'zod';

/**
 * Nanoseconds since 1970 in decimal digits, as OTLP's JSON writes them: a double cannot hold today's and a
 * `bigint` cannot cross JSON. Fixed to 1970–2262, what OpenSearch's `date_nanos` represents.
 */
export const UnixNano = z
  .string()
  .regex(/^\d{1,19}$/, 'expected nanoseconds since 1970 as decimal digits')
  .brand<'UnixNano'>();
export type UnixNano = z.output<typeof UnixNano>;

/** The last instant that `date_nanos` can hold, 2262-04-11T23:47:16.854775807Z. */
export const MAX_UNIX_NANO = 9_223_372_036_854_775_807n;

/** @param millis whole milliseconds since 1970, 0 or more */
export function fromMillis(millis: number): UnixNano {
  return (millis === 0 ? '0' : `${millis}000000`) as UnixNano;
}

/** Milliseconds since 1970, rounded down. */
export function toMillis(nano: UnixNano): number {
  return nano.length <= 6 ? 0 : Number(nano.slice(0, -6));
}

const DAY_SECONDS = 86_400;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

// nearly all events are of today or yesterday, and a date costs more to make than to compare
let lastDay = { day: 0, date: '1970-01-01' };

/** ISO 8601 in UTC with nine fraction digits: `2026-11-21T07:40:00.123456789Z`. */
export function toIsoNano(nano: UnixNano): string {
  const seconds = nano.length <= 9 ? 0 : Number(nano.slice(0, -9));
  const day = Math.floor(seconds / DAY_SECONDS);
  if (lastDay.day !== day) lastDay = { day, date: new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10) };
  const rest = seconds - day * DAY_SECONDS;
  const minutes = Math.floor(rest / 60);
  const fraction = nano.length < 9 ? nano.padStart(9, '0') : nano.slice(-9);
  return `${lastDay.date}T${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[rest % 60]}.${fraction}Z`;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * Reads ISO 8601 / RFC 3339 with up to nine fraction digits (more are cut), `T` or blank between date and time; no zone means UTC.
 * @returns undefined where the text is no such time or lies outside 1970–2262
 */
export function parseIsoNano(text: string): UnixNano | undefined {
  return parseCommonIso(text) ?? parseAnyIso(text);
}

// the date of the last time read in the common form, and its midnight in seconds since 1970
let lastDate = { text: '', seconds: 0 };

/** `YYYY-MM-DDTHH:MM:SS[.fraction]Z` of a year that nineteen digits surely hold: nearly all times there are, at a fifth of the price. */
function parseCommonIso(text: string): UnixNano | undefined {
  const { length } = text;
  if (length < 20 || length > 30 || text.charCodeAt(10) !== 84 || text.charCodeAt(length - 1) !== 90) return undefined;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const time = digitsAt(text, 11) * 3600 + digitsAt(text, 14) * 60 + digitsAt(text, 17);
  if (!(digitsAt(text, 11) < 24 && digitsAt(text, 14) < 60 && digitsAt(text, 17) < 60)) return undefined;
  let fraction = '';
  if (length > 20) {
    if (length === 21 || text.charCodeAt(19) !== 46) return undefined;
    fraction = text.slice(20, -1);
    for (let at = 0; at < fraction.length; at++) if (!isDigit(fraction.charCodeAt(at))) return undefined;
  }
  const date = text.slice(0, 10);
  if (lastDate.text !== date) {
    const nano = parseAnyIso(date);
    // from here on seconds have ten digits, and before 2261 every time fits
    if (nano === undefined || date < '2001-09-10' || date >= '2261') return undefined;
    lastDate = { text: date, seconds: Number(nano.slice(0, -9)) };
  }
  return `${lastDate.seconds + time}${fraction.padEnd(9, '0')}` as UnixNano;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** The two digits at a place, NaN where they are none. */
function digitsAt(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - 48) * 10 + ones - 48 : Number.NaN;
}

function parseAnyIso(text: string): UnixNano | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const leap = second === '60'; // a leap second is shown as the last instant before it
  const millis = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${leap ? '59' : second}Z`);
  if (Number.isNaN(millis) || new Date(millis).getUTCDate() !== Number(day)) return undefined;
  const seconds = millis / 1000 - zoneSeconds(zone);
  if (seconds < 0) return undefined;
  const nano = `${seconds}${leap ? '999999999' : fraction.padEnd(9, '0')}`.replace(/^0+(?=\d)/, '');
  return nano.length < 19 || BigInt(nano) <= MAX_UNIX_NANO ? (nano as UnixNano) : undefined;
}

function zoneSeconds(zone: string): number {
  if (!/^[+-]/.test(zone)) return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}

/**
 * Reads a number whose unit is told by its size: below 1e11 seconds (a fraction allowed), below 1e14 milliseconds, below 1e17
 * microseconds, else nanoseconds. Takes digits as text so that nanoseconds keep all of theirs.
 * @returns undefined where it is negative, not finite or beyond 2262
 */
export function parseEpochNano(value: number | bigint | string): UnixNano | undefined {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(typeof value === 'number' ? plain(value) : String(value));
  if (match === null) return undefined;
  const [, digits = '', fraction = ''] = match;
  const whole = digits.replace(/^0+(?=\d)/, '');
  const scale = whole.length <= 11 ? 9 : whole.length <= 14 ? 6 : whole.length <= 17 ? 3 : 0;
  const nano = `${whole}${fraction.slice(0, scale).padEnd(scale, '0')}`.replace(/^0+(?=\d)/, '');
  return nano.length < 19 || (nano.length === 19 && BigInt(nano) <= MAX_UNIX_NANO) ? (nano as UnixNano) : undefined;
}

/** A number without exponent; microseconds are what a double holds of today's seconds. */
function plain(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(6);
}
