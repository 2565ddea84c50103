import { latin1Of } from './latin1.ts';
import { isBehindEscape } from './word.ts';

/** Numbers that a card may begin with, as first and last prefix of equal length, and its lengths (ISO/IEC 7812, issuers' published ranges). */
const ISSUERS: readonly (readonly [first: number, last: number, lengths: readonly number[]])[] = [
  [4, 4, [16, 19]],
  [51, 55, [16]],
  [2221, 2720, [16]],
  [34, 34, [15]],
  [37, 37, [15]],
  [6011, 6011, [16]],
  [644, 659, [16]],
  [62, 62, [16, 17, 18, 19]],
  [3528, 3589, [16]],
  [300, 305, [14]],
  [36, 36, [14]],
  [38, 39, [14]],
  [2200, 2204, [16]],
];

const LENGTHS = ISSUERS.flatMap(([, , lengths]) => lengths);
const SHORTEST = Math.min(...LENGTHS);
const LONGEST = Math.max(...LENGTHS);
const FIRST_DIGITS = new Set(
  ISSUERS.flatMap(([first, last]) => [first, last].map((prefix) => String(prefix).charCodeAt(0))),
);
const STRIDE = 7;

/** Places of card numbers in a text: digits alone or in groups that one blank or hyphen keeps apart, with an issuer's prefix and a right check digit. */
export function findCardNumbers(text: string, found: (start: number, end: number) => void, from = 0): void {
  const bytes = latin1Of(text);
  const { length } = text;
  // the shortest number has a digit at every seventh place, or a separator there and a digit before
  for (let at = from + STRIDE - 1; at < length; at += STRIDE) {
    const byte = bytes[at] as number;
    if (byte > 0x39) continue;
    const here = isDigit(byte) ? at : isSeparator(byte) && isDigit(bytes[at - 1] as number) ? at - 1 : -1;
    if (here < 0) continue;
    let start = here;
    while (start > from && (isDigit(bytes[start - 1] as number) || isBetween(bytes, start - 1))) start--;
    let end = here + 1;
    while (end < length && (isDigit(bytes[end] as number) || isBetween(bytes, end))) end++;
    if (end - start >= SHORTEST && mayHoldCard(bytes, start, end)) findInRun(text, start, end, found);
    at = Math.max(at, end - STRIDE + 1);
  }
}

/** Whether a card may be in a run. Digits without separators are one number, and most are times and ids: too long, or of no issuer. */
function mayHoldCard(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isDigit(bytes[at] as number)) return true;
  return end - start <= LONGEST && FIRST_DIGITS.has(bytes[start] as number);
}

/** Whether a text holds a card number behind a place. */
export function holdsCardNumber(text: string, from: number): boolean {
  let holds = false;
  findCardNumbers(
    text,
    () => {
      holds = true;
    },
    from,
  );
  return holds;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isSeparator = (code: number): boolean => code === 0x20 || code === 0x2d;

/** One separator with digits on both sides. */
const isBetween = (bytes: Uint8Array, at: number): boolean =>
  isSeparator(bytes[at] as number) && isDigit(bytes[at - 1] as number) && isDigit(bytes[at + 1] as number);

/** Numbers on cards are whole, in fours, or 4-6-5 and 4-6-4; one may begin inside what looked like another. */
const NUMBER = /(?<!\d)(?=(\d{14,19}|\d{4}([ -])\d{4}\2\d{4}\2\d{4}|\d{4}([ -])\d{6}\3\d{4,5})(?!\d))/g;
/** More groups of four than a card and two neighbours have are a table. */
const TABLE = /(?:\d{4}[ -]){6}\d{4}/;

/** Looks for cards in digits with single separators between them. */
function findInRun(text: string, from: number, to: number, found: (start: number, end: number) => void): void {
  const run = text.slice(from, to);
  let last = 0;
  for (const { index, 1: number = '', 2: four, 3: six } of run.matchAll(NUMBER)) {
    const start = from + index;
    const end = start + number.length;
    const separator = four ?? six;
    if (start < last || (separator !== undefined && TABLE.test(run))) continue;
    if ((isWordlike(text, start - 1, -1) && !isBehindEscape(text, start)) || isWordlike(text, end, 1)) continue;
    const digits = number.replaceAll(separator ?? ' ', '');
    if (!isIssued(digits) || luhn(digits) % 10 !== 0) continue;
    found(start, end);
    last = end;
  }
}

/** A word goes on there: a letter, digit or `_`, or one behind a hyphen, dot or plus. */
function isWordlike(text: string, at: number, step: 1 | -1): boolean {
  const code = text.charCodeAt(at);
  if (isWord(code)) return true;
  return (code === 0x2d || code === 0x2e || code === 0x2b) && isWord(text.charCodeAt(at + step));
}

const isWord = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code > 0xbf;

function isIssued(digits: string): boolean {
  return ISSUERS.some(([first, last, lengths]) => {
    const prefix = Number(digits.slice(0, String(first).length));
    return prefix >= first && prefix <= last && lengths.includes(digits.length);
  });
}

/** Sum of the digits, every second from the right doubled (ISO/IEC 7812-1, annex B). */
function luhn(digits: string): number {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30;
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum;
}
