import { moment, parts, type Zone } from './format.ts';
import { absolute, around, RELATIVE, resolveEnd, type TimeRange, UNIT_MILLIS } from './time-range.ts';

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
