import type { AggregationContext, HitsRequest } from '../aggregations/aggregation.ts';
import { SubCollectors } from '../aggregations/aggregation.ts';
import { illegalArgument, OpenSearchError, onShard } from '../errors.ts';
import type { RawJson } from '../json.ts';
import { type DocSet, intersect, toList } from '../query/doc-set.ts';
import { Documents } from '../query/documents.ts';
import { evaluate, type Slices } from '../query/evaluate.ts';
import { type Plan, planQuery } from '../query/plan.ts';
import type { Query } from '../query/query.ts';
import { termText } from '../segment/dictionary.ts';
import type { SearchRequest } from './request.ts';
import {
  bindSort,
  compareValues,
  formatDate,
  renderSortValue,
  SegmentSort,
  type SortKey,
  type SortValue,
  toSortValue,
} from './sort.ts';
import { renderSource, type SourceFilter } from './source.ts';
import { type IndexView, newestOf, type SegmentView } from './view.ts';

/** Stored documents, by row. */
export interface StoredDocuments {
  fetch(
    index: IndexView,
    row: number,
  ): { readonly id: string; readonly source: string; readonly version: number; readonly seq: number } | undefined;
  rowsOf(index: IndexView, ids: readonly string[]): ReadonlySet<number>;
}

/** Bounds of one search beside its request. */
export interface SearchLimits {
  /** When to stop and answer what there is, in the clock of `now`. */
  readonly deadline: number;
  readonly now: () => number;
}

interface Hit {
  readonly view: SegmentView;
  readonly document: number;
  readonly values: readonly SortValue[];
}

const MAX_BUCKETS = 65_535;

/** What a search found, in the form of OpenSearch's answer without `took` and `pit_id`. */
export type SearchAnswer = Record<string, unknown>;

/** Runs a search over indices, newest segments first. */
export function* runSearch(
  request: SearchRequest,
  indices: readonly IndexView[],
  documents: StoredDocuments,
  limits: SearchLimits,
): Slices<SearchAnswer> {
  checkWindow(request, indices);
  const search = new Search(request, indices, documents, limits);
  return yield* search.run();
}

function checkWindow({ from, size, after, sort, pit }: SearchRequest, indices: readonly IndexView[]): void {
  for (const { name, maxResultWindow } of indices) {
    if (from + size > maxResultWindow) {
      throw new OpenSearchError(
        400,
        {
          type: 'illegal_argument_exception',
          reason:
            `Result window is too large, from + size must be less than or equal to: [${maxResultWindow}] but was [${from + size}]. ` +
            'See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.',
        },
        name,
      );
    }
    if (after !== undefined && sort.length === 0) {
      throw new OpenSearchError(
        400,
        { type: 'illegal_argument_exception', reason: 'Sort must contain at least one field.' },
        name,
      );
    }
    if (after !== undefined && after.length !== sort.length) {
      throw new OpenSearchError(
        400,
        {
          type: 'illegal_argument_exception',
          reason: `search_after has ${after.length} value(s) but sort has ${sort.length}.`,
        },
        name,
      );
    }
  }
  if (pit === undefined && sort.some(({ field }) => field === '_shard_doc'))
    throw illegalArgument('[_shard_doc] sort field cannot be used without [point in time]');
}

