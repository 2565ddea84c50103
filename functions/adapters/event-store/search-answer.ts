/** What OpenSearch answers to a search, as far as we ask. */
import type { Partial } from './port.ts';

export interface Hit {
  readonly _source: { readonly event: string };
}

export interface TermBucket {
  readonly key: string | number;
  readonly doc_count: number;
}

export interface TimeBucket {
  readonly key: number;
  readonly doc_count: number;
  readonly levels?: { readonly buckets: readonly TermBucket[] };
}

export interface AggregationAnswer {
  readonly doc_count?: number;
  readonly buckets?: readonly unknown[];
  readonly newest?: { readonly hits: { readonly hits: readonly Hit[] } };
  readonly sum_other_doc_count?: number;
  readonly doc_count_error_upper_bound?: number;
}

export interface SearchAnswer {
  readonly timed_out: boolean;
  readonly _shards: { readonly failed: number };
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly Hit[] };
  readonly aggregations?: Readonly<Record<string, AggregationAnswer | undefined>>;
}

/** Whether the answer covers all that was asked: shards may fail or run out of time one by one. */
export function partialOf({ timed_out: timedOut, _shards: shards }: SearchAnswer): Partial | undefined {
  if (timedOut) return { code: 'timeout' };
  return shards.failed > 0 ? { code: 'shard_failure' } : undefined;
}

export const totalOf = ({ hits }: SearchAnswer): number => hits.total?.value ?? 0;
