import { illegalArgument, OpenSearchError } from './errors.ts';

/** A point in time in two numbers that doubles hold exactly: whole Unix milliseconds and the nanoseconds within. */
export interface Instant {
  readonly millis: number;
  /** 0 … 999,999 */
  readonly nanos: number;
}

/** What date_nanos can hold: 1970 up to 2262-04-11T23:47:16.854775807Z (64-bit nanoseconds). */
const MAX_NANOS = 9223372036854775807n;

export const compareInstants = (a: Instant, b: Instant): number => a.millis - b.millis || a.nanos - b.nanos;

export const toNanos = ({ millis, nanos }: Instant): bigint => BigInt(millis) * 1_000_000n + BigInt(nanos);

export function fromNanos(nanos: bigint): Instant {
  const within = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return { millis: Number((nanos - within) / 1_000_000n), nanos: Number(within) };
}

/** `strict_date_optional_time_nanos` as OpenSearch prints it: fraction of 3, 6 or 9 digits. */
export function formatNanos({ millis, nanos }: Instant): string {
  const base = new Date(millis).toISOString();
  if (nanos === 0) return base;
  const digits = nanos.toString().padStart(6, '0');
  return `${base.slice(0, -1)}${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`;
}

/** `strict_date_optional_time`: milliseconds. */
export const formatMillis = (millis: number): string => new Date(millis).toISOString();

const DAY = '(\\d{4})(?:-(\\d{2})(?:-(\\d{2})';
const FRACTION = '(?:[.,](\\d{1,9}))?';
const ZONE = '(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?';

/** The two ISO forms as Java reads them: the one with nanoseconds wants a time whole or not at all. */
const ISO_MILLIS = new RegExp(`^${DAY}(?:T(?:(\\d{2})(?::(\\d{2})(?::(\\d{2})${FRACTION})?)?${ZONE})?)?)?)?$`);
const ISO_NANOS = new RegExp(`^${DAY}(?:T(\\d{2}):(\\d{2}):(\\d{2})${FRACTION}${ZONE})?)?)?$`);

/** Parses the strict ISO form; `roundUp` fills missing parts with their greatest value, as range bounds `lte` and `gt` do. */
function parseIso(form: RegExp, text: string, roundUp: boolean): Instant | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const y = Number(year);
  const mo = month === undefined ? (roundUp ? 12 : 1) : Number(month);
  if (mo < 1 || mo > 12) return undefined;
  const lastDay = new Date(Date.UTC(y, mo, 0)).getUTCDate();
  const d = day === undefined ? (roundUp ? lastDay : 1) : Number(day);
  const h = hour === undefined ? (roundUp ? 23 : 0) : Number(hour);
  const mi = minute === undefined ? (roundUp ? 59 : 0) : Number(minute);
  const s = second === undefined ? (roundUp ? 59 : 0) : Number(second);
  if (d < 1 || d > lastDay || h > 23 || mi > 59 || s > 59) return undefined;
  const frac = fraction === undefined ? (roundUp ? '999999999' : '') : fraction;
  const nanosOfSecond = Number(frac.padEnd(9, '0'));
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  const whole = Date.UTC(y, mo - 1, d, h, mi, s) - offset * 60_000;
  return { millis: whole + Math.floor(nanosOfSecond / 1e6), nanos: nanosOfSecond % 1e6 };
}

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || /^[A-Z]/.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (minutes > 59 || hours * 60 + minutes > 18 * 60) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const FORMATS: Readonly<Record<string, (text: string, roundUp: boolean) => Instant | undefined>> = {
  strict_date_optional_time_nanos: (text, roundUp) => parseIso(ISO_NANOS, text, roundUp),
  strict_date_optional_time: (text, roundUp) => parseIso(ISO_MILLIS, text, roundUp),
  epoch_millis: (text) => {
    const match = /^(-?\d+)(?:\.(\d{1,6}))?$/.exec(text);
    if (match === null) return undefined;
    return { millis: Number(match[1]), nanos: Number((match[2] ?? '').padEnd(6, '0')) };
  },
};

/** Default `format` of a date_nanos field. */
export const DEFAULT_FORMAT = 'strict_date_optional_time||epoch_millis';

/** Refuses a format that is not known here. */
export function checkFormat(format: string): string {
  for (const name of format.split('||')) {
    if (FORMATS[name] === undefined) {
      throw illegalArgument(`Invalid format: [${format}]: Unknown pattern letter or format not known here`);
    }
  }
  return format;
}

/** A date that no format of the field reads. */
export class DateParseError extends Error {
  readonly causeChain: { type: string; reason: string; caused_by: { type: string; reason: string } };
  constructor(text: string, format: string) {
    super(`failed to parse date field [${text}] with format [${format}]`);
    this.causeChain = {
      type: 'illegal_argument_exception',
      reason: this.message,
      caused_by: { type: 'date_time_parse_exception', reason: `Text '${text}' could not be parsed at index 0` },
    };
  }
}

/** Parses `text` by the first of `format`'s alternatives that fits. @throws DateParseError */
export function parseDate(text: string, format: string, roundUp = false): Instant {
  for (const name of format.split('||')) {
    const instant = FORMATS[name]?.(text, roundUp);
    if (instant !== undefined) return instant;
  }
  throw new DateParseError(text, format);
}

/** Refuses what 64-bit nanoseconds since 1970 cannot hold, in OpenSearch's words. */
export function checkNanosRange(instant: Instant): Instant {
  if (instant.millis < 0) {
    throw new OpenSearchError(400, {
      type: 'illegal_argument_exception',
      reason: `date[${formatNanos(instant)}] is before the epoch in 1970 and cannot be stored in nanosecond resolution`,
    });
  }
  if (toNanos(instant) > MAX_NANOS) {
    throw new OpenSearchError(400, {
      type: 'illegal_argument_exception',
      reason: `date[${formatNanos(instant)}] is after 2262-04-11T23:47:16.854775807 and cannot be stored in nanosecond resolution`,
    });
  }
  return instant;
}
