/** The one place where times and numbers become text, for the screen and for exports alike. */
export type Zone = 'local' | 'utc';

const pad = (value: number, width = 2) => String(value).padStart(width, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Calendar parts of a moment in a zone. */
export function parts(time: Date, zone: Zone) {
  const utc = zone === 'utc';
  return {
    year: utc ? time.getUTCFullYear() : time.getFullYear(),
    month: utc ? time.getUTCMonth() : time.getMonth(),
    day: utc ? time.getUTCDate() : time.getDate(),
    hour: utc ? time.getUTCHours() : time.getHours(),
    minute: utc ? time.getUTCMinutes() : time.getMinutes(),
    second: utc ? time.getUTCSeconds() : time.getSeconds(),
    millisecond: time.getUTCMilliseconds(),
    offsetMinutes: utc ? 0 : -time.getTimezoneOffset(),
  };
}

/** The moment of a calendar time in a zone; months count from 0. */
export const moment = (
  zone: Zone,
  year: number,
  month: number,
  day = 1,
  hour = 0,
  minute = 0,
  second = 0,
  milli = 0,
): number =>
  zone === 'utc'
    ? Date.UTC(year, month, day, hour, minute, second, milli)
    : new Date(year, month, day, hour, minute, second, milli).getTime();

/** "Nov 20 14:02:11.123": the fixed-width form of rows. */
export function formatTimestamp(iso: string | number, zone: Zone): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return String(iso);
  const p = parts(time, zone);
  return `${MONTHS[p.month]} ${pad(p.day)} ${pad(p.hour)}:${pad(p.minute)}:${pad(p.second)}.${pad(p.millisecond, 3)}`;
}

/** "14:02:11". */
export function formatClock(iso: string | number, zone: Zone): string {
  const p = parts(new Date(iso), zone);
  return `${pad(p.hour)}:${pad(p.minute)}:${pad(p.second)}`;
}

/** "Nov 20 14:02" or, with a year, "2026-11-20 14:02:11": what ranges are shown as and can be typed as. */
export function formatMoment(time: number, zone: Zone): string {
  const p = parts(new Date(time), zone);
  const clock = `${pad(p.hour)}:${pad(p.minute)}${p.second === 0 ? '' : `:${pad(p.second)}`}`;
  return `${p.year}-${pad(p.month + 1)}-${pad(p.day)} ${clock}`;
}

/** Full ISO with the fraction that came (nanoseconds kept) and the offset of the zone. */
export function formatIso(iso: string, zone: Zone): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const p = parts(time, zone);
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? pad(p.millisecond, 3);
  const minutes = Math.abs(p.offsetMinutes);
  const offset =
    zone === 'utc' ? 'Z' : `${p.offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return `${p.year}-${pad(p.month + 1)}-${pad(p.day)}T${pad(p.hour)}:${pad(p.minute)}:${pad(p.second)}.${fraction}${offset}`;
}

/** Short label of an axis tick; the date where the day begins. */
export function formatTick(time: number, zone: Zone, stepMillis: number): string {
  const p = parts(new Date(time), zone);
  if (stepMillis >= 86_400_000 || (p.hour === 0 && p.minute === 0 && p.second === 0))
    return `${MONTHS[p.month]} ${p.day}`;
  return `${pad(p.hour)}:${pad(p.minute)}${stepMillis < 60_000 ? `:${pad(p.second)}` : ''}`;
}

/** "UTC" or "UTC+2": the zone in words. */
export function zoneName(zone: Zone, at = new Date()): string {
  if (zone === 'utc') return 'UTC';
  const minutes = parts(at, zone).offsetMinutes;
  if (minutes === 0) return 'UTC+0';
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${pad(rest)}`}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** "2 h 5 m", "14 s", "230 ms": at most two units. */
export function formatDuration(millis: number): string {
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  const found: string[] = [];
  let rest = millis;
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) found.push(`${count} ${name}`);
    else if (found.length > 0) break;
    rest -= count * size;
    if (found.length === 2) break;
  }
  return found.join(' ');
}

/** "14 h ago", "just now", "in 3 m". */
export function formatAgo(iso: string | number, now: number): string {
  const millis = now - new Date(iso).getTime();
  if (Math.abs(millis) < 1_000) return 'just now';
  const [name, size] = UNITS.find(([, size]) => Math.abs(millis) >= size) ?? UNITS[3];
  const count = Math.floor(Math.abs(millis) / size);
  return millis < 0 ? `in ${count} ${name}` : `${count} ${name} ago`;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const formatCount = (value: number): string => whole.format(value);
/** 1,234 in full, 1.2M when long; the whole goes into a tooltip. */
export const formatCompact = (value: number): string =>
  Math.abs(value) < 10_000 ? formatNumber(value) : compact.format(value);
export const formatNumber = (value: number): string =>
  new Intl.NumberFormat('en', {
    maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2,
  }).format(value);
/** A share between 0 and 1 as per cent; small shares keep a digit instead of becoming 0 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent >= 99.95) return `${Math.round(percent)} %`;
  if (percent < 0.1) return '<0.1 %';
  return `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}

/** "5.2 MB": decimal units, as storage is sold and priced. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1_000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${formatNumber(bytes / 1_000 ** step)} ${['B', 'KB', 'MB', 'GB', 'TB'][step]}`;
}

/** "1 event", "1,284 events". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** Cuts the middle out, for ids, whose ends tell them apart. */
export const cutMiddle = (text: string, length: number): string =>
  text.length <= length
    ? text
    : `${text.slice(0, Math.ceil((length - 1) / 2))}…${text.slice(-Math.floor((length - 1) / 2))}`;
