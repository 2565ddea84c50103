import { expect, it } from 'vitest';
import { Throttle } from '../../../../lib/local-cloud/gateway/throttle.ts';

it('lets a burst through, then the rate, and never saves more than a burst', () => {
  let now = 0;
  const throttle = new Throttle(10, 3, () => now);
  const take = (count: number) => Array.from({ length: count }, () => throttle.take()).filter(Boolean).length;
  expect(take(5)).toBe(3);
  now += 100;
  expect(take(5)).toBe(1);
  now += 60_000;
  expect(take(5)).toBe(3);
});
