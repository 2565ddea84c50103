import { fromMillis, type UnixNano } from '../core/unix-nano.ts';
import type { SelectionInput } from './api.ts';
import { TimeRangeError } from './language/errors.ts';
import { toRange } from './selection.ts';

const MINUTE_MILLIS = 60_000;
const DAY_MILLIS = 86_400_000;

/** A period with both ends, and the equally long one before it. */
export interface Period {
  readonly from: UnixNano;
  readonly to: UnixNano;
  readonly before: { readonly from: UnixNano; readonly to: UnixNano };
  readonly minutes: number;
}

/**
 * The period that numbers are asked for: a range, or the last `days` or `window` minutes; the last hour where nothing is said.
 * @param now milliseconds since 1970
 * @throws TimeRangeError
 */
export function toPeriod(
  input: Partial<SelectionInput> & { days?: number | undefined; window?: number | undefined },
  now: number,
): Period {
  const range = toRange(input, now);
  const length = input.days !== undefined ? input.days * DAY_MILLIS : (input.window ?? 60) * MINUTE_MILLIS;
  const to = BigInt(range.to ?? fromMillis(now));
  const from = range.from === undefined ? to - BigInt(Math.round(length)) * 1_000_000n : BigInt(range.from);
  const start = from < 0n ? 0n : from;
  if (start >= to) throw new TimeRangeError('the period is empty: it ends where it begins or before');
  const before = start - (to - start);
  return {
    from: String(start) as UnixNano,
    to: String(to) as UnixNano,
    before: { from: String(before < 0n ? 0n : before) as UnixNano, to: String(start) as UnixNano },
    minutes: Number(to - start) / 60e9,
  };
}
