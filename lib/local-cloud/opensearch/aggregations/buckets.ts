import { illegalArgument, parsingError } from '../errors.ts';
import { isObject } from '../json.ts';
import { listOf } from '../query/doc-set.ts';
import { Documents } from '../query/documents.ts';
import type { Slices } from '../query/evaluate.ts';
import { parseQuery, type Query } from '../query/query.ts';
import { textRefusal } from '../search/sort.ts';
import type { SegmentView } from '../search/view.ts';
import { type Aggregation, type AggregationContext, type Bucket, Buckets, type Collector } from './aggregation.ts';
import { options, requireField } from './options.ts';

type Parse = (name: string, body: unknown, subs: readonly Aggregation[], path: string) => Aggregation;

/** A bucket whose documents a query tells. */
interface QueryBucket {
  readonly key: string;
  readonly query: Query;
}

const checkAll =
  (subs: readonly Aggregation[]): Aggregation['check'] =>
  (mapping, index) => {
    for (const sub of subs) sub.check(mapping, index);
  };

/** Reads `filter`: one bucket. */
export const parseFilter: Parse = (name, body, subs, path) => {
  const queries = [{ key: '', query: parseQuery(body, path) }];
  const render = (buckets: Rendered[]) => ({ doc_count: 0, ...buckets[0]?.[1] });
  return {
    name,
    make: (context) => new QueryCollector(queries, undefined, subs, context, render),
    check: checkAll(subs),
  };
};

/** Reads `filters`, keyed or as a list. */
export const parseFilters: Parse = (name, body, subs, path) => {
  const found = options(body, path, ['filters', 'other_bucket', 'other_bucket_key']);
  const { filters } = found;
  const anonymous = Array.isArray(filters);
  if (!anonymous && !isObject(filters)) throw parsingError(`[filters] cannot be empty at [${path}]`);
  const queries: QueryBucket[] = Object.entries(filters).map(([key, query]) => ({
    key,
    query: parseQuery(query, `${path}.filters.${key}`),
  }));
  const other =
    found.other_bucket === true || found.other_bucket_key !== undefined
      ? String(found.other_bucket_key ?? '_other_')
      : undefined;
  const render = (buckets: Rendered[]) => ({
    buckets: anonymous ? buckets.map(([, bucket]) => bucket) : Object.fromEntries(buckets),
  });
  return { name, make: (context) => new QueryCollector(queries, other, subs, context, render), check: checkAll(subs) };
};

/** Reads `missing`: documents without a value. */
export const parseMissing: Parse = (name, body, subs, path) => {
  const field = requireField(options(body, path, ['field']), path);
  const queries: QueryBucket[] = [
    { key: '', query: { kind: 'bool', must: [], should: [], mustNot: [{ kind: 'exists', field }], minimum: 0 } },
  ];
  const render = (buckets: Rendered[]) => ({ doc_count: 0, ...buckets[0]?.[1] });
  return {
    name,
    make: (context) => new QueryCollector(queries, undefined, subs, context, render),
    check: (mapping, index) => {
      if (mapping.fields[field]?.kind === 'text') throw textRefusal(field, index);
      checkAll(subs)(mapping, index);
    },
  };
};

/** A bucket's name and content as answered. */
type Rendered = [key: string, bucket: Record<string, unknown>];

class QueryCollector implements Collector {
  readonly #queries: readonly QueryBucket[];
  readonly #other: string | undefined;
  readonly #context: AggregationContext;
  readonly #buckets: Buckets<string>;
  readonly #render: (buckets: Rendered[]) => unknown;

