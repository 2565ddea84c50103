import { toMillis } from '../../core/unix-nano.ts';
import { bucketStarts, plainInterval } from '../buckets.ts';
import { TimeRangeError } from '../language/errors.ts';
import { parseStep } from '../language/time.ts';
import type { Period } from '../period.ts';

const MAX_STEPS = 1_000;
/** Steps where the request names none. */
const PLAIN_STEPS = 48;

/** Steps of time that a trend is told in. */
export interface Steps {
  /** As the request words it, else in milliseconds. */
  readonly interval: string;
  readonly intervalMillis: number;
  /** Each step's begin, Unix milliseconds. */
  readonly starts: readonly number[];
}

/** Cuts a period into steps. @throws TimeRangeError for an interval that is none, or too short for the period */
export function toSteps({ from, to }: Pick<Period, 'from' | 'to'>, interval: string | undefined): Steps {
  const [start, end] = [toMillis(from), toMillis(to)];
  const intervalMillis = interval === undefined ? plainInterval(start, end, PLAIN_STEPS) : parseStep(interval);
  if (intervalMillis === undefined)
    throw new TimeRangeError(`interval "${interval}" is no step of time, expected for example 30s, 5m, 1h or 1d`);
  return {
    interval: interval ?? toText(intervalMillis),
    intervalMillis,
    starts: bucketStarts(start, end, intervalMillis, MAX_STEPS),
  };
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

function toText(millis: number): string {
  const unit = UNITS.find(([, length]) => millis % length === 0);
  return unit === undefined ? `${millis}ms` : `${millis / unit[1]}${unit[0]}`;
}
