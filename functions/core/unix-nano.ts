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

/** ISO 8601 in UTC with nine fraction digits: `2026-11-21T07:40:00.123456789Z`. */
export function toIsoNano(nano: UnixNano): string {
  const millis = toMillis(nano);
  const below = nano.padStart(7, '0').slice(-6);
  return `${new Date(millis).toISOString().slice(0, -1)}${below}Z`;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

/**
 * Reads ISO 8601 / RFC 3339 with up to nine fraction digits (more are cut), `T` or blank between date and time; no zone means UTC.
 * @returns undefined where the text is no such time or lies outside 1970–2262
 */
export function parseIsoNano(text: string): UnixNano | undefined {
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
