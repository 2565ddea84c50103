import { Failure } from '../core/errors.ts';
import { toMillis, type UnixNano } from '../core/unix-nano.ts';
import { parseTime, type TimeSpan } from '../search/language/time.ts';

/** A range of receive times, `to` exclusive, Unix milliseconds. */
export interface ReceiveRange {
  readonly from: number;
  readonly to: number;
}

/** @throws Failure `invalid_time` for what is no time, `time_range` for an empty range or one that is too long */
export function toReceiveRange(
  { from, to }: { readonly from: string; readonly to: string },
  now: number,
  longestMillis: number,
): ReceiveRange {
  // a time covers all that it is exact for: up to a day is to its end, up to now includes this millisecond
  const range = { from: toMillis(read('from', from, now).start), to: roundUp(read('to', to, now).end) };
  if (range.from >= range.to) throw new Failure('time_range', `from (${from}) must be before to (${to})`);
  // a millisecond more, which the end of a relative range includes
  if (range.to - range.from > longestMillis + 1)
    throw new Failure(
      'time_range',
      `from ${from} to ${to} is longer than the ${longestMillis / 3_600_000} hours that one request may cover`,
    );
  return range;
}

function read(name: string, text: string, now: number): TimeSpan {
  const span = parseTime(text, now);
  if (span === undefined)
    throw new Failure('invalid_time', `${name} is no time: ${text.slice(0, 64)}; expected ISO 8601, epoch or -15m`);
  return span;
}

const roundUp = (nano: UnixNano): number => Number((BigInt(nano) + 999_999n) / 1_000_000n);
