/**
 * A sorted list of distinct terms as UTF-8 bytes, in Lucene's order (bytes, not UTF-16 units), and the documents that hold each.
 * All arrays lie in memory shared by the threads and are never written after the segment is made.
 */
export interface Dictionary {
  readonly bytes: Uint8Array;
  /** Byte offset of each term, and behind the last the length: `count + 1` entries. */
  readonly termStart: Uint32Array;
  /** Offset of each term's documents in `postings`: `count + 1` entries. */
  readonly postStart: Uint32Array;
  /** Documents, ascending within each term. */
  readonly postings: Uint32Array;
}

export const termCount = (dictionary: Dictionary): number => dictionary.termStart.length - 1;

export const postingsOf = ({ postings, postStart }: Dictionary, ord: number): Uint32Array =>
  postings.subarray(postStart[ord], postStart[ord + 1]);

/** View for decoding; `TextDecoder` refuses shared memory. */
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

export const termBytes = ({ bytes, termStart }: Dictionary, ord: number): Uint8Array =>
  bytes.subarray(termStart[ord], termStart[ord + 1]);

export const termText = ({ bytes, termStart }: Dictionary, ord: number): string =>
  asBuffer(bytes).toString('utf8', termStart[ord] as number, termStart[ord + 1] as number);

/** Compares a term with `wanted` by bytes: negative when the term comes first. */
export function compareTerm(dictionary: Dictionary, ord: number, wanted: Uint8Array): number {
  const { bytes, termStart } = dictionary;
  const start = termStart[ord] as number;
  const length = (termStart[ord + 1] as number) - start;
  const shared = Math.min(length, wanted.length);
  for (let i = 0; i < shared; i++) {
    const difference = (bytes[start + i] as number) - (wanted[i] as number);
    if (difference !== 0) return difference;
  }
  return length - wanted.length;
}

/** First ordinal whose term is not before `wanted`; the count of terms when there is none. */
export function lowerBound(dictionary: Dictionary, wanted: Uint8Array): number {
  let low = 0;
  let high = termCount(dictionary);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareTerm(dictionary, middle, wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ordinal of the term that equals `wanted`, or -1. */
export function findTerm(dictionary: Dictionary, wanted: Uint8Array): number {
  const ord = lowerBound(dictionary, wanted);
  return ord < termCount(dictionary) && compareTerm(dictionary, ord, wanted) === 0 ? ord : -1;
}

/** Ordinals `[from, to)` of the terms that start with `prefix`. */
export function prefixRange(dictionary: Dictionary, prefix: Uint8Array): [from: number, to: number] {
  const from = lowerBound(dictionary, prefix);
  const after = successor(prefix);
  return [from, after === undefined ? termCount(dictionary) : lowerBound(dictionary, after)];
}

/** The least byte string greater than every one that starts with `prefix`; none when `prefix` is all 0xff or empty. */
function successor(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const next = Uint8Array.from(prefix.subarray(0, length)); // a Buffer's slice would be the caller's own bytes
  next[length - 1] = (next[length - 1] as number) + 1;
  return next;
}
