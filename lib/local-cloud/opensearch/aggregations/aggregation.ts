import type { Mapping } from '../mapping.ts';
import type { DocSet } from '../query/doc-set.ts';
import type { Documents } from '../query/documents.ts';
import type { Slices } from '../query/evaluate.ts';
import type { Query } from '../query/query.ts';
import type { SegmentView } from '../search/view.ts';

/** What aggregations may ask of the search that runs them. */
export interface AggregationContext {
  /** Documents of a segment that a query keeps. */
  matching(query: Query, view: SegmentView): Slices<DocSet>;
  /** Hits of `top_hits`, in the form of a search's `hits`. */
  hits(documents: ReadonlyArray<{ view: SegmentView; document: number }>, request: HitsRequest): unknown;
  /** Counts buckets of the answer. @throws too_many_buckets_exception */
  countBuckets(more: number): void;
}

/** The part of `top_hits` that concerns how a hit is shown. */
export interface HitsRequest {
  readonly total: number;
  readonly source: unknown;
  readonly sort: readonly (readonly unknown[])[];
}

/** Collects one aggregation over any number of segments; one is made for each bucket that it stands in. */
export interface Collector {
  /** Takes `documents` of one segment. */
  collect(view: SegmentView, documents: Documents): Slices<void>;
  /** The aggregation's part of the answer. */
  render(): unknown;
  /** A number to sort buckets by, for `order` by a metric; `path` is what stands behind the name. */
  sortValue?(path: string | undefined): number;
}

/** An aggregation that was read and checked: makes its collectors. */
export interface Aggregation {
  readonly name: string;
  make(context: AggregationContext): Collector;
  /** Checks the fields against an index. @throws OpenSearchError */
  check(mapping: Mapping, index: string): void;
}

/** The aggregations inside of one bucket. */
export class SubCollectors {
  readonly #collectors: ReadonlyArray<readonly [name: string, collector: Collector]>;

  constructor(aggregations: readonly Aggregation[], context: AggregationContext) {
    this.#collectors = aggregations.map((aggregation) => [aggregation.name, aggregation.make(context)]);
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    for (const [, collector] of this.#collectors) yield* collector.collect(view, documents);
  }

  render(): Record<string, unknown> {
    return Object.fromEntries(this.#collectors.map(([name, collector]) => [name, collector.render()]));
  }

  /** The number that `order` names: `metric` or `metric.value`. @throws undefined when there is none */
  sortValue(path: string): number | undefined {
    const [name, rest] = splitPath(path);
    const collector = this.#collectors.find(([other]) => other === name)?.[1];
    return collector?.sortValue?.(rest);
  }
}

const splitPath = (path: string): [string, string | undefined] => {
  const dot = path.indexOf('.');
  return dot < 0 ? [path, undefined] : [path.slice(0, dot), path.slice(dot + 1)];
};

/** One bucket in the making. */
export interface Bucket {
  count: number;
  readonly subs: SubCollectors;
}

/** Buckets by key, made when first met. */
export class Buckets<K> {
  readonly byKey = new Map<K, Bucket>();
  readonly #make: () => SubCollectors;

  constructor(aggregations: readonly Aggregation[], context: AggregationContext) {
    this.#make = () => new SubCollectors(aggregations, context);
  }

  at(key: K): Bucket {
    let bucket = this.byKey.get(key);
    if (bucket === undefined) {
      bucket = { count: 0, subs: this.#make() };
      this.byKey.set(key, bucket);
    }
    return bucket;
  }
}
