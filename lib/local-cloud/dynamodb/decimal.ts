import { invalid } from './validation.ts';

/** An exact decimal number, `digits × 10^exponent`; `digits` carries the sign and ends in no zero. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
const MAX_DIGITS = 38;
/** Power of ten of the first digit of the largest and the smallest number. */
const MAX_POWER = 125;
const MIN_POWER = -130;

const ZERO: Decimal = { digits: 0n, exponent: 0 };

/** @throws AwsError when `text` is no number, has more than 38 digits, or is out of range */
export function parseDecimal(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign, whole = '', fraction = '', power = '0'] = match ?? [];
  if (match === null || whole + fraction === '') {
    throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const all = whole + fraction;
  // scanned by hand: a pattern anchored at the end is quadratic in a run of zeros
  let start = 0;
  while (all[start] === '0') start++;
  let end = all.length;
  while (end > start && all[end - 1] === '0') end--;
  if (start === end) return ZERO;
  const magnitude = BigInt(checkLength(all.slice(start, end)));
  const exponent = Number(power) - fraction.length + (all.length - end);
  return checkRange({
    digits: sign === '-' ? -magnitude : magnitude,
    exponent,
  });
}

/** The one text that DynamoDB gives a number back as: no exponent, no needless zero. */
export function formatDecimal({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = magnitudeOf(digits);
  if (exponent >= 0) return sign + text + '0'.repeat(exponent);
  const padded = text.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** @throws AwsError when the sum needs more than 38 digits or is out of range */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return normalise(scaled(a, exponent) + scaled(b, exponent), exponent);
}

export const negateDecimal = ({ digits, exponent }: Decimal): Decimal => ({
  digits: -digits,
  exponent,
});

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = scaled(a, exponent);
  const right = scaled(b, exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Number of significant digits, 0 for zero. */
export const digitCount = ({ digits }: Decimal): number => (digits === 0n ? 0 : magnitudeOf(digits).length);

/** Bytes that sort as the numbers do: sign, power of ten of the first digit, digits; all of it inverted below zero. */
export function toSortableBytes(number: Decimal): Buffer {
  const { digits, exponent } = number;
  if (digits === 0n) return Buffer.from([1]);
  const text = magnitudeOf(digits);
  const bytes = Buffer.alloc(text.length + 3);
  bytes[0] = 2;
  bytes[1] = exponent + text.length - 1 - MIN_POWER;
  bytes.write(text, 2, 'latin1');
  // the closing 0 makes 1.2 sort before 1.23, and, inverted, -1.23 before -1.2
  if (digits > 0n) return bytes;
  const inverted = bytes.map((byte) => 255 - byte);
  inverted[0] = 0;
  return Buffer.from(inverted);
}

const scaled = ({ digits, exponent }: Decimal, to: number): bigint => digits * 10n ** BigInt(exponent - to);

const magnitudeOf = (digits: bigint): string => (digits < 0n ? -digits : digits).toString();

function normalise(digits: bigint, exponent: number): Decimal {
  if (digits === 0n) return ZERO;
  let [coefficient, power] = [digits, exponent];
  while (coefficient % 10n === 0n) {
    coefficient /= 10n;
    power++;
  }
  checkLength(magnitudeOf(coefficient));
  return checkRange({ digits: coefficient, exponent: power });
}

function checkLength(digits: string): string {
  if (digits.length > MAX_DIGITS) throw invalid('Attempting to store more than 38 significant digits in a Number');
  return digits;
}

function checkRange(number: Decimal): Decimal {
  const power = number.exponent + digitCount(number) - 1;
  if (power > MAX_POWER) {
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (power < MIN_POWER) {
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  return number;
}
