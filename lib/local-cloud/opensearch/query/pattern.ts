/** A wildcard pattern over UTF-8 bytes, as Lucene's WildcardQuery reads it: `*`, `?` (one code point), `\` takes the next literally. */
export interface BytePattern {
  /** Bytes before the first wildcard: where in a dictionary to look. */
  readonly prefix: Uint8Array;
  matches(bytes: Uint8Array, from: number, to: number): boolean;
}

const STAR = -1;
const ONE = -2;
/** Added to a lower-case letter that stands for its upper-case one too. */
const EITHER_CASE = 256;

/** `ignoreCase` folds ASCII letters only, and none that is escaped, as Lucene does. */
export function compileWildcard(pattern: string, ignoreCase: boolean): BytePattern {
  const parts: number[] = [];
  const points = [...pattern];
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as string;
    if (point === '*') {
      if (parts.at(-1) !== STAR) parts.push(STAR);
    } else if (point === '?') parts.push(ONE);
    else if (point === '\\' && i + 1 < points.length) parts.push(...Buffer.from(points[++i] as string));
    else if (ignoreCase && /^[a-z]$/i.test(point)) parts.push(EITHER_CASE + point.toLowerCase().charCodeAt(0));
    else parts.push(...Buffer.from(point));
  }
  const wanted = Int16Array.from(parts);
  const fixed = wanted.findIndex((part) => part < 0 || part >= EITHER_CASE);
  return {
    prefix: Uint8Array.from(wanted.subarray(0, fixed < 0 ? wanted.length : fixed)),
    matches: (bytes, from, to) => matchesAt(wanted, bytes, from, to),
  };
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);

/** Greedy matching with one point to return to: linear in the text for each star. */
function matchesAt(wanted: Int16Array, bytes: Uint8Array, from: number, to: number): boolean {
  let p = 0;
  let at = from;
  let star = -1;
  let resume = from;
  while (at < to) {
    const part = p < wanted.length ? (wanted[p] as number) : Number.NaN;
    const byte = bytes[at] as number;
    if (part === STAR) {
      star = p++;
      resume = at;
    } else if (part === ONE) {
      at = afterPoint(bytes, at, to);
      p++;
    } else if (part === byte || part === EITHER_CASE + lower(byte)) {
      at++;
      p++;
    } else if (star >= 0) {
      p = star + 1;
      resume = afterPoint(bytes, resume, to);
      at = resume;
    } else return false;
  }
  while (p < wanted.length && wanted[p] === STAR) p++;
  return p === wanted.length;
}

/** Index behind the code point that starts at `at`. */
function afterPoint(bytes: Uint8Array, at: number, to: number): number {
  let next = at + 1;
  while (next < to && ((bytes[next] as number) & 0xc0) === 0x80) next++;
  return next;
}

/**
 * The part of Lucene's regular expressions that `include` takes here: literal characters (`\` takes the next literally), then at most one
 * `.*` at the end. Undefined for anything else, which is refused rather than guessed.
 */
export function parseLiteralRegex(regex: string): { readonly literal: string; readonly open: boolean } | undefined {
  const open = /(^|[^\\])(\\\\)*\.\*$/.test(regex);
  const text = open ? regex.slice(0, -2) : regex;
  let literal = '';
  for (let i = 0; i < text.length; i++) {
    let unit = text.charAt(i);
    if (unit === '\\') {
      unit = text.charAt(++i);
      if (unit === '' || /[a-zA-Z]/.test(unit)) return undefined;
    } else if ('.?+*|{}[]()"#@&<>~'.includes(unit)) return undefined;
    literal += unit;
  }
  return { literal, open };
}
