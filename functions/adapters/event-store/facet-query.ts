/** Facets as aggregations of OpenSearch, and their answer. */
import { fold } from '../../search/language/words.ts';
import { levelOf } from './aggregate.ts';
import { fieldOfKey, KEY_FLAGS, OWN_KEYS, VALUE } from './mapping.ts';
import type { Facet, FacetRequest, Group } from './port.ts';
import { type SearchAnswer, type TermBucket, totalOf } from './search-answer.ts';
import { includePrefix, toShown } from './values.ts';

/** Values asked for per shard, so that counts of many indices add up exactly as long as a field has no more. */
const SHARD_VALUES = 10_000;
/** Values fetched to say how many there are. */
const DISTINCT_VALUES = 1_000;

/** Severity numbers with their counts. */
export const LEVELS = { terms: { field: 'severity', size: 25 } };

/** Counts by severity class, `NONE` included. */
export function toLevels(buckets: readonly TermBucket[]): Map<string, number> {
  const levels = new Map<string, number>();
  for (const { key, doc_count: count } of buckets) {
    const level = levelOf(Number(key));
    levels.set(level, (levels.get(level) ?? 0) + count);
  }
  return levels;
}

const keyOf = (group: Exclude<Group, { by: 'level' }>): string =>
  group.by === 'errorMessage' ? OWN_KEYS.errorMessage : group.key;

/** The aggregations of one facet, their names beginning with `name`. */
export function toFacetAggs(name: string, { group, limit, prefix = '' }: FacetRequest): Record<string, unknown> {
  if (group.by === 'level') return { [name]: LEVELS };
  const key = keyOf(group);
  const spelled = { terms: { keys: [key + VALUE + KEY_FLAGS.spelled, key + VALUE + KEY_FLAGS.long] } };
  return {
    [name]: {
      terms: {
        field: fieldOfKey(key),
        include: includePrefix(key + VALUE + fold(prefix)),
        size: Math.max(limit, DISTINCT_VALUES),
        shard_size: SHARD_VALUES,
        order: [{ _count: 'desc' }, { _key: 'asc' }],
      },
    },
    [`${name}present`]: { filter: { term: { keys: key } } },
    [`${name}spelled`]: { filter: spelled },
  };
}

/** A facet whose values are still folded. */
export interface FoundFacet extends Omit<Facet, 'values'> {
  readonly group: Group;
  readonly folded: readonly { readonly value: string; readonly pair: string; readonly count: number }[];
  /** Whether the newest event of each value must be asked for: it is wanted, or some value is spelled otherwise. */
  readonly asksNewest: boolean;
  readonly showsNewest: boolean;
}

export function readFacet(name: string, request: FacetRequest, answer: SearchAnswer): FoundFacet {
  const { group, limit, newest = false } = request;
  const found = answer.aggregations?.[name];
  const buckets = (found?.buckets ?? []) as readonly TermBucket[];
  if (group.by === 'level') return readLevelFacet(request, buckets);
  const start = keyOf(group).length + VALUE.length;
  const other = found?.sum_other_doc_count ?? 0;
  return {
    group,
    folded: buckets.slice(0, limit).map(({ key, doc_count: count }) => {
      return { value: toShown(String(key).slice(start)), pair: String(key), count };
    }),
    asksNewest: newest || (answer.aggregations?.[`${name}spelled`]?.doc_count ?? 0) > 0,
    showsNewest: newest,
    other: other + buckets.slice(limit).reduce((sum, { doc_count: count }) => sum + count, 0),
    distinct: { value: buckets.length, relation: other > 0 ? 'gte' : 'eq' },
    missing: totalOf(answer) - (answer.aggregations?.[`${name}present`]?.doc_count ?? 0),
    errorBound: found?.doc_count_error_upper_bound ?? 0,
  };
}

function readLevelFacet({ group, limit, prefix = '' }: FacetRequest, buckets: readonly TermBucket[]): FoundFacet {
  const levels = [...toLevels(buckets)]
    .filter(([level]) => fold(level).startsWith(fold(prefix)))
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return {
    group,
    folded: levels.slice(0, limit).map(([value, count]) => ({ value, pair: '', count })),
    asksNewest: false,
    showsNewest: false,
    other: levels.slice(limit).reduce((sum, [, count]) => sum + count, 0),
    distinct: { value: levels.length, relation: 'eq' },
    missing: 0,
    errorBound: 0,
  };
}
