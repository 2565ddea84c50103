import { formatMoment, type Zone } from './format.ts';

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

export const UNIT_MILLIS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
export const RELATIVE = /^-(\d{1,6})([smhdw])$/;
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
