/** Statistics as aggregations of OpenSearch, and their answer as a table. */
import { compareRows, levelOf } from './aggregate.ts';
import type { Clause } from './clauses.ts';
import { fieldOfKey, KEY_FLAGS, OWN_KEYS, slotOf, VALUE } from './mapping.ts';
import type { Group, Stats, StatsGroup, StatsRequest } from './port.ts';
import { includePrefix, toShown } from './values.ts';

type Aggs = Record<string, unknown>;
type Percentile = 'p50' | 'p75' | 'p90' | 'p95' | 'p99';

/** Groups fetched per level, so that all levels together stay below OpenSearch's 65,535 buckets. */
const GROUPS_PER_LEVEL = [0, 10_000, 200, 35, 14, 8];
/** Distinct values counted one by one; more are told as at least so many. */
const MAX_DISTINCT = 1_000;
/** t-digest's default: a cluster at rank q holds at most 4q(1 - q) / compression of all values. */
const COMPRESSION = 100;

/** The aggregations that answer a request. `unslotted` counts events whose numbers are in no column. */
export function toStatsAggs(request: StatsRequest): Aggs {
  const keys = [...new Set(request.measures.flatMap(({ fn, key }) => (key !== null && isNumeric(fn) ? [key] : [])))];
  return {
    ...(keys.length > 0 && {
      unslotted: { filter: { terms: { keys: keys.map((key) => key + VALUE + KEY_FLAGS.unslotted) } } },
    }),
    ...levelAggs(request, 0),
  };
}

const isNumeric = (fn: StatsRequest['measures'][number]['fn']): boolean => fn !== 'count' && fn !== 'distinct';

function levelAggs(request: StatsRequest, level: number): Aggs {
  const group = request.groups[level];
  if (group === undefined) return Object.assign({}, ...request.measures.map((measure, at) => measureAggs(measure, at)));
  return { group: { ...groupAgg(group, request.groups.length), aggs: levelAggs(request, level + 1) } };
}

function groupAgg(group: StatsGroup, levels: number): Aggs {
  if (group.by === 'time')
    return { date_histogram: { field: 'time', fixed_interval: `${group.stepMillis}ms`, min_doc_count: 1 } };
  if (group.by === 'level') return { filters: { filters: LEVEL_FILTERS } };
  const size = GROUPS_PER_LEVEL[levels] ?? 5;
  const key = group.by === 'errorMessage' ? OWN_KEYS.errorMessage : group.key;
  return {
    terms: { field: fieldOfKey(key), include: includePrefix(key + VALUE), size, shard_size: Math.max(size, 10_000) },
  };
}

const LEVEL_FILTERS: Record<string, Clause> = Object.fromEntries(
  [0, 1, 5, 9, 13, 17, 21].map((first) => [
    levelOf(first),
    { range: { severity: { gte: first, lte: first === 0 ? 0 : first + 3 } } },
  ]),
);

function measureAggs({ fn, key }: StatsRequest['measures'][number], at: number): Aggs {
  if (key === null) return {};
  const name = `m${at}`;
  if (fn === 'count') return { [name]: { filter: { term: { keys: key } } } };
  if (fn === 'distinct') {
    return {
      [name]: {
        terms: {
          field: fieldOfKey(key),
          include: includePrefix(key + VALUE),
          size: MAX_DISTINCT,
          shard_size: MAX_DISTINCT * 2,
        },
      },
    };
  }
  const field = slotOf(key);
  const numbers = fn.startsWith('p')
    ? { percentiles: { field, percents: [percentOf(fn as Percentile)] } }
    : { stats: { field } };
  return { [name]: { filter: { term: { keys: key + VALUE + KEY_FLAGS.slotted } }, aggs: { numbers } } };
}

const percentOf = (fn: Percentile): number => Number(fn.slice(1));

interface Bucket {
  readonly key?: string | number;
  readonly doc_count: number;
  readonly [name: string]: unknown;
}
interface GroupAnswer {
  readonly buckets: readonly Bucket[] | Readonly<Record<string, Bucket>>;
  readonly sum_other_doc_count?: number;
  readonly doc_count_error_upper_bound?: number;
}
// where there is no index, an answer has no aggregations at all
const NO_GROUPS: GroupAnswer = { buckets: [] };

