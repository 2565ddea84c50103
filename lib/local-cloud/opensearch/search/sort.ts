import { checkNanosRange, formatMillis, formatNanos, fromNanos, type Instant, toNanos } from '../dates.ts';
import { failedField, illegalArgument, OpenSearchError, parsingError, unknownField } from '../errors.ts';
import { isObject } from '../json.ts';
import { filterList } from '../query/doc-set.ts';
import { firstNotAfter } from '../query/evaluate.ts';
import { toInstant } from '../query/plan.ts';
import { findTerm, lowerBound, termBytes } from '../segment/dictionary.ts';
import type { IndexView, SegmentView } from './view.ts';

/** One key of a sort, as asked for. */
export interface SortKey {
  readonly field: string;
  readonly descending: boolean;
  readonly missing: string | number | bigint;
  /** `date` reads nanosecond dates as milliseconds. */
  readonly numericType: string | undefined;
}

/** What a document sorts by: for each key a number, a date, bytes of a keyword, or `null` where it has no keyword. */
export type SortValue = number | Instant | Uint8Array | null;

/** Reads `sort`. @throws OpenSearchError naming what is not known */
export function parseSort(sort: unknown): SortKey[] {
  if (sort === undefined || sort === null) return [];
  return (Array.isArray(sort) ? sort : [sort]).map((item): SortKey => {
    const [field, options] =
      typeof item === 'string' ? [item, {}] : isObject(item) ? (Object.entries(item)[0] ?? ['', {}]) : ['', {}];
    if (field === '' || (isObject(item) && Object.keys(item).length > 1)) {
      throw illegalArgument('malformed sort format, within the sort array, an object, or an actual string are allowed');
    }
    if (field === '_score') throw parsingError('[sort] by [_score] is not supported here: nothing is scored');
    if (field.startsWith('_') && field !== '_doc' && field !== '_shard_doc')
      throw parsingError(`[sort] by [${field}] is not supported here`);
    const named = isObject(options) ? options : { order: options };
    const { order = 'asc', missing = '_last', numeric_type: numericType, ...rest } = named;
    const other = Object.keys(rest)[0];
    if (other !== undefined) {
      throw unknownField('field_sort', other, `sort.${field}`);
    }
    if (order !== 'asc' && order !== 'desc')
      throw failedField('field_sort', 'order', `No enum constant for [${String(order)}]`);
    return {
      field,
      descending: order === 'desc',
      missing: missing as string | number | bigint,
      numericType: numericType === undefined ? undefined : String(numericType),
    };
  });
}

/** Java's Long.MAX_VALUE and MIN_VALUE: what documents without a value sort by in OpenSearch. */
const LONG_MAX = 9223372036854775807n;
const LONG_MIN = -9223372036854775808n;

type KeyKind = 'keyword' | 'integer' | 'double' | 'date' | 'millis' | 'document';

/** A sort key that fits an index's mapping. */
export interface BoundKey extends SortKey {
  readonly kind: KeyKind;
  readonly format: string;
}

/** Checks the keys against an index. @throws query_shard_exception for a field that is not mapped */
export function bindSort(keys: readonly SortKey[], index: IndexView): BoundKey[] {
  return keys.map((key): BoundKey => {
    if (key.field === '_doc' || key.field === '_shard_doc') return { ...key, kind: 'document', format: '' };
    const field = index.mapping.fields[key.field];
    if (field === undefined) {
      const reason = `No mapping found for [${key.field}] in order to sort on`;
      throw new OpenSearchError(
        400,
        { type: 'query_shard_exception', reason, index: index.name, index_uuid: index.uuid },
        index.name,
      );
    }
    if (field.kind === 'text') throw textRefusal(key.field, index.name);
    if (field.kind === 'keyword' && key.missing !== '_last' && key.missing !== '_first') {
      throw illegalArgument(`[missing] of the keyword field [${key.field}] must be _first or _last here`);
    }
    if (key.numericType !== undefined && (field.kind !== 'date' || !['date', 'date_nanos'].includes(key.numericType))) {
      throw illegalArgument(`[numeric_type] [${key.numericType}] is not supported here for field [${key.field}]`);
    }
    if (field.kind === 'date')
      return { ...key, kind: key.numericType === 'date' ? 'millis' : 'date', format: field.format };
    return { ...key, kind: field.kind, format: '' };
  });
}

