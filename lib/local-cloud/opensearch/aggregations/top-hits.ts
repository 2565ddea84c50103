import type { Documents } from '../query/documents.ts';
import type { Slices } from '../query/evaluate.ts';
import { bindSort, compareValues, parseSort, renderSortValue, SegmentSort, type SortValue } from '../search/sort.ts';
import { checkSource } from '../search/source.ts';
import type { SegmentView } from '../search/view.ts';
import type { Aggregation, AggregationContext, Collector } from './aggregation.ts';
import { options, wholeNumber } from './options.ts';

interface TopHitsRequest {
  readonly size: number;
  readonly sort: ReturnType<typeof parseSort>;
  readonly source: unknown;
}

/** Reads `top_hits`. */
export function parseTopHits(name: string, body: unknown, _subs: readonly Aggregation[], path: string): Aggregation {
  const found = options(body, path, ['size', 'sort', '_source']);
  const request: TopHitsRequest = {
    size: wholeNumber(found.size ?? 3, 0, `${path}.size`),
    sort: parseSort(found.sort),
    source: checkSource(found._source),
  };
  return { name, make: (context) => new TopHitsCollector(request, context), check: () => undefined };
}

interface Candidate {
  readonly view: SegmentView;
  readonly document: number;
  readonly values: readonly SortValue[];
}

class TopHitsCollector implements Collector {
  readonly #request: TopHitsRequest;
  readonly #context: AggregationContext;
  #best: Candidate[] = [];
  #total = 0;

  constructor(request: TopHitsRequest, context: AggregationContext) {
    this.#request = request;
    this.#context = context;
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    const { sort, size } = this.#request;
    this.#total += documents.size;
    const order = new SegmentSort(bindSort(sort, view.index), view, undefined);
    for (const document of order.top(documents.list, size))
      this.#best.push({ view, document, values: order.valuesOf(document) });
    this.#best = this.#best.sort((a, b) => compareValues(a.values, b.values, sort)).slice(0, size);
    yield;
  }

  render(): unknown {
    const sort = this.#request.sort.length === 0 ? [] : this.#best.map(({ values }) => values.map(renderSortValue));
    return { hits: this.#context.hits(this.#best, { total: this.#total, source: this.#request.source, sort }) };
  }
}
