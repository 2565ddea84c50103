import { compareInstants, type Instant } from '../dates.ts';
import {
  compareTerm,
  type Dictionary,
  findTerm,
  lowerBound,
  postingsOf,
  prefixRange,
  termCount,
} from '../segment/dictionary.ts';
import type { DateColumn, NumberColumn, Segment, TextColumn } from '../segment/segment.ts';
import { SMALL, smallNumbers } from '../segment/small-numbers.ts';
import { VarintReader } from '../segment/varint.ts';
import {
  allOf,
  atLeast,
  count,
  type DocSet,
  filterList,
  intersect,
  isEmpty,
  listOf,
  mark,
  NONE,
  subtract,
  toList,
  union,
} from './doc-set.ts';
import type { Plan } from './plan.ts';

/** A computation that gives way at each `yield`, so that a long search does not stop others and can be ended. */
export type Slices<T> = Generator<void, T, void>;

/** What evaluation needs beside the segment: where `_id`s are stored. */
export interface IdLookup {
  /** Rows, living or not, of documents with these ids. */
  rowsOf(ids: readonly string[]): ReadonlySet<number>;
}

/** Terms tested or postings read between two yields: a few milliseconds. */
const CHUNK = 1 << 15;

/** The documents of `segment` that `plan` keeps, deleted ones included. */
export function* evaluate(plan: Plan, segment: Segment, ids: IdLookup): Slices<DocSet> {
  yield;
  const { documents } = segment;
  switch (plan.kind) {
    case 'all':
      return allOf(documents);
    case 'none':
      return NONE;
    case 'bool':
      return yield* evaluateBool(plan, segment, ids);
    case 'terms': {
      const dictionary = dictionaryOf(segment, plan.field);
      if (dictionary === undefined) return NONE;
      const found = plan.terms.map((term) => findTerm(dictionary, term)).filter((ord) => ord >= 0);
      return union(
        found.map((ord) => listOf(postingsOf(dictionary, ord))),
        documents,
      );
    }
    case 'termRange': {
      const dictionary = dictionaryOf(segment, plan.field);
      if (dictionary === undefined) return NONE;
      const from = plan.low === undefined ? 0 : edge(dictionary, plan.low.term, !plan.low.inclusive);
      const to =
        plan.high === undefined ? termCount(dictionary) : edge(dictionary, plan.high.term, plan.high.inclusive);
      return ordRange(dictionary, from, to, documents);
    }
    case 'prefix': {
      const dictionary = dictionaryOf(segment, plan.field);
      return dictionary === undefined ? NONE : ordRange(dictionary, ...prefixRange(dictionary, plan.prefix), documents);
    }
    case 'wildcard':
      return yield* evaluateWildcard(plan, segment);
    case 'phrase':
      return yield* evaluatePhrase(plan, segment);
    case 'numbers': {
      const wanted = new Set(plan.values);
      return scanNumbers(segment.numbers.get(plan.field), documents, (value) => wanted.has(value));
    }
    case 'numberRange':
      return scanRange(segment.numbers.get(plan.field), documents, plan);
    case 'dateRange':
      return evaluateDates(plan, segment);
    case 'exists':
      return evaluateExists(plan.field, segment);
    case 'ids': {
      const rows = ids.rowsOf(plan.ids);
      const found: number[] = [];
      for (let document = 0; rows.size > 0 && document < documents; document++) {
        if (rows.has(segment.rows[document] as number)) found.push(document);
      }
      return listOf(Uint32Array.from(found));
    }
    default:
      return plan satisfies never;
  }
}

function* evaluateBool(plan: Plan & { kind: 'bool' }, segment: Segment, ids: IdLookup): Slices<DocSet> {
  const { documents } = segment;
  let kept = allOf(documents);
  for (const clause of [...plan.must].sort((a, b) => cost(a) - cost(b))) {
    kept =
      clause.kind === 'numberRange' && kept.kind === 'list'
        ? listOf(filterRange(kept.list, segment.numbers.get(clause.field), clause))
        : intersect(kept, yield* evaluate(clause, segment, ids), documents);
    if (isEmpty(kept)) return NONE;
  }
  if (plan.minimum > 0) {
    const sets: DocSet[] = [];
    for (const clause of plan.should) sets.push(yield* evaluate(clause, segment, ids));
    kept = intersect(kept, atLeast(sets, plan.minimum, documents), documents);
  }
  for (const clause of plan.mustNot) {
    if (isEmpty(kept)) return NONE;
    kept = subtract(kept, yield* evaluate(clause, segment, ids), documents);
  }
  return kept;
}

