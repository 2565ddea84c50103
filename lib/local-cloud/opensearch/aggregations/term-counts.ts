import type { Documents } from '../query/documents.ts';
import { type Dictionary, termBytes, termText } from '../segment/dictionary.ts';
import type { KeywordColumn } from '../segment/segment.ts';

/** Terms of one segment and how many documents hold them; only those that any does. */
interface Part {
  readonly dictionary: Dictionary;
  readonly ords: Uint32Array;
  readonly counts: Uint32Array;
}

/** A term with its count over all segments. */
export interface TermCount {
  readonly key: string;
  readonly count: number;
}

/**
 * Counts terms over segments without making a text of each: a hundred thousand distinct values are counted for the ten that are shown.
 * Terms of different segments meet in a hash table over their bytes.
 */
export class TermCounts {
  readonly #parts: Part[] = [];

  get empty(): boolean {
    return this.#parts.length === 0;
  }

  /** Counts the terms `[from, to)` of a column in some documents. */
  add(column: KeywordColumn, documents: Documents, from: number, to: number): void {
    if (from >= to || documents.size === 0) return;
    const counts = documents.isAll
      ? countAll(column, from, to)
      : isShorterByTerm(column, documents, from, to)
        ? countPostings(column, documents.bits, from, to)
        : countOrds(column, documents.list, from, to);
    if (counts.ords.length > 0) this.#parts.push({ dictionary: column, ...counts });
  }

  /** The first `size` in the order asked for, and the sum of all counts. */
  top(
    size: number,
    minimum: number,
    byKeyFirst: boolean,
    keyDescending: boolean,
    countDescending: boolean,
  ): { shown: TermCount[]; total: number } {
    const { part, ord, count } = this.#merge();
    const dictionaryOf = (entry: number) => (this.#parts[part[entry] as number] as Part).dictionary;
    const byKey = (a: number, b: number) => {
      const order = Buffer.compare(
        termBytes(dictionaryOf(a), ord[a] as number),
        termBytes(dictionaryOf(b), ord[b] as number),
      );
      return keyDescending ? -order : order;
    };
    const compare = (a: number, b: number) => {
      if (byKeyFirst) return byKey(a, b);
      const difference = (count[a] as number) - (count[b] as number);
      return difference === 0 ? byKey(a, b) : countDescending ? -difference : difference;
    };
    let total = 0;
    let best: number[] = [];
    for (let entry = 0; entry < count.length; entry++) {
      total += count[entry] as number;
      if ((count[entry] as number) < minimum) continue;
      if (best.length >= size && compare(entry, best[size - 1] as number) >= 0) continue;
      best.push(entry);
      if (best.length === size || best.length >= size + Math.max(size, 64)) best = best.sort(compare).slice(0, size);
    }
    const shown = best.sort(compare).slice(0, size);
    return {
      shown: shown.map((entry) => ({
        key: termText(dictionaryOf(entry), ord[entry] as number),
        count: count[entry] as number,
      })),
      total,
    };
  }

  /** Every distinct term once: the part and ordinal that it was met in first, and its count. */
  #merge(): { part: Uint16Array; ord: Uint32Array; count: Uint32Array } {
    const upper = this.#parts.reduce((sum, { ords }) => sum + ords.length, 0);
    const part = new Uint16Array(upper);
    const ord = new Uint32Array(upper);
    const count = new Uint32Array(upper);
    const slots = new Int32Array(2 ** Math.ceil(Math.log2(upper * 2 + 2))).fill(-1);
    let length = 0;
    for (let index = 0; index < this.#parts.length; index++) {
      const { dictionary, ords, counts } = this.#parts[index] as Part;
      for (let i = 0; i < ords.length; i++) {
        const term = ords[i] as number;
        let slot = hash(dictionary, term) & (slots.length - 1);
        for (;;) {
          const entry = slots[slot] as number;
          if (entry < 0) {
            slots[slot] = length;
            part[length] = index;
            ord[length] = term;
            count[length++] = counts[i] as number;
            break;
          }
          if (
            sameTerm((this.#parts[part[entry] as number] as Part).dictionary, ord[entry] as number, dictionary, term)
          ) {
            count[entry] = (count[entry] as number) + (counts[i] as number);
            break;
          }
          slot = (slot + 1) & (slots.length - 1);
        }
      }
    }
    return { part: part.subarray(0, length), ord: ord.subarray(0, length), count: count.subarray(0, length) };
  }
}

/** FNV-1a over the term's bytes. */
function hash({ bytes, termStart }: Dictionary, ord: number): number {
  let value = 0x811c9dc5;
  const end = termStart[ord + 1] as number;
  for (let at = termStart[ord] as number; at < end; at++) value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  return value ^ (value >>> 15);
}

function sameTerm(a: Dictionary, left: number, b: Dictionary, right: number): boolean {
  let i = a.termStart[left] as number;
  let j = b.termStart[right] as number;
  const end = a.termStart[left + 1] as number;
  if (end - i !== (b.termStart[right + 1] as number) - j) return false;
  while (i < end) if (a.bytes[i++] !== b.bytes[j++]) return false;
  return true;
}

/** Whether the terms `[from, to)` have fewer entries than the documents have terms. */
export function isShorterByTerm(
  { ords, ordStart, postStart }: KeywordColumn,
  documents: Documents,
  from: number,
  to: number,
): boolean {
  const inRange = (postStart[to] as number) - (postStart[from] as number);
  const perDocument = ords.length / (ordStart.length - 1);
  return inRange + to - from <= documents.size * perDocument;
}

/** In all documents: how many each term has. */
function countAll({ postStart }: KeywordColumn, from: number, to: number): Omit<Part, 'dictionary'> {
  const ords = new Uint32Array(to - from);
  const counts = new Uint32Array(to - from);
  for (let ord = from; ord < to; ord++) {
    ords[ord - from] = ord;
    counts[ord - from] = (postStart[ord + 1] as number) - (postStart[ord] as number);
  }
  return { ords, counts };
}

/** By the documents of each term: few terms, or many documents. */
function countPostings(
  { postStart, postings }: KeywordColumn,
  bits: Uint32Array,
  from: number,
  to: number,
): Omit<Part, 'dictionary'> {
  const ords = new Uint32Array(to - from);
  const counts = new Uint32Array(to - from);
  let length = 0;
  for (let ord = from; ord < to; ord++) {
    let count = 0;
    const end = postStart[ord + 1] as number;
    for (let at = postStart[ord] as number; at < end; at++) {
      const document = postings[at] as number;
      count += ((bits[document >>> 5] as number) >>> (document & 31)) & 1;
    }
    if (count === 0) continue;
    ords[length] = ord;
    counts[length++] = count;
  }
  return { ords: ords.subarray(0, length), counts: counts.subarray(0, length) };
}

/** By the terms of each document: few documents. */
function countOrds(
  { ordStart, ords }: KeywordColumn,
  documents: Uint32Array,
  from: number,
  to: number,
): Omit<Part, 'dictionary'> {
  const counts = new Map<number, number>();
  for (const document of documents) {
    for (let at = ordStart[document] as number; at < (ordStart[document + 1] as number); at++) {
      const ord = ords[at] as number;
      if (ord >= from && ord < to) counts.set(ord, (counts.get(ord) ?? 0) + 1);
    }
  }
  return { ords: Uint32Array.from(counts.keys()), counts: Uint32Array.from(counts.values()) };
}
