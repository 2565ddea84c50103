import { moment, parts, type Zone } from '../../lib/format.ts';

const STEPS = [1e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 9e5, 18e5, 36e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5] as const;

/** Ticks at round times of the shown zone, at most `most` of them. */
export function timeTicks(
  from: number,
  to: number,
  most: number,
  zone: Zone,
): { readonly at: readonly number[]; readonly step: number } {
  const wanted = (to - from) / Math.max(1, most);
  const step = STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / 6048e5) * 6048e5;
  const start = parts(new Date(from), zone);
  // rounding starts at the zone's own midnight, so that 6 h ticks stand at 06:00 and not at 05:30
  const midnight = moment(zone, start.year, start.month, start.day);
  const at: number[] = [];
  for (let tick = midnight + Math.ceil((from - midnight) / step) * step; tick <= to && at.length < 64; tick += step)
    at.push(tick);
  return { at, step };
}
