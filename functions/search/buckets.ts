import { toMillis, type UnixNano } from '../core/unix-nano.ts';
import { TimeRangeError } from './language/errors.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Intervals that people read easily, in milliseconds. */
const PLAIN = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 56, 112, 224, 448].map((n) => n * DAY),
];

/** Milliseconds of an exclusive end, rounded up: what happened within its last millisecond is before it. */
export const toEndMillis = (nano: UnixNano): number => toMillis(nano) + (/[1-9]/.test(nano.slice(-6)) ? 1 : 0);

/** The shortest plain interval that cuts a range into at most so many buckets. */
export function plainInterval(fromMillis: number, toMillis: number, buckets: number): number {
  const fits = (interval: number) => Math.ceil(toMillis / interval) - Math.floor(fromMillis / interval) <= buckets;
  return PLAIN.find(fits) ?? Math.ceil((toMillis - fromMillis) / Math.max(1, buckets - 1) / DAY) * DAY;
}

/** Starts of all buckets that a range touches. @throws TimeRangeError for more than `max` */
export function bucketStarts(fromMillis: number, toMillis: number, interval: number, max: number): number[] {
  const first = Math.floor(fromMillis / interval);
  const last = Math.max(first, Math.ceil(toMillis / interval) - 1);
  if (last - first + 1 > max) {
    throw new TimeRangeError(
      `the range has ${last - first + 1} steps, at most ${max} are answered; take a longer step or a shorter range`,
    );
  }
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * interval);
}