  constructor(
    queries: readonly QueryBucket[],
    other: string | undefined,
    subs: readonly Aggregation[],
    context: AggregationContext,
    render: (buckets: Rendered[]) => unknown,
  ) {
    this.#queries = queries;
    this.#other = other;
    this.#context = context;
    this.#render = render;
    this.#buckets = new Buckets(subs, context);
    for (const { key } of queries) this.#buckets.at(key);
    if (other !== undefined) this.#buckets.at(other);
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    let rest = documents;
    for (const { key, query } of this.#queries) {
      const matching = yield* this.#context.matching(query, view);
      yield* fill(this.#buckets.at(key), view, documents.and(matching));
      if (this.#other !== undefined) rest = rest.without(matching);
    }
    if (this.#other !== undefined) yield* fill(this.#buckets.at(this.#other), view, rest);
  }

  render(): unknown {
    this.#context.countBuckets(this.#buckets.byKey.size);
    return this.#render(
      [...this.#buckets.byKey].map(([key, { count, subs }]) => [key, { doc_count: count, ...subs.render() }]),
    );
  }

  /** `order` by `filter>metric` is not part of the subset; by the filter's count it is. */
  sortValue(path: string | undefined): number {
    const [bucket] = this.#buckets.byKey.values();
    if ((path !== undefined && path !== '_count') || this.#buckets.byKey.size !== 1 || bucket === undefined) {
      throw illegalArgument(`Invalid aggregation order path [${path}]`);
    }
    return bucket.count;
  }
}

function* fill(bucket: Bucket, view: SegmentView, documents: Documents): Slices<void> {
  bucket.count += documents.size;
  if (documents.size > 0) yield* bucket.subs.collect(view, documents);
}

interface Range {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

const rangeName = (from: number, to: number): string =>
  `${Number.isFinite(from) ? javaNumber(from) : '*'}-${Number.isFinite(to) ? javaNumber(to) : '*'}`;
const javaNumber = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** Reads `range` on a number: `from` is in the bucket, `to` is not. */
export const parseRange: Parse = (name, body, subs, path) => {
  const found = options(body, path, ['field', 'ranges', 'keyed']);
  const field = requireField(found, path);
  if (!Array.isArray(found.ranges) || found.ranges.length === 0)
    throw illegalArgument(`No [ranges] specified for the [${name}] aggregation`);
  const ranges = found.ranges.map((item, index): Range => {
    const { key, from = null, to = null } = options(item, `${path}.ranges[${index}]`, ['key', 'from', 'to']);
    const low = from === null ? Number.NEGATIVE_INFINITY : Number(from);
    const high = to === null ? Number.POSITIVE_INFINITY : Number(to);
    if (Number.isNaN(low) || Number.isNaN(high))
      throw parsingError(`[range] bounds must be numbers at [${path}.ranges[${index}]]`);
    return { key: key === undefined ? rangeName(low, high) : String(key), from: low, to: high };
  });
  ranges.sort((a, b) => (a.from === b.from ? a.to - b.to : a.from - b.from));
  return {
    name,
    make: (context) => new RangeCollector(field, ranges, found.keyed === true, subs, context),
    check: (mapping, index) => {
      const kind = mapping.fields[field]?.kind;
      if (kind !== undefined && kind !== 'integer' && kind !== 'double') {
        throw illegalArgument(`Field [${field}] of type [${kind}] is not supported for aggregation [range]`);
      }
      checkAll(subs)(mapping, index);
    },
  };
};

class RangeCollector implements Collector {
  readonly #field: string;
  readonly #ranges: readonly Range[];
  readonly #keyed: boolean;
  readonly #context: AggregationContext;
  /** By place in the list: two ranges may have one name. */
  readonly #buckets: Buckets<number>;

  constructor(
    field: string,
    ranges: readonly Range[],
    keyed: boolean,
    subs: readonly Aggregation[],
    context: AggregationContext,
  ) {
    this.#field = field;
    this.#ranges = ranges;
    this.#keyed = keyed;
    this.#context = context;
    this.#buckets = new Buckets(subs, context);
    for (const place of ranges.keys()) this.#buckets.at(place);
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    const column = view.segment.numbers.get(this.#field);
    if (column === undefined) return;
    const { start, values } = column;
    for (const [place, { from, to }] of this.#ranges.entries()) {
      const kept = documents.list.filter((document) => {
        for (let at = start[document] as number; at < (start[document + 1] as number); at++) {
          const value = values[at] as number;
          if (value >= from && (value < to || to === Number.POSITIVE_INFINITY)) return true;
        }
        return false;
      });
      yield* fill(this.#buckets.at(place), view, new Documents(listOf(kept), view.segment.documents));
    }
  }

  render(): unknown {
    this.#context.countBuckets(this.#ranges.length);
    const rendered = this.#ranges.map(({ key, from, to }, place) => {
      const { count, subs } = this.#buckets.at(place);
      const bounds = { ...(Number.isFinite(from) ? { from } : {}), ...(Number.isFinite(to) ? { to } : {}) };
      return [key, { ...bounds, doc_count: count, ...subs.render() }] as const;
    });
    return {
      buckets: this.#keyed ? Object.fromEntries(rendered) : rendered.map(([key, bucket]) => ({ key, ...bucket })),
    };
  }
}
