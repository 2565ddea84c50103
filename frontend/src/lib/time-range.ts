import { formatMoment, moment, parts, type Zone } from './format.ts';

/** A range as the address bar holds it: each end `now`, relative (`-15m`) or ISO-8601 UTC with milliseconds. */
export interface TimeRange {
  readonly from: string;
  readonly to: string;
}
/** Both ends as epoch milliseconds. */
export interface ResolvedRange {
  readonly from: number;
  readonly to: number;
}

export const DEFAULT_RANGE: TimeRange = { from: '-1h', to: 'now' };
export const PRESETS = ['1m', '5m', '15m', '30m', '1h', '3h', '6h', '12h', '24h', '2d', '7d', '14d', '30d'] as const;

const UNIT_MILLIS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const RELATIVE = /^-(\d{1,6})([smhdw])$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** The moment an end of a range means, or null when it means none. */
export function resolveEnd(end: string, now: number): number | null {
  if (end === 'now') return now;
  const relative = RELATIVE.exec(end);
  if (relative) return now - Number(relative[1]) * (UNIT_MILLIS[relative[2] ?? ''] ?? 0);
  if (!ISO.test(end)) return null;
  const time = Date.parse(end);
  return Number.isNaN(time) ? null : time;
}

export const isRangeEnd = (end: string): boolean => resolveEnd(end, 0) !== null;

/** Both ends as moments, in order; a broken or empty range falls back to the default one. */
export function resolveRange(range: TimeRange, now: number): ResolvedRange {
  const from = resolveEnd(range.from, now);
  const to = resolveEnd(range.to, now);
  if (from === null || to === null || from === to) return { from: now - 36e5, to: now };
  return from < to ? { from, to } : { from: to, to: from };
}

export const absolute = ({ from, to }: ResolvedRange): TimeRange => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});

/** Half an overlap to either side, as one expects of paging through time. */
export function shiftRange(range: ResolvedRange, direction: -1 | 1): ResolvedRange {
  const step = (range.to - range.from) * direction;
  return { from: range.from + step, to: range.to + step };
}

/** The range twice as wide about the same middle, not reaching beyond now. */
export function zoomOut(range: ResolvedRange, now: number): ResolvedRange {
  const half = (range.to - range.from) / 2;
  const to = Math.min(range.to + half, Math.max(now, range.to));
  return { from: to - half * 4, to };
}

/** A quarter of an hour about a moment. */
export const around = (time: number, widthMillis = 9e5): ResolvedRange => ({
  from: time - widthMillis / 2,
  to: time + widthMillis / 2,
});

/** "Last 15 minutes" or both ends, as the header shows a range. */
export function describeRange(range: TimeRange, zone: Zone, now: number): string {
  const relative = RELATIVE.exec(range.from);
  if (relative && range.to === 'now') return `Last ${relative[1]} ${relative[2]}`;
  const { from, to } = resolveRange(range, now);
  const [start, end] = [formatMoment(from, zone), formatMoment(to, zone)];
  return start.slice(0, 10) === end.slice(0, 10) ? `${start} – ${end.slice(11)}` : `${start} – ${end}`;
}

const MONTH = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_MILLIS = 864e5;

/** A moment as a person writes it, with the width of what was named: a day, or nothing for a point in time. */
interface Named {
  readonly at: number;
  readonly width: number;
}

function clockOf(text: string | undefined): readonly [number, number, number] | null {
  if (text === undefined || text === '') return [0, 0, 0];
  const match = /^(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:\.\d+)?)?\s*(am|pm)?$/.exec(text);
  if (!match || (match[2] === undefined && match[4] === undefined)) return null;
  let hour = Number(match[1]);
  if (match[4] === 'pm' && hour < 12) hour += 12;
  if (match[4] === 'am' && hour === 12) hour = 0;
  const [minute, second] = [Number(match[2] ?? 0), Number(match[3] ?? 0)];
  return hour < 24 && minute < 60 && second < 60 ? [hour, minute, second] : null;
}

/** Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size. */
function epochMillis(digits: string): number | null {
  if (digits.length >= 9 && digits.length <= 11) return Number(digits) * 1e3;
  if (digits.length >= 12 && digits.length <= 14) return Number(digits);
  if (digits.length >= 15 && digits.length <= 17) return Math.floor(Number(digits) / 1e3);
  if (digits.length >= 18 && digits.length <= 19) return Number(BigInt(digits) / 1_000_000n);
  return null;
}