/** Cheap clauses first, so that an empty result is known before the dear ones run. */
function cost(plan: Plan): number {
  if (plan.kind === 'wildcard' || plan.kind === 'phrase') return 2;
  if (plan.kind === 'bool') return Math.max(0, ...[...plan.must, ...plan.should, ...plan.mustNot].map(cost));
  return plan.kind === 'terms' || plan.kind === 'dateRange' ? 0 : 1;
}

const dictionaryOf = (segment: Segment, field: string): Dictionary | undefined =>
  segment.keywords.get(field) ?? segment.texts.get(field);

/** First ordinal not before `term`, or behind it when `after`. */
function edge(dictionary: Dictionary, term: Uint8Array, after: boolean): number {
  const ord = lowerBound(dictionary, term);
  return after && ord < termCount(dictionary) && compareTerm(dictionary, ord, term) === 0 ? ord + 1 : ord;
}

/** Documents of a run of terms: their postings lie side by side. */
function ordRange(dictionary: Dictionary, from: number, to: number, documents: number): DocSet {
  if (from >= to) return NONE;
  if (to - from === 1) return listOf(postingsOf(dictionary, from));
  const bits = new Uint32Array((documents + 31) >>> 5);
  mark(bits, dictionary.postings.subarray(dictionary.postStart[from], dictionary.postStart[to]));
  return { kind: 'bits', bits };
}

function* evaluateWildcard({ field, pattern }: Plan & { kind: 'wildcard' }, segment: Segment): Slices<DocSet> {
  const dictionary = dictionaryOf(segment, field);
  if (dictionary === undefined) return NONE;
  const [from, to] = prefixRange(dictionary, pattern.prefix);
  const { bytes, termStart } = dictionary;
  const bits = new Uint32Array((segment.documents + 31) >>> 5);
  for (let start = from; start < to; start += CHUNK) {
    const end = Math.min(to, start + CHUNK);
    for (let ord = start; ord < end; ord++) {
      if (pattern.matches(bytes, termStart[ord] as number, termStart[ord + 1] as number))
        mark(bits, postingsOf(dictionary, ord));
    }
    yield;
  }
  return { kind: 'bits', bits };
}

function* evaluatePhrase({ field, terms, offsets }: Plan & { kind: 'phrase' }, segment: Segment): Slices<DocSet> {
  const column = segment.texts.get(field);
  if (column === undefined) return NONE;
  const ords = terms.map((term) => findTerm(column, term));
  if (ords.some((ord) => ord < 0)) return NONE;
  const sets = ords.map((ord) => listOf(postingsOf(column, ord))).sort((a, b) => count(a) - count(b));
  let candidates = toList(sets[0] as DocSet);
  for (const set of sets.slice(1)) candidates = filterList(candidates, set);
  if (ords.length === 1 || candidates.length === 0) return listOf(candidates);
  // where the phrase may begin in each candidate, narrowed word by word
  let starts: Array<Uint32Array | number[]> | undefined;
  for (let word = 0; word < ords.length; word++) {
    const places: number[][] = [];
    yield* readPositions(column, ords[word] as number, candidates, places);
    const offset = offsets[word] as number;
    if (starts === undefined) starts = places;
    else starts = starts.map((list, index) => withFollower(list as number[], places[index] as number[], offset));
  }
  return listOf(candidates.filter((_, index) => (starts?.[index]?.length ?? 0) > 0));
}

/** Those of `starts` that have `start + offset` in `places`; both ascend. */
function withFollower(starts: readonly number[], places: readonly number[], offset: number): number[] {
  const kept: number[] = [];
  let at = 0;
  for (const start of starts) {
    while (at < places.length && (places[at] as number) < start + offset) at++;
    if (places[at] === start + offset) kept.push(start);
  }
  return kept;
}

/** Positions of a word in each candidate; every candidate holds the word. */
function* readPositions(column: TextColumn, ord: number, candidates: Uint32Array, places: number[][]): Slices<void> {
  const postings = postingsOf(column, ord);
  const reader = new VarintReader(column.positions, column.posStart[ord] as number);
  for (let at = 0, next = 0; at < postings.length && next < candidates.length; at++) {
    const times = reader.read();
    if (postings[at] !== candidates[next]) reader.skip(times);
    else {
      const list: number[] = [];
      for (let i = 0, position = 0; i < times; i++) {
        position += reader.read();
        list.push(position);
      }
      places.push(list);
      next++;
    }
    if ((at & (CHUNK - 1)) === CHUNK - 1) yield;
  }
}

