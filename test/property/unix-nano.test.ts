import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_UNIX_NANO,
  parseEpochNano,
  parseIsoNano,
  toIsoNano,
  type UnixNano,
} from '../../functions/core/unix-nano.ts';

const nano = fc.bigInt({ min: 0n, max: MAX_UNIX_NANO }).map((value) => String(value) as UnixNano);

describe('times in nanoseconds', () => {
  it('come back from ISO as they went', () => {
    fc.assert(
      fc.property(nano, (time) => {
        expect(parseIsoNano(toIsoNano(time))).toBe(time);
      }),
    );
  });

  it('are read or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const time of [parseIsoNano(text), parseEpochNano(text)])
          expect(time === undefined || /^\d{1,19}$/.test(time)).toBe(true);
      }),
    );
  });
});
