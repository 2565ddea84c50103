import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../lib/local-cloud/aws-server/aws-error.ts';
import {
  addDecimals,
  compareDecimals,
  formatDecimal,
  negateDecimal,
  parseDecimal,
  toSortableBytes,
} from '../../lib/local-cloud/dynamodb/decimal.ts';

/** Numbers of up to 19 digits, so that a sum of two needs no more than 38 as long as their exponents are near. */
const numbers = fc
  .record({
    digits: fc.bigInt({ min: -(10n ** 19n) + 1n, max: 10n ** 19n - 1n }),
    exponent: fc.integer({ min: -9, max: 9 }),
  })
  .map(({ digits, exponent }) => ({ digits, exponent, text: `${digits}e${exponent}` }));

/** The value times 10^9, exactly. */
const scaled = ({ digits, exponent }: { digits: bigint; exponent: number }) => digits * 10n ** BigInt(exponent + 9);

describe('decimal numbers', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(numbers, ({ text }) => {
        const number = parseDecimal(text);
        expect(parseDecimal(formatDecimal(number))).toEqual(number);
        expect(formatDecimal(number)).not.toMatch(/e|^-?0\d|^-0$|\.\d*0$/i);
      }),
    );
  });

  it('have one form, however they are written', () => {
    fc.assert(
      fc.property(numbers, fc.nat(5), fc.nat(5), ({ digits, exponent }, zerosBefore, zerosBehind) => {
        const sign = digits < 0n ? '-' : '';
        const magnitude = String(digits).replace('-', '');
        const other = `${sign}${'0'.repeat(zerosBefore)}${magnitude}${'0'.repeat(zerosBehind)}E${exponent - zerosBehind}`;
        expect(parseDecimal(other)).toEqual(parseDecimal(`${digits}e${exponent}`));
      }),
    );
  });

  it('add up exactly', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const sum = addDecimals(parseDecimal(a.text), parseDecimal(b.text));
        expect(sum).toEqual(parseDecimal(`${scaled(a) + scaled(b)}e-9`));
        expect(addDecimals(sum, negateDecimal(parseDecimal(b.text)))).toEqual(parseDecimal(a.text));
      }),
    );
  });

  it('sort by value, as numbers and as bytes', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const expected = scaled(a) < scaled(b) ? -1 : scaled(a) > scaled(b) ? 1 : 0;
        const [left, right] = [parseDecimal(a.text), parseDecimal(b.text)];
        expect(compareDecimals(left, right)).toBe(expected);
        expect(Buffer.compare(toSortableBytes(left), toSortableBytes(right))).toBe(expected);
      }),
    );
  });

  it('sort as bytes over the whole range of exponents', () => {
    const wide = fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -125, max: 120 }));
    fc.assert(
      fc.property(wide, wide, ([a, x], [b, y]) => {
        const [left, right] = [parseDecimal(`${a}e${x}`), parseDecimal(`${b}e${y}`)];
        expect(Math.sign(Buffer.compare(toSortableBytes(left), toSortableBytes(right)))).toBe(
          compareDecimals(left, right),
        );
      }),
    );
  });

  it('are refused in so many words when they are none, too long or out of range, and never otherwise', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9]{0,45}\.?[0-9]{0,45}([eE][-+]?[0-9]{1,4})?$/)),
        (text) => {
          try {
            expect(formatDecimal(parseDecimal(text)).replace(/[^1-9]/g, '').length).toBeLessThanOrEqual(38);
          } catch (error) {
            expect(error).toBeInstanceOf(AwsError);
          }
        },
      ),
    );
  });
});
