import { nice, ticks } from 'd3-array';

/** A straight line between two spans. d3-scale does the same for eleven more kilobytes of what is not used here. */
export interface LinearScale {
  (value: number): number;
  invert(position: number): number;
  ticks(most: number): readonly number[];
}

export function linear([d0, d1]: readonly [number, number], [r0, r1]: readonly [number, number]): LinearScale {
  const slope = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0);
  return Object.assign((value: number) => r0 + (value - d0) * slope, {
    invert: (position: number) => (slope === 0 ? d0 : d0 + (position - r0) / slope),
    ticks: (most: number) => ticks(d0, d1, most),
  });
}

/** From zero to a round number at or above `most`. */
export const fromZero = (most: number, range: readonly [number, number]): LinearScale =>
  linear([0, nice(0, most, 3)[1]], range);