function parseMoment(text: string, now: number, zone: Zone, day?: Named): Named | null {
  const input = text.trim().toLowerCase();
  if (input === '') return null;
  if (input === 'now') return { at: now, width: 0 };
  const token = resolveEnd(input.replace(/\s/g, ''), now);
  if (token !== null && input.startsWith('-')) return { at: token, width: 0 };
  const ago = /^(\d+)\s*([smhdw])[a-z]*\s+ago$/.exec(input);
  if (ago) return { at: now - Number(ago[1]) * (UNIT_MILLIS[ago[2] ?? ''] ?? 0), width: 0 };
  if (/^\d{9,19}$/.test(input)) {
    const at = epochMillis(input);
    return at === null ? null : { at, width: 0 };
  }
  const today = parts(new Date(now), zone);
  const build = (year: number, month: number, dayOfMonth: number, clockText: string | undefined): Named | null => {
    const clock = clockOf(clockText?.trim());
    const start = moment(zone, year, month, dayOfMonth);
    // a month rolls over when the day does not exist
    if (clock === null || parts(new Date(start), zone).day !== dayOfMonth) return null;
    const at = moment(zone, year, month, dayOfMonth, ...clock);
    return { at, width: clockText === undefined || clockText.trim() === '' ? DAY_MILLIS : 0 };
  };
  const word = /^(today|yesterday)(?:\s+(?:at\s+)?(.+))?$/.exec(input);
  if (word) {
    const named = parts(
      new Date(moment(zone, today.year, today.month, today.day - (word[1] === 'yesterday' ? 1 : 0), 12)),
      zone,
    );
    return build(named.year, named.month, named.day, word[2]);
  }
  const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[t\s]+(\d{1,2}:\d\d(?::\d\d)?)(\.\d+)?)?\s*(z|[+-]\d\d:?\d\d)?$/.exec(input);
  if (iso) {
    if (iso[6] !== undefined && iso[4] !== undefined) {
      const time = Date.parse(
        `${iso[1]}-${iso[2]}-${iso[3]}T${iso[4]?.padStart(5, '0')}${iso[5] ?? ''}${iso[6].toUpperCase()}`,
      );
      return Number.isNaN(time) ? null : { at: time, width: 0 };
    }
    const built = build(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]), iso[4]);
    return built && { ...built, at: built.at + Math.floor(Number(`0${iso[5] ?? ''}`) * 1e3) };
  }
  const named = /^([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?(?:,?\s+(.+))?$/.exec(input);
  if (named && MONTH.includes(named[1] ?? '')) {
    const month = MONTH.indexOf(named[1] ?? '');
    const year = named[3] === undefined ? today.year : Number(named[3]);
    const built = build(year, month, Number(named[2]), named[4]);
    // without a year the last such day is meant
    return built && named[3] === undefined && built.at > now + DAY_MILLIS
      ? build(year - 1, month, Number(named[2]), named[4])
      : built;
  }
  const clock = clockOf(input);
  if (clock === null) return null;
  const base = day === undefined ? today : parts(new Date(day.at), zone);
  return { at: moment(zone, base.year, base.month, base.day, ...clock), width: 0 };
}

/**
 * Reads what a person types or pastes into the time box: `15m`, `2h ago`, `yesterday 15:00`, `Nov 20 14:00 - 15:00`, ISO, epoch.
 * A lone point in time means the quarter of an hour about it, a lone day the whole day. Null when it cannot be read.
 */
export function parseRange(text: string, now: number, zone: Zone): TimeRange | null {
  const input = text
    .trim()
    .replace(/^last\s+/i, '')
    .replace(/[–—]/g, '-');
  const span = /^-?(\d{1,6})\s*([smhdw])(?:[a-z]*)?$/i.exec(input);
  if (span)
    return Number(span[1]) === 0 ? null : { from: `-${Number(span[1])}${(span[2] ?? '').toLowerCase()}`, to: 'now' };
  const [left, right, ...more] = input.split(/\s+(?:-|to|until)\s+|\s*\.\.\s*/i);
  if (left === undefined || more.length > 0) return null;
  const start = parseMoment(left, now, zone);
  if (start === null) return null;
  if (right === undefined) {
    return absolute(start.width > 0 ? { from: start.at, to: start.at + start.width } : around(start.at));
  }
  const end = parseMoment(right, now, zone, start);
  if (end === null) return null;
  const to = end.at + end.width;
  if (to <= start.at) return null;
  const keep = (source: string, at: number) => {
    const plain = source.trim().toLowerCase();
    return plain === 'now' || RELATIVE.test(plain) ? plain : new Date(at).toISOString();
  };
  return { from: keep(left, start.at), to: keep(right, to) };
}