export const textRefusal = (field: string, index: string): OpenSearchError =>
  new OpenSearchError(
    400,
    {
      type: 'illegal_argument_exception',
      reason:
        'Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. ' +
        `Please use a keyword field instead. Alternatively, set fielddata=true on [${field}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
    },
    index,
  );

/** What a document without a value sorts by. */
function missingValue(key: BoundKey, index: string): SortValue {
  const last = key.missing === '_last';
  if (!last && key.missing !== '_first') return toSortValue(key.missing, key, index);
  const greatest = last !== key.descending;
  switch (key.kind) {
    case 'keyword':
      return null;
    case 'double':
      return greatest ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    case 'date':
      return fromNanos(greatest ? LONG_MAX : LONG_MIN);
    case 'integer':
      return greatest ? 2147483647 : -2147483648;
    default:
      return Number(greatest ? LONG_MAX : LONG_MIN);
  }
}

/** Reads a value of `search_after` or `missing`. */
export function toSortValue(value: unknown, key: BoundKey, index: string): SortValue {
  if (value === null || value === undefined) return missingValue({ ...key, missing: '_last' }, index);
  switch (key.kind) {
    case 'keyword':
      return Buffer.from(String(value));
    case 'date':
      if (typeof value === 'number' || typeof value === 'bigint') return fromNanos(BigInt(value));
      return checkNanosRange(toInstant(String(value), key.format, false));
    case 'millis':
      if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
      return toInstant(String(value), key.format, false).millis;
    default: {
      const number = Number(value);
      if (Number.isNaN(number)) {
        throw new OpenSearchError(
          400,
          {
            type: 'illegal_argument_exception',
            reason: `Failed to parse search_after value for field [${key.field}].`,
          },
          index,
        );
      }
      return number;
    }
  }
}

/** A value as `sort` shows it in a hit. */
export function renderSortValue(value: SortValue): unknown {
  if (value === null) return null;
  if (typeof value === 'number') {
    if (value >= 9.2e18) return value === Number.POSITIVE_INFINITY ? 'Infinity' : LONG_MAX;
    if (value <= -9.2e18) return value === Number.NEGATIVE_INFINITY ? '-Infinity' : LONG_MIN;
    return value;
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return toNanos(value);
}

/** Orders two documents by their values, wherever they are; documents without a keyword stand where `missing` says. */
export function compareValues(a: readonly SortValue[], b: readonly SortValue[], keys: readonly SortKey[]): number {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as SortKey;
    const [left, right] = [a[i] as SortValue, b[i] as SortValue];
    if (left === null || right === null) {
      if (left === right) continue;
      return (left === null) === (key.missing === '_first') ? -1 : 1;
    }
    const difference = compareValue(left, right);
    if (difference !== 0) return key.descending ? -difference : difference;
  }
  return 0;
}

function compareValue(a: number | Instant | Uint8Array, b: number | Instant | Uint8Array): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  const [left, right] = [a as Instant, b as Instant];
  return left.millis - right.millis || left.nanos - right.nanos;
}

/** A number by document, less first, by which one segment's documents are ordered. */
type Rank = (document: number) => number;

/** A sort over one segment: keywords are compared by their ordinals, dates by two numbers. */
export class SegmentSort {
  readonly #keys: readonly BoundKey[];
  readonly #view: SegmentView;
  readonly #ranks: readonly Rank[];
  readonly #after: readonly number[] | undefined;
  readonly #afterValues: readonly SortValue[] | undefined;

  constructor(keys: readonly BoundKey[], view: SegmentView, after: readonly SortValue[] | undefined) {
    this.#keys = keys;
    this.#view = view;
    this.#ranks = keys.flatMap((key) => ranksOf(key, view));
    this.#after =
      after === undefined ? undefined : keys.flatMap((key, index) => rankOfValue(after[index] as SortValue, key, view));
    this.#afterValues = after;
  }

  /** The first `limit` of `documents` in this order, behind `search_after`. */
  top(documents: Uint32Array, limit: number): Uint32Array {
    const [first] = this.#keys;
    const { segment } = this.#view;
    const column =
      first?.kind === 'date' && first.field === segment.sortField ? segment.dates.get(first.field) : undefined;
    if (column === undefined || first === undefined) {
      if (this.#keys.length === 0) return documents.subarray(0, limit);
      return this.#select(this.#behind(documents), limit);
    }
    // the segment is in this order already, or in its reverse: only as many as are asked for are looked at
    const after = this.#afterValues?.[0] as Instant | undefined;
    if (first.missing !== '_last') return this.#select(this.#behind(documents), limit);
    const dated = filterList(documents, { kind: 'interval', from: 0, to: countDated(column.millis) });
    const undated = documents.subarray(dated.length);
    let candidates = dated;
    if (after !== undefined) {
      const from = firstNotAfter(column, after);
      const older = first.descending ? from : 0;
      const newer = first.descending ? segment.documents : firstNotAfter(column, before(after));
      candidates = filterList(dated, { kind: 'interval', from: older, to: newer });
    }
    const taken: number[] = [];
    const same = (a: number, b: number) => column.millis[a] === column.millis[b] && column.nanos[a] === column.nanos[b];
    for (let i = 0; i < candidates.length; i++) {
      const document = candidates[first.descending ? i : candidates.length - 1 - i] as number;
      if (taken.length >= limit && !same(document, taken.at(-1) as number)) break;
      if (this.#after === undefined || this.#isBehind(document)) taken.push(document);
    }
    if (taken.length < limit) for (const document of this.#behind(undated)) taken.push(document);
    return this.#select(Uint32Array.from(taken), limit);
  }

  /** What a document sorts by, comparable across segments. */
  valuesOf(document: number): SortValue[] {
    return this.#keys.map((key) => sortValueOf(key, this.#view, document));
  }

  #compare(a: number, b: number): number {
    for (const rank of this.#ranks) {
      const [left, right] = [rank(a), rank(b)];
      if (left !== right) return left < right ? -1 : 1;
    }
    return a - b;
  }

  #isBehind(document: number): boolean {
    const after = this.#after as readonly number[];
    for (let i = 0; i < this.#ranks.length; i++) {
      const value = (this.#ranks[i] as Rank)(document);
      const bound = after[i] as number;
      if (value !== bound) return value > bound;
    }
    return false;
  }

  #behind(documents: Uint32Array): Uint32Array {
    return this.#after === undefined ? documents : documents.filter((document) => this.#isBehind(document));
  }

  /** The least `limit`, sorted; a heap keeps memory at `limit`. */
  #select(documents: Uint32Array, limit: number): Uint32Array {
    const compare = (a: number, b: number) => this.#compare(a, b);
    if (documents.length <= limit) return documents.slice().sort(compare);
    if (limit === 0) return new Uint32Array(0);
    const heap = documents.slice(0, limit).sort((a, b) => compare(b, a)); // a sorted list is a heap, greatest on top
    for (let i = limit; i < documents.length; i++) {
      const document = documents[i] as number;
      if (compare(document, heap[0] as number) < 0) siftDown(heap, document, compare);
    }
    return heap.sort(compare);
  }
}

/** Replaces the top of the heap. */
function siftDown(heap: Uint32Array, value: number, compare: (a: number, b: number) => number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1] as number, heap[child] as number) > 0) child++;
    if (compare(heap[child] as number, value) <= 0) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = value;
}

const before = ({ millis, nanos }: Instant): Instant =>
  nanos > 0 ? { millis, nanos: nanos - 1 } : { millis: millis - 1, nanos: 999_999 };

/** Number of documents with a date: those without are the last. */
function countDated(millis: Float64Array): number {
  let low = 0;
  let high = millis.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number.isNaN(millis[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

function ranksOf(key: BoundKey, view: SegmentView): Rank[] {
  const { segment } = view;
  const sign = key.descending ? -1 : 1;
  const missing = rankOfValue(missingValue(key, view.index.name), key, view);
  switch (key.kind) {
    case 'document':
      return [(document) => sign * (view.base + document)];
    case 'keyword': {
      const column = segment.keywords.get(key.field);
      if (column === undefined) return [() => missing[0] as number];
      const { ordStart, ords } = column;
      // of several values the least counts in ascending, the greatest in descending order
      return [
        (document) => {
          const [from, to] = [ordStart[document] as number, ordStart[document + 1] as number];
          return from === to ? (missing[0] as number) : sign * (ords[key.descending ? to - 1 : from] as number);
        },
      ];
    }
    case 'date':
    case 'millis': {
      const column = segment.dates.get(key.field);
      if (column === undefined) return missing.map((value) => () => value);
      const { millis, nanos } = column;
      const has = (document: number) => !Number.isNaN(millis[document]);
      const ranks: Rank[] = [
        (document) => (has(document) ? sign * (millis[document] as number) : (missing[0] as number)),
      ];
      if (key.kind === 'date')
        ranks.push((document) => (has(document) ? sign * (nanos[document] as number) : (missing[1] as number)));
      return ranks;
    }
    case 'integer':
    case 'double': {
      const column = segment.numbers.get(key.field);
      if (column === undefined) return [() => missing[0] as number];
      const { start, values } = column;
      return [
        (document) => {
          const [from, to] = [start[document] as number, start[document + 1] as number];
          return from === to ? (missing[0] as number) : sign * (values[key.descending ? to - 1 : from] as number);
        },
      ];
    }
    default:
      return key.kind satisfies never;
  }
}

/** The ranks of a value that need not be in the segment: a keyword between two ordinals stands half way. */
function rankOfValue(value: SortValue, key: BoundKey, { segment }: SegmentView): number[] {
  const sign = key.descending ? -1 : 1;
  if (value === null) return [key.missing === '_first' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY];
  if (typeof value === 'number') return [sign * value];
  if (!(value instanceof Uint8Array)) return [sign * value.millis, sign * value.nanos];
  const column = segment.keywords.get(key.field);
  if (column === undefined) return [0];
  const ord = findTerm(column, value);
  return [sign * (ord >= 0 ? ord : lowerBound(column, value) - 0.5)];
}

function sortValueOf(key: BoundKey, view: SegmentView, document: number): SortValue {
  const { segment } = view;
  const missing = () => missingValue(key, view.index.name);
  switch (key.kind) {
    case 'document':
      return view.base + document;
    case 'keyword': {
      const column = segment.keywords.get(key.field);
      const [from, to] = [column?.ordStart[document] ?? 0, column?.ordStart[document + 1] ?? 0];
      if (column === undefined || from === to) return missing();
      return termBytes(column, column.ords[key.descending ? to - 1 : from] as number);
    }
    case 'date':
    case 'millis': {
      const column = segment.dates.get(key.field);
      const millis = column?.millis[document] ?? Number.NaN;
      if (column === undefined || Number.isNaN(millis)) return missing();
      return key.kind === 'millis' ? millis : { millis, nanos: column.nanos[document] as number };
    }
    case 'integer':
    case 'double': {
      const column = segment.numbers.get(key.field);
      const [from, to] = [column?.start[document] ?? 0, column?.start[document + 1] ?? 0];
      return column === undefined || from === to
        ? missing()
        : (column.values[key.descending ? to - 1 : from] as number);
    }
    default:
      return key.kind satisfies never;
  }
}

/** A date in a format of the subset, for `docvalue_fields` and bucket names. */
export function formatDate(instant: Instant, format: string): string {
  const [first] = format.split('||');
  if (first === 'epoch_millis') {
    const fraction = instant.nanos.toString().padStart(6, '0').replace(/0+$/, '');
    return fraction === '' ? String(instant.millis) : `${instant.millis}.${fraction}`;
  }
  return first === 'strict_date_optional_time_nanos' ? formatNanos(instant) : formatMillis(instant.millis);
}
