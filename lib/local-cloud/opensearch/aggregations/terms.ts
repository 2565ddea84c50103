import { illegalArgument, OpenSearchError, parsingError } from '../errors.ts';
import { isObject } from '../json.ts';
import { listOf } from '../query/doc-set.ts';
import { Documents } from '../query/documents.ts';
import type { Slices } from '../query/evaluate.ts';
import { parseLiteralRegex } from '../query/pattern.ts';
import { textRefusal } from '../search/sort.ts';
import type { SegmentView } from '../search/view.ts';
import { type Dictionary, findTerm, postingsOf, prefixRange, termCount, termText } from '../segment/dictionary.ts';
import type { KeywordColumn, NumberColumn } from '../segment/segment.ts';
import { SMALL, smallNumbers } from '../segment/small-numbers.ts';
import { type Aggregation, type AggregationContext, type Bucket, Buckets, type Collector } from './aggregation.ts';
import { options, requireField, wholeNumber } from './options.ts';
import { isShorterByTerm, TermCounts } from './term-counts.ts';

interface TermsRequest {
  readonly field: string;
  readonly size: number;
  readonly minimum: number;
  readonly include: Include | undefined;
  readonly order: readonly Order[];
}

/** Terms that take part: those starting with a literal, exactly one, or those listed. */
type Include =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'list'; readonly values: readonly (string | number)[] };

interface Order {
  /** `_count`, `_key` or the path of a metric. */
  readonly by: string;
  readonly descending: boolean;
}

/** Reads a `terms` aggregation. */
export function parseTerms(name: string, body: unknown, subs: readonly Aggregation[], path: string): Aggregation {
  const found = options(body, path, [
    'field',
    'size',
    'order',
    'include',
    'min_doc_count',
    'shard_size',
    'show_term_doc_count_error',
    'execution_hint',
    'collect_mode',
  ]);
  const request: TermsRequest = {
    field: requireField(found, path),
    size: wholeNumber(found.size ?? 10, 1, `${path}.size`),
    minimum: wholeNumber(found.min_doc_count ?? 1, 1, `${path}.min_doc_count`),
    include: parseInclude(found.include, path),
    order: parseOrder(found.order, path),
  };
  return {
    name,
    make: (context) => new TermsCollector(request, subs, context),
    check: (mapping, index) => {
      for (const { by } of request.order) if (by !== '_count' && by !== '_key') checkOrder(by, subs);
      const field = mapping.fields[request.field];
      if (field?.kind === 'text') throw textRefusal(request.field, index);
      if (field?.kind === 'date')
        throw illegalArgument(`[terms] on the date field [${request.field}] is not supported here`);
      if (request.include?.kind === 'prefix' && field !== undefined && field.kind !== 'keyword') {
        throw illegalArgument(
          `Aggregation [${name}] cannot support regular expression style include/exclude settings as they can only be applied to string fields. Use an array of values for include/exclude clauses`,
        );
      }
      for (const sub of subs) sub.check(mapping, index);
    },
  };
}

function checkOrder(path: string, subs: readonly Aggregation[]): void {
  const [name] = path.split('.');
  if (subs.some((sub) => sub.name === name)) return;
  throw new OpenSearchError(500, {
    type: 'aggregation_execution_exception',
    reason:
      `Invalid aggregation order path [${path}]. The provided aggregation [${name}] either does not exist, or is a pipeline aggregation ` +
      'and cannot be used to sort the buckets.',
  });
}

function parseInclude(include: unknown, path: string): Include | undefined {
  if (include === undefined || include === null) return undefined;
  if (Array.isArray(include))
    return { kind: 'list', values: include.map((value) => (typeof value === 'number' ? value : String(value))) };
  if (typeof include !== 'string') throw parsingError(`[include] at [${path}] takes a text or a list here`);
  const literal = parseLiteralRegex(include);
  if (literal === undefined) {
    throw illegalArgument(`[include] at [${path}] takes literal text, at its end [.*], here; got [${include}]`);
  }
  return literal.open ? { kind: 'prefix', prefix: literal.literal } : { kind: 'list', values: [literal.literal] };
}