class Search {
  readonly #request: SearchRequest;
  readonly #indices: readonly IndexView[];
  readonly #documents: StoredDocuments;
  readonly #limits: SearchLimits;
  readonly #plans = new Map<Query, Map<IndexView, Plan>>();
  /** What queries of aggregations found in the segment that is looked at. */
  #asked: { readonly view: SegmentView | undefined; readonly found: Map<Query, DocSet> } = {
    view: undefined,
    found: new Map(),
  };
  #buckets = 0;

  constructor(request: SearchRequest, indices: readonly IndexView[], documents: StoredDocuments, limits: SearchLimits) {
    this.#request = request;
    this.#indices = indices;
    this.#documents = documents;
    this.#limits = limits;
  }

  *run(): Slices<SearchAnswer> {
    const { query, aggregations, sort, after, from, size, terminateAfter } = this.#request;
    const sorts = new Map(this.#indices.map((index) => [index, onShard(index.name, () => bindSort(sort, index))]));
    for (const index of this.#indices) {
      onShard(index.name, () => {
        this.#plan(query, index);
        for (const aggregation of aggregations) aggregation.check(index.mapping, index.name);
      });
    }
    const afterOf = (index: IndexView) =>
      after?.map((value, i) => toSortValue(value, (sorts.get(index) ?? [])[i] as never, index.name));
    const afters = new Map(this.#indices.map((index) => [index, onShard(index.name, () => afterOf(index))]));
    const collectors = new SubCollectors(aggregations, this.#context());
    const views = this.#indices.flatMap(({ segments }) => segments);
    if (sort.length > 0) views.sort((a, b) => newestOf(b) - newestOf(a));
    const left = new Map(
      this.#indices.map((index) => [index, terminateAfter === 0 ? Number.POSITIVE_INFINITY : terminateAfter]),
    );
    const limit = from + size;
    let best: Hit[] = [];
    let total = 0;
    let timedOut = false;
    let terminated = false;
    for (const view of views) {
      const matching = yield* this.#inTime(this.#matching(query, view));
      if (matching === undefined) {
        timedOut = true;
        break;
      }
      let kept = new Documents(matching, view.segment.documents);
      const allowed = left.get(view.index) as number;
      if (kept.size > allowed) {
        kept = kept.slice(0, allowed);
        terminated = true;
      }
      left.set(view.index, allowed - kept.size);
      total += kept.size;
      if (kept.size === 0) continue;
      if (limit > 0 && !this.#isBehindAll(view, best, limit)) {
        const order = new SegmentSort(sorts.get(view.index) ?? [], view, afters.get(view.index));
        const found = [...order.top(kept.list, limit)].map(
          (document): Hit => ({ view, document, values: order.valuesOf(document) }),
        );
        best = [...best, ...found].sort((a, b) => compareValues(a.values, b.values, sort)).slice(0, limit);
        yield;
      }
      if (aggregations.length > 0) {
        const done = yield* this.#inTime(finished(collectors.collect(view, kept)));
        if (done === undefined) {
          timedOut = true;
          break;
        }
      }
    }
    const shards = this.#indices.reduce((sum, index) => sum + index.shards, 0);
    return {
      timed_out: timedOut,
      ...(terminateAfter > 0 ? { terminated_early: terminated } : {}),
      _shards: { total: shards, successful: shards, skipped: 0, failed: 0 },
      hits: this.#renderHits(best.slice(from), total, sort),
      ...(aggregations.length > 0 ? { aggregations: collectors.render() } : {}),
    };
  }

  /** Whether nothing of a segment can come among the best: everything in it is older than the last of them. */
  #isBehindAll(view: SegmentView, best: readonly Hit[], limit: number): boolean {
    const [first] = this.#request.sort;
    const last = best[limit - 1]?.values[0];
    if (
      last === undefined ||
      first === undefined ||
      first.field !== view.segment.sortField ||
      !first.descending ||
      first.missing !== '_last'
    )
      return false;
    return typeof last === 'object' && last !== null && 'millis' in last && newestOf(view) < last.millis;
  }

  /** Runs `work` slice by slice until it is done or the time is over. @returns `undefined` when it was not done in time */
  *#inTime<T extends object>(work: Slices<T>): Slices<T | undefined> {
    const { deadline, now } = this.#limits;
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      if (now() >= deadline) {
        work.return(undefined as never);
        return undefined;
      }
      yield;
    }
  }

  #plan(query: Query, index: IndexView): Plan {
    let byIndex = this.#plans.get(query);
    if (byIndex === undefined) {
      byIndex = new Map();
      this.#plans.set(query, byIndex);
    }
    let plan = byIndex.get(index);
    if (plan === undefined) {
      plan = planQuery(query, index.mapping, index.name);
      byIndex.set(index, plan);
    }
    return plan;
  }

  /** Living documents of a segment that the query keeps. */
  *#matching(query: Query, view: SegmentView): Slices<DocSet> {
    const { index, segment, live } = view;
    const kept = yield* evaluate(this.#plan(query, index), segment, {
      rowsOf: (ids) => this.#documents.rowsOf(index, ids),
    });
    return live === undefined ? kept : intersect(kept, { kind: 'bits', bits: live }, segment.documents);
  }

  /** As `#matching`, for the query of an aggregation: many buckets of one segment ask the same. */
  *#matchingOnce(query: Query, view: SegmentView): Slices<DocSet> {
    if (this.#asked.view !== view) this.#asked = { view, found: new Map() };
    const { found } = this.#asked;
    const matching = found.get(query) ?? (yield* this.#matching(query, view));
    found.set(query, matching);
    return matching;
  }

  #context(): AggregationContext {
    return {
      matching: (query, view) => this.#matchingOnce(query, view),
      hits: (documents, request) => this.#nestedHits(documents, request),
      countBuckets: (more) => {
        this.#buckets += more;
        if (this.#buckets <= MAX_BUCKETS) return;
        const reason = `Trying to create too many buckets. Must be less than or equal to: [${MAX_BUCKETS}] but was [${this.#buckets}]. This limit can be set by changing the [search.max_buckets] cluster level setting.`;
        throw new OpenSearchError(503, { type: 'too_many_buckets_exception', reason, max_buckets: MAX_BUCKETS });
      },
    };
  }

  #renderHits(hits: readonly Hit[], total: number, sort: readonly SortKey[]): Record<string, unknown> {
    const { trackTotal, source, docvalueFields } = this.#request;
    const sorted = sort.length > 0;
    const shown = hits.map((hit) => {
      const base = this.#renderHit(hit, source, sorted ? null : 1);
      const fields = docvalueFields.length === 0 ? {} : { fields: fieldsOf(hit, docvalueFields) };
      return { ...base, ...fields, ...(sorted ? { sort: hit.values.map(renderSortValue) } : {}) };
    });
    const exact = trackTotal === undefined || total <= trackTotal;
    return {
      ...(trackTotal === undefined
        ? {}
        : { total: { value: exact ? total : trackTotal, relation: exact ? 'eq' : 'gte' } }),
      max_score: sorted || shown.length === 0 ? null : 1,
      hits: shown,
    };
  }

  #renderHit(
    { view, document }: Omit<Hit, 'values'>,
    filter: SourceFilter,
    score: number | null,
  ): Record<string, unknown> {
    const { index, segment } = view;
    const stored = this.#documents.fetch(index, segment.rows[document] as number);
    if (stored === undefined) {
      throw new OpenSearchError(404, {
        type: 'index_not_found_exception',
        reason: `no such index [${index.name}]`,
        index: index.name,
      });
    }
    const source: RawJson | undefined = renderSource(stored.source, index.mapping.excludes, filter);
    const { showVersion, showSeqNo } = this.#request;
    return {
      _index: index.name,
      _id: stored.id,
      ...(showVersion ? { _version: stored.version } : {}),
      ...(showSeqNo ? { _seq_no: stored.seq, _primary_term: 1 } : {}),
      _score: score,
      ...(source === undefined ? {} : { _source: source }),
    };
  }

  #nestedHits(documents: ReadonlyArray<Omit<Hit, 'values'>>, { total, source, sort }: HitsRequest): unknown {
    const hits = documents.map((hit, i) => ({
      ...this.#renderHit(hit, source as SourceFilter, sort.length > 0 ? null : 1),
      ...(sort.length > 0 ? { sort: sort[i] } : {}),
    }));
    return {
      total: { value: total, relation: 'eq' },
      max_score: sort.length > 0 || hits.length === 0 ? null : 1,
      hits,
    };
  }
}