interface MeasureAnswer {
  readonly doc_count?: number;
  readonly buckets?: readonly unknown[];
  readonly sum_other_doc_count?: number;
  readonly numbers?: { readonly count?: number; readonly values?: Readonly<Record<string, number | null>> } & Readonly<
    Record<string, unknown>
  >;
}

/** A row whose group values are still folded. */
export interface FoldedRow {
  readonly folds: readonly (string | number)[];
  readonly pairs: readonly (string | undefined)[];
  /** Pairs, and folds where there is none. */
  readonly order: readonly (string | number)[];
  readonly count: number;
  readonly values: readonly (number | null)[];
}

/** The table of an answer. */
export function readStats(
  request: StatsRequest,
  total: number,
  answer: Readonly<Record<string, unknown>>,
): Omit<Stats, 'rows'> & { rows: FoldedRow[] } {
  const rows: FoldedRow[] = [];
  const reasons = new Map<string, number | undefined>();
  const approximate = (reason: string, bound?: number) =>
    reasons.set(reason, Math.max(bound ?? 0, reasons.get(reason) ?? 0));
  const visit = (bucket: Bucket, level: number, folds: (string | number)[], pairs: (string | undefined)[]) => {
    const group = request.groups[level];
    if (group === undefined) {
      if (bucket.doc_count > 0)
        rows.push({
          folds,
          pairs,
          order: folds.map((folded, at) => pairs[at] ?? folded),
          count: bucket.doc_count,
          values: request.measures.map((measure, at) => readMeasure(measure, bucket, at, approximate)),
        });
      return;
    }
    const {
      buckets,
      sum_other_doc_count: other = 0,
      doc_count_error_upper_bound: error = 0,
    } = (bucket.group ?? NO_GROUPS) as GroupAnswer;
    if (other > 0) approximate('events in groups beyond the largest are left out', other);
    if (error > 0) approximate('counts of groups may be too low, in events', error);
    const list = Array.isArray(buckets)
      ? (buckets as readonly Bucket[])
      : Object.entries(buckets as Record<string, Bucket>).map(([key, found]) => ({ ...found, key }));
    for (const found of list) {
      const pair = group.by === 'attribute' || group.by === 'errorMessage' ? String(found.key) : undefined;
      visit(found, level + 1, [...folds, foldedKey(group, found.key as string | number)], [...pairs, pair]);
    }
  };
  visit({ ...answer, doc_count: total }, 0, [], []);
  for (const { fn } of request.measures) {
    if (!fn.startsWith('p')) continue;
    const share = percentOf(fn as Percentile) / 100;
    approximate(
      'percentiles are estimated by t-digest, error in share of rank',
      (4 * share * (1 - share)) / COMPRESSION,
    );
  }
  const sorted = rows.sort(compareRows);
  return {
    rows: sorted.slice(0, request.limit),
    omitted: Math.max(0, sorted.length - request.limit),
    ...(reasons.size > 0 && {
      approximations: [...reasons].map(([reason, bound]) => ({ reason, ...(bound !== undefined && { bound }) })),
    }),
  };
}

function foldedKey(group: Group | Extract<StatsGroup, { by: 'time' }>, key: string | number): string | number {
  if (group.by === 'time' || group.by === 'level') return key;
  const name = group.by === 'errorMessage' ? OWN_KEYS.errorMessage : group.key;
  return toShown(String(key).slice(name.length + VALUE.length));
}

function readMeasure(
  { fn, key }: StatsRequest['measures'][number],
  bucket: Bucket,
  at: number,
  approximate: (reason: string, bound?: number) => void,
): number | null {
  if (key === null) return bucket.doc_count;
  const found = bucket[`m${at}`] as MeasureAnswer | undefined;
  if (fn === 'count') return found?.doc_count ?? 0;
  if (fn === 'distinct') {
    if ((found?.sum_other_doc_count ?? 0) > 0) approximate(`distinct values are counted up to ${MAX_DISTINCT}`);
    return found?.buckets?.length ?? 0;
  }
  if ((found?.doc_count ?? 0) === 0) return null;
  const value = fn.startsWith('p') ? Object.values(found?.numbers?.values ?? {})[0] : found?.numbers?.[fn];
  return typeof value === 'number' ? value : null;
}