function parseOrder(order: unknown, path: string): Order[] {
  const list = order === undefined ? [{ _count: 'desc' }] : Array.isArray(order) ? order : [order];
  const parsed = list.map((item): Order => {
    const [entry, ...others] = isObject(item) ? Object.entries(item) : [];
    if (entry === undefined || others.length > 0)
      throw parsingError(`Must specify at least one field for [order] at [${path}]`);
    const [by, direction] = entry;
    if (direction !== 'asc' && direction !== 'desc')
      throw parsingError(`Unknown order direction [${String(direction)}] at [${path}]`);
    return { by, descending: direction === 'desc' };
  });
  // ties are broken by key, as in OpenSearch
  return parsed.some(({ by }) => by === '_key') ? parsed : [...parsed, { by: '_key', descending: false }];
}

class TermsCollector implements Collector {
  readonly #request: TermsRequest;
  readonly #hasSubs: boolean;
  readonly #context: AggregationContext;
  readonly #buckets: Buckets<string | number>;
  /** Of keywords without aggregations inside. */
  readonly #counts = new TermCounts();

  constructor(request: TermsRequest, subs: readonly Aggregation[], context: AggregationContext) {
    this.#request = request;
    this.#hasSubs = subs.length > 0;
    this.#context = context;
    this.#buckets = new Buckets(subs, context);
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    yield;
    const { field } = this.#request;
    const column = view.segment.keywords.get(field);
    if (column !== undefined) yield* this.#collectKeywords(view, column, documents);
    const numbers = view.segment.numbers.get(field);
    if (numbers !== undefined) yield* this.#collectNumbers(view, numbers, documents);
  }

  *#collectNumbers(view: SegmentView, column: NumberColumn, documents: Documents): Slices<void> {
    const { include } = this.#request;
    const wanted = include?.kind === 'list' ? new Set(include.values.map(Number)) : undefined;
    if (!this.#hasSubs) {
      for (const [value, count] of countNumbers(column, documents))
        if (wanted?.has(value) !== false) this.#buckets.at(value).count += count;
      return;
    }
    const { start, values } = column;
    const groups = new Map<number, number[]>();
    for (const document of documents.list) {
      const from = start[document] as number;
      for (let at = from; at < (start[document + 1] as number); at++) {
        const value = values[at] as number;
        // a document counts once for equal numbers, which stand side by side
        if ((at > from && value === values[at - 1]) || (wanted !== undefined && !wanted.has(value))) continue;
        const group = groups.get(value);
        if (group === undefined) groups.set(value, [document]);
        else group.push(document);
      }
    }
    for (const [value, group] of groups) yield* this.#fill(value, view, ofGroup(group, view));
  }

  *#fill(key: string | number, view: SegmentView, documents: Documents): Slices<void> {
    const bucket = this.#buckets.at(key);
    bucket.count += documents.size;
    yield* bucket.subs.collect(view, documents);
  }

  *#collectKeywords(view: SegmentView, column: KeywordColumn, documents: Documents): Slices<void> {
    for (const [from, to] of ordRanges(column, this.#request.include)) {
      if (this.#hasSubs) yield* this.#collectGroups(view, column, documents, from, to);
      else this.#counts.add(column, documents, from, to);
      yield;
    }
  }

  *#collectGroups(
    view: SegmentView,
    column: KeywordColumn,
    documents: Documents,
    from: number,
    to: number,
  ): Slices<void> {
    if (documents.isAll || isShorterByTerm(column, documents, from, to)) {
      for (let ord = from; ord < to; ord++) {
        const group = documents.and(listOf(postingsOf(column, ord)));
        if (group.size > 0) yield* this.#fill(termText(column, ord), view, group);
        yield;
      }
      return;
    }
    const groups = new Map<number, number[]>();
    const { ordStart, ords } = column;
    for (const document of documents.list) {
      for (let at = ordStart[document] as number; at < (ordStart[document + 1] as number); at++) {
        const ord = ords[at] as number;
        if (ord < from || ord >= to) continue;
        const group = groups.get(ord);
        if (group === undefined) groups.set(ord, [document]);
        else group.push(document);
      }
    }
    yield;
    for (const [ord, group] of groups) yield* this.#fill(termText(column, ord), view, ofGroup(group, view));
  }

  render(): unknown {
    const { size, minimum, order } = this.#request;
    if (!this.#counts.empty) {
      const key = order.find(({ by }) => by === '_key');
      const count = order.find(({ by }) => by === '_count');
      const { shown, total } = this.#counts.top(
        size,
        minimum,
        order[0]?.by === '_key',
        key?.descending === true,
        count?.descending === true,
      );
      this.#context.countBuckets(shown.length);
      const others = total - shown.reduce((sum, term) => sum + term.count, 0);
      return {
        doc_count_error_upper_bound: 0,
        sum_other_doc_count: others,
        buckets: shown.map((term) => ({ key: term.key, doc_count: term.count })),
      };
    }
    const total = [...this.#buckets.byKey.values()].reduce((sum, { count }) => sum + count, 0);
    const found = [...this.#buckets.byKey].filter(([, { count }]) => count >= minimum);
    const shown = takeTop(found, size, (a, b) => this.#compare(a, b));
    this.#context.countBuckets(shown.length);
    const others = total - shown.reduce((sum, [, { count }]) => sum + count, 0);
    return {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: others,
      buckets: shown.map(([key, { count, subs }]) => ({ key, doc_count: count, ...subs.render() })),
    };
  }

  #compare([a, left]: [string | number, Bucket], [b, right]: [string | number, Bucket]): number {
    for (const { by, descending } of this.#request.order) {
      const sign = descending ? -1 : 1;
      if (by === '_count') {
        if (left.count !== right.count) return sign * (left.count - right.count);
      } else if (by === '_key') {
        const difference = typeof a === 'number' ? a - (b as number) : compareText(a, b as string);
        if (difference !== 0) return sign * difference;
      } else {
        const [x, y] = [left.subs.sortValue(by), right.subs.sortValue(by)];
        if (x === undefined || y === undefined) throw illegalArgument(`Invalid aggregation order path [${by}]`);
        // a metric without a value comes last in either order
        if (Number.isNaN(x) || Number.isNaN(y)) {
          if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
        } else if (x !== y) return sign * (x < y ? -1 : 1);
      }
    }
    return 0;
  }
}