/** Documents of which any number is kept. */
function scanNumbers(column: NumberColumn | undefined, documents: number, keep: (value: number) => boolean): DocSet {
  if (column === undefined) return NONE;
  const { start, values } = column;
  return scan(documents, (document) => {
    for (let at = start[document] as number; at < (start[document + 1] as number); at++)
      if (keep(values[at] as number)) return true;
    return false;
  });
}

/** Documents of which any number lies between two: as `scanNumbers`, of which this is the most asked for. */
function scanRange(column: NumberColumn | undefined, documents: number, { low, high }: Bounds): DocSet {
  if (column === undefined) return NONE;
  const small = smallNumbers(column);
  if (small !== undefined) return scanSmall(small, low, high);
  const { start, values } = column;
  const bits = new Uint32Array((documents + 31) >>> 5);
  for (let document = 0; document < documents; document++) {
    const end = start[document + 1] as number;
    for (let at = start[document] as number; at < end; at++) {
      const value = values[at] as number;
      if (value < low || value > high) continue;
      bits[document >>> 5] = (bits[document >>> 5] as number) | (1 << (document & 31));
      break;
    }
  }
  return { kind: 'bits', bits };
}

function scanSmall(small: Uint8Array, low: number, high: number): DocSet {
  const keeps = Uint8Array.from({ length: SMALL }, (_, value) => Number(value >= low && value <= high));
  const bits = new Uint32Array((small.length + 31) >>> 5);
  for (let word = 0; word < bits.length; word++) {
    const end = Math.min(small.length, (word + 1) << 5);
    let kept = 0;
    for (let document = word << 5; document < end; document++)
      kept |= (keeps[small[document] as number] as number) << (document & 31);
    bits[word] = kept;
  }
  return { kind: 'bits', bits };
}

/** Those of a list: few candidates are looked up one by one. */
function filterRange(list: Uint32Array, column: NumberColumn | undefined, { low, high }: Bounds): Uint32Array {
  if (column === undefined) return new Uint32Array(0);
  const { start, values } = column;
  return list.filter((document) => {
    for (let at = start[document] as number; at < (start[document + 1] as number); at++)
      if ((values[at] as number) >= low && (values[at] as number) <= high) return true;
    return false;
  });
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

function scan(documents: number, keep: (document: number) => boolean): DocSet {
  const bits = new Uint32Array((documents + 31) >>> 5);
  for (let document = 0; document < documents; document++) {
    if (keep(document)) bits[document >>> 5] = (bits[document >>> 5] as number) | (1 << (document & 31));
  }
  return { kind: 'bits', bits };
}

const instantAt = ({ millis, nanos }: DateColumn, document: number): Instant => ({
  millis: millis[document] as number,
  nanos: nanos[document] as number,
});

function evaluateDates({ field, low, high }: Plan & { kind: 'dateRange' }, segment: Segment): DocSet {
  const column = segment.dates.get(field);
  if (column === undefined) return NONE;
  if (segment.sortField === field) {
    const from = firstNotAfter(column, high);
    const to = firstBefore(column, low);
    return from < to ? { kind: 'interval', from, to } : NONE;
  }
  return scan(segment.documents, (document) => {
    const at = instantAt(column, document);
    return !Number.isNaN(at.millis) && compareInstants(at, low) >= 0 && compareInstants(at, high) <= 0;
  });
}

/** In a column sorted newest first: the first document for which `passed` holds; documents without a date are behind all others. */
function bisect(column: DateColumn, passed: (at: Instant) => boolean): number {
  let low = 0;
  let high = column.millis.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = instantAt(column, middle);
    if (Number.isNaN(at.millis) || passed(at)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** First document that is not newer than `bound`. */
export const firstNotAfter = (column: DateColumn, bound: Instant): number =>
  bisect(column, (at) => compareInstants(at, bound) <= 0);

/** First document that is older than `bound`. */
export const firstBefore = (column: DateColumn, bound: Instant): number =>
  bisect(column, (at) => compareInstants(at, bound) < 0);

function evaluateExists(field: string, segment: Segment): DocSet {
  const { documents } = segment;
  const date = segment.dates.get(field);
  if (date !== undefined) return scan(documents, (document) => !Number.isNaN(date.millis[document]));
  const number = segment.numbers.get(field);
  if (number !== undefined) return scanNumbers(number, documents, () => true);
  const dictionary = dictionaryOf(segment, field);
  return dictionary === undefined ? NONE : ordRange(dictionary, 0, termCount(dictionary), documents);
}