/** Work without a result, with one that tells it from work not done in time. */
function* finished(work: Slices<void>): Slices<object> {
  yield* work;
  return {};
}

/** `docvalue_fields` of a hit: values in ascending order; fields without one are left out. */
function fieldsOf({ view, document }: Hit, wanted: SearchRequest['docvalueFields']): Record<string, unknown[]> {
  const { segment, index } = view;
  const shown: Record<string, unknown[]> = {};
  const add = (field: string, values: readonly unknown[]) => {
    shown[field] = [...(shown[field] ?? []), ...values]; // a field may be asked for in two formats
  };
  for (const { field, format } of wanted) {
    const mapped = index.mapping.fields[field];
    const keyword = segment.keywords.get(field);
    if (keyword !== undefined) {
      const ords = keyword.ords.subarray(keyword.ordStart[document], keyword.ordStart[document + 1]);
      if (ords.length > 0)
        add(
          field,
          Array.from(ords, (ord) => termText(keyword, ord)),
        );
    }
    const numbers = segment.numbers.get(field);
    const values = numbers?.values.subarray(numbers.start[document], numbers.start[document + 1]) ?? [];
    if (values.length > 0) add(field, [...values]);
    const dates = segment.dates.get(field);
    const millis = dates?.millis[document] ?? Number.NaN;
    if (dates !== undefined && !Number.isNaN(millis) && mapped?.kind === 'date') {
      add(field, [formatDate({ millis, nanos: dates.nanos[document] as number }, format ?? mapped.format)]);
    }
  }
  return shown;
}

/** Rows of every living document that a query keeps, for `_delete_by_query`. */
export function* matchingRows(query: Query, index: IndexView, documents: StoredDocuments): Slices<number[]> {
  const plan = planQuery(query, index.mapping, index.name);
  const rows: number[] = [];
  for (const { segment, live } of index.segments) {
    const kept = yield* evaluate(plan, segment, { rowsOf: (ids) => documents.rowsOf(index, ids) });
    const living = live === undefined ? kept : intersect(kept, { kind: 'bits', bits: live }, segment.documents);
    for (const document of toList(living)) rows.push(segment.rows[document] as number);
  }
  return rows;
}