/** Orders texts by UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // surrogates stand for code points above all others
    const [left, right] = [x >= 0xd800 && x < 0xe000, y >= 0xd800 && y < 0xe000];
    return left === right ? x - y : left ? 1 : -1;
  }
  return a.length - b.length;
}

/** The first `size` in order: sorting a hundred thousand buckets for ten would take longer than finding them. */
function takeTop<T>(items: T[], size: number, compare: (a: T, b: T) => number): T[] {
  if (items.length <= 4 * size) return items.sort(compare).slice(0, size);
  let top: T[] = [];
  for (const item of items) {
    if (top.length >= size && compare(item, top[size - 1] as T) >= 0) continue;
    top.push(item);
    if (top.length >= 2 * size) top = top.sort(compare).slice(0, size);
    else if (top.length === size) top.sort(compare);
  }
  return top.sort(compare).slice(0, size);
}

const ofGroup = (group: readonly number[], { segment }: SegmentView): Documents =>
  new Documents(listOf(Uint32Array.from(group)), segment.documents);

/** How many documents hold each number. */
function countNumbers(column: NumberColumn, documents: Documents): Map<number, number> {
  const small = smallNumbers(column);
  if (small !== undefined) return countSmall(small, documents);
  const { start, values } = column;
  const counts = new Map<number, number>();
  for (const document of documents.list) {
    const from = start[document] as number;
    for (let at = from; at < (start[document + 1] as number); at++) {
      const value = values[at] as number;
      // a document counts once for equal numbers, which stand side by side
      if (at === from || value !== values[at - 1]) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return counts;
}

function countSmall(numbers: Uint8Array, documents: Documents): Map<number, number> {
  const counts = new Uint32Array(SMALL);
  const count = (document: number) => {
    const value = numbers[document] as number;
    counts[value] = (counts[value] as number) + 1;
  };
  const { run } = documents;
  if (run === undefined) for (const document of documents.list) count(document);
  else for (let document = run.from; document < run.to; document++) count(document);
  return new Map([...counts.entries()].filter(([, found]) => found > 0));
}

/** Runs `[from, to)` of ordinals that take part. */
function ordRanges(dictionary: Dictionary, include: Include | undefined): Array<[number, number]> {
  if (include === undefined) return [[0, termCount(dictionary)]];
  if (include.kind === 'prefix') return [prefixRange(dictionary, Buffer.from(include.prefix))];
  const distinct = [...new Set(include.values.map(String))];
  return distinct
    .map((value) => findTerm(dictionary, Buffer.from(value)))
    .filter((ord) => ord >= 0)
    .map((ord) => [ord, ord + 1]);
}
