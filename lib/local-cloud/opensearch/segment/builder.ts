import type { IndexedDocument, TokenStream } from '../document.ts';
import type { Mapping } from '../mapping.ts';
import { encodeSegment, type KeywordColumn, type NumberColumn, type Segment, type TextColumn } from './segment.ts';
import { VarintWriter } from './varint.ts';

/** Collects documents and makes a segment of them. */
export class SegmentBuilder {
  readonly #mapping: Mapping;
  readonly #documents: IndexedDocument[] = [];
  readonly #rows: number[] = [];

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  get size(): number {
    return this.#rows.length;
  }

  get rows(): readonly number[] {
    return this.#rows;
  }

  add(row: number, document: IndexedDocument): void {
    this.#rows.push(row);
    this.#documents.push(document);
  }

  /** Makes the segment, leaving out the rows of `dropped`. */
  build(id: string, dropped: ReadonlySet<number>): Segment {
    const { sortField, fields } = this.#mapping;
    const order = this.#order(sortField, dropped);
    const documents = order.map((index) => this.#documents[index] as IndexedDocument);
    const keywords = new Map<string, KeywordColumn>();
    const texts = new Map<string, TextColumn>();
    const numbers = new Map<string, NumberColumn>();
    const dates = new Map<string, { millis: Float64Array; nanos: Uint32Array }>();
    for (const [name, field] of Object.entries(fields)) {
      if (field.kind === 'keyword') {
        if (documents.some((document) => document.keywords[name] !== undefined)) {
          keywords.set(name, buildKeywords(documents.map((document) => document.keywords[name])));
        }
      } else if (field.kind === 'text') {
        if (documents.some((document) => document.texts[name] !== undefined)) {
          texts.set(name, buildTexts(documents.map((document) => document.texts[name])));
        }
      } else if (field.kind === 'date') {
        if (documents.some((document) => document.dates[name] !== undefined)) {
          const millis = Float64Array.from(documents, (document) => document.dates[name]?.millis ?? Number.NaN);
          dates.set(name, {
            millis,
            nanos: Uint32Array.from(documents, (document) => document.dates[name]?.nanos ?? 0),
          });
        }
      } else if (documents.some((document) => document.numbers[name] !== undefined)) {
        numbers.set(name, buildNumbers(documents.map((document) => document.numbers[name] ?? [])));
      }
    }
    const rows = Uint32Array.from(order, (index) => this.#rows[index] as number);
    return encodeSegment({ id, documents: documents.length, sortField, rows, keywords, texts, numbers, dates });
  }

  /** Positions of the kept documents, newest first. */
  #order(sortField: string | undefined, dropped: ReadonlySet<number>): number[] {
    const order: number[] = [];
    for (let index = 0; index < this.#rows.length; index++)
      if (!dropped.has(this.#rows[index] as number)) order.push(index);
    if (sortField === undefined) return order;
    const millis = this.#documents.map((document) => document.dates[sortField]?.millis ?? Number.NEGATIVE_INFINITY);
    const nanos = this.#documents.map((document) => document.dates[sortField]?.nanos ?? 0);
    const at = (list: readonly number[], index: number) => list[index] as number;
    return order.sort((a, b) => {
      const [left, right] = [at(millis, a), at(millis, b)];
      return left === right ? at(nanos, b) - at(nanos, a) || a - b : right > left ? 1 : -1;
    });
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** Sorts by UTF-8 bytes; UTF-16 order differs from it only where surrogates are. */
function sortTerms(terms: string[]): string[] {
  if (!terms.some((term) => SURROGATE.test(term))) return terms.sort();
  return terms
    .map((term) => [Buffer.from(term), term] as const)
    .sort(([a], [b]) => Buffer.compare(a, b))
    .map(([, term]) => term);
}

/** Terms as bytes in order, and the ordinal of each term in the order it was given. */
interface LaidTerms {
  readonly ords: Uint32Array;
  readonly bytes: Uint8Array;
  readonly termStart: Uint32Array;
}

/** Numbers every term once by its first appearance, sorts the distinct ones and lays them out. */
function layTerms(lists: ReadonlyArray<readonly string[] | undefined>): LaidTerms {
  const idOf = new Map<string, number>();
  const ords = new Uint32Array(lists.reduce((sum, list) => sum + (list?.length ?? 0), 0));
  let next = 0;
  for (const list of lists) {
    if (list === undefined) continue;
    for (const term of list) {
      let id = idOf.get(term);
      if (id === undefined) {
        id = idOf.size;
        idOf.set(term, id);
      }
      ords[next++] = id;
    }
  }
  const terms = sortTerms([...idOf.keys()]);
  const bytes = Buffer.from(terms.join(''));
  const termStart = new Uint32Array(terms.length + 1);
  const ordOf = new Uint32Array(terms.length);
  let at = 0;
  for (let ord = 0; ord < terms.length; ord++) {
    const term = terms[ord] as string;
    ordOf[idOf.get(term) as number] = ord;
    at += Buffer.byteLength(term);
    termStart[ord + 1] = at;
  }
  for (let i = 0; i < ords.length; i++) ords[i] = ordOf[ords[i] as number] as number;
  return { ords, bytes, termStart };
}

/** Counts turned into offsets in place: entry i + 1 held the count of i. */
function accumulate(counts: Uint32Array): Uint32Array {
  for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] as number) + (counts[i - 1] as number);
  return counts;
}

function buildKeywords(lists: ReadonlyArray<readonly string[] | undefined>): KeywordColumn {
  const { ords: given, bytes, termStart } = layTerms(lists);
  const ordStart = new Uint32Array(lists.length + 1);
  const postStart = new Uint32Array(termStart.length);
  const ords = new Uint32Array(given.length);
  let from = 0;
  let kept = 0;
  for (let document = 0; document < lists.length; document++) {
    const to = from + (lists[document]?.length ?? 0);
    const own = given.subarray(from, to).sort();
    for (let i = 0; i < own.length; i++) {
      const ord = own[i] as number;
      if (i > 0 && ord === own[i - 1]) continue;
      ords[kept++] = ord;
      postStart[ord + 1] = (postStart[ord + 1] as number) + 1;
    }
    ordStart[document + 1] = kept;
    from = to;
  }
  accumulate(postStart);
  const next = postStart.slice();
  const postings = new Uint32Array(kept);
  for (let document = 0; document < lists.length; document++) {
    for (let at = ordStart[document] as number; at < (ordStart[document + 1] as number); at++) {
      const ord = ords[at] as number;
      postings[next[ord] as number] = document;
      next[ord] = (next[ord] as number) + 1;
    }
  }
  return { bytes, termStart, postStart, postings, ordStart, ords: ords.subarray(0, kept) };
}

function buildNumbers(values: ReadonlyArray<readonly number[]>): NumberColumn {
  return {
    start: accumulate(Uint32Array.from([0, ...values.map((list) => list.length)])),
    values: Float64Array.from(values.flat()),
  };
}

function buildTexts(streams: ReadonlyArray<TokenStream | undefined>): TextColumn {
  const { ords, bytes, termStart } = layTerms(streams.map((stream) => stream?.tokens));
  // every token as (document, position), grouped by word; documents and positions ascend within a group
  const starts = new Uint32Array(termStart.length);
  for (const ord of ords) starts[ord + 1] = (starts[ord + 1] as number) + 1;
  accumulate(starts);
  const next = starts.slice();
  const documents = new Uint32Array(ords.length);
  const places = new Uint32Array(ords.length);
  let token = 0;
  for (let document = 0; document < streams.length; document++) {
    for (const position of streams[document]?.positions ?? []) {
      const ord = ords[token++] as number;
      const slot = next[ord] as number;
      documents[slot] = document;
      places[slot] = position;
      next[ord] = slot + 1;
    }
  }
  const postStart = new Uint32Array(termStart.length);
  const posStart = new Uint32Array(termStart.length);
  const postings = new Uint32Array(ords.length);
  const positions = new VarintWriter();
  let posting = 0;
  for (let ord = 0; ord + 1 < termStart.length; ord++) {
    const end = starts[ord + 1] as number;
    for (let slot = starts[ord] as number; slot < end; ) {
      const document = documents[slot] as number;
      let last = slot;
      while (last < end && documents[last] === document) last++;
      postings[posting++] = document;
      positions.write(last - slot);
      for (let previous = 0; slot < last; slot++) {
        positions.write((places[slot] as number) - previous);
        previous = places[slot] as number;
      }
    }
    postStart[ord + 1] = posting;
    posStart[ord + 1] = positions.length;
  }
  return { bytes, termStart, postStart, postings: postings.slice(0, posting), posStart, positions: positions.finish() };
}
