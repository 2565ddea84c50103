/** Answers over events in hand: what the memory store gives, and what is left to do where OpenSearch alone cannot decide. */
import type { LogRecord } from '../../core/log-record.ts';
import { severityOf } from '../../core/severity.ts';
import { toMillis } from '../../core/unix-nano.ts';
import { toNumber } from '../../search/language/evaluator.ts';
import {
  eachValue,
  isAskable,
  makeValueReader,
  messageOf,
  type Scalar,
  toText,
} from '../../search/language/record-values.ts';
import { compareNanos } from '../../search/language/time.ts';
import { fold } from '../../search/language/words.ts';
import { FIRST_ERROR, toStored } from './mapping.ts';
import type {
  Extent,
  Facet,
  FacetRequest,
  Facets,
  Group,
  Histogram,
  HistogramRequest,
  KeyList,
  Stats,
  StatsGroup,
  StatsRequest,
} from './port.ts';

/** Orders events by time, then id. */
export const compareEvents = (a: LogRecord, b: LogRecord): number =>
  compareNanos(a.timeUnixNano, b.timeUnixNano) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Order of values by UTF-8 bytes, as keyword fields have it. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates before U+E000, code points put what they stand for behind it. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** Severity class, `NONE` where an event names none. */
export const levelOf = (severityNumber: number): string => severityOf(severityNumber) ?? 'NONE';

/** Reads what a group tells events apart by, as spelled. */
export function makeGroupReader(group: Group): (record: LogRecord) => readonly string[] {
  switch (group.by) {
    case 'attribute': {
      const read = makeValueReader(group.key);
      return (record) => read(record).map(toText);
    }
    case 'level':
      return (record) => [levelOf(record.severityNumber)];
    case 'errorMessage':
      return (record) => {
        const message = record.severityNumber < FIRST_ERROR ? undefined : messageOf(record);
        return message === undefined ? [] : [message];
      };
    default:
      return group satisfies never;
  }
}

/** Takes events one by one, newest first (so that a value is first seen in its newest spelling), and answers at the end. */
export interface Aggregator<Result> {
  add(record: LogRecord): void;
  result(): Result;
}

export function makeFacet({ group, limit, prefix = '', newest = false }: FacetRequest): Aggregator<Facet> {
  const read = makeGroupReader(group);
  const start = fold(prefix);
  const counts = new Map<string, { value: string; count: number; newest?: LogRecord }>();
  let missing = 0;
  return {
    add(record) {
      const values = read(record);
      if (values.length === 0) missing++;
      for (const [folded, value] of distinctByFold(values)) {
        if (!folded.startsWith(start)) continue;
        const known = counts.get(folded);
        if (known === undefined) counts.set(folded, { value, count: 1, ...(newest && { newest: record }) });
        else known.count++;
      }
    },
    result() {
      const sorted = [...counts]
        .map(([folded, value]) => [toStored(folded), value] as const)
        .sort(([a, { count: m }], [b, { count: n }]) => n - m || compareCodePoints(a, b))
        .map(([, value]) => value);
      return {
        values: sorted.slice(0, limit),
        other: sorted.slice(limit).reduce((sum, { count }) => sum + count, 0),
        distinct: { value: sorted.length, relation: 'eq' },
        missing,
        errorBound: 0,
      };
    },
  };
}

/** Values that differ by more than case, each in its first spelling. */
const distinctByFold = (values: readonly string[]): Map<string, string> =>
  new Map(values.toReversed().map((value) => [fold(value), value]));

export function makeFacets(requests: readonly FacetRequest[]): Aggregator<Facets> {
  const facets = requests.map(makeFacet);
  let total = 0;
  return {
    add(record) {
      total++;
      for (const facet of facets) facet.add(record);
    },
    result: () => ({ facets: facets.map((facet) => facet.result()), total }),
  };
}

export function makeHistogram({ intervalMillis, by }: HistogramRequest): Aggregator<Histogram> {
  const buckets = new Map<number, { time: number; total: number; counts: Record<string, number> }>();
  let total = 0;
  return {
    add(record) {
      total++;
      const time = Math.floor(toMillis(record.timeUnixNano) / intervalMillis) * intervalMillis;
      let bucket = buckets.get(time);
      if (bucket === undefined) {
        bucket = { time, total: 0, counts: {} };
        buckets.set(time, bucket);
      }
      bucket.total++;
      if (by === 'level') {
        const level = levelOf(record.severityNumber);
        bucket.counts[level] = (bucket.counts[level] ?? 0) + 1;
      }
    },
    result: () => ({ buckets: [...buckets.values()].sort((a, b) => a.time - b.time), total }),
  };
}

export function makeKeyList(limit: number): Aggregator<KeyList> {
  const counts = new Map<string, { count: number; numbers: number; booleans: number }>();
  return {
    add(record) {
      const seen = new Map<string, { number: boolean; boolean: boolean }>();
      eachValue(record, (key, value) => {
        const kinds = seen.get(key) ?? { number: false, boolean: false };
        if (typeof value === 'boolean') kinds.boolean = true;
        else if (toNumber(value) !== undefined) kinds.number = true;
        seen.set(key, kinds);
      });
      for (const [key, kinds] of seen) {
        const known = counts.get(key) ?? { count: 0, numbers: 0, booleans: 0 };
        known.count++;
        if (kinds.number) known.numbers++;
        if (kinds.boolean) known.booleans++;
        counts.set(key, known);
      }
    },
    result: () => ({
      keys: [...counts]
        .filter(([key]) => isAskable(key))
        .map(([key, { count, numbers, booleans }]) => ({ key, type: typeOf(count, numbers, booleans), count }))
        .sort((a, b) => b.count - a.count || compareCodePoints(a.key, b.key))
        .slice(0, limit),
    }),
  };
}

/** What kind of values a key has, by how many of its events have numbers and booleans there. */
export function typeOf(count: number, numbers: number, booleans: number): 'string' | 'number' | 'boolean' | 'mixed' {
  if (numbers === 0 && booleans === 0) return 'string';
  if (numbers === count && booleans === 0) return 'number';
  return booleans === count && numbers === 0 ? 'boolean' : 'mixed';
}

export function makeExtent(): Aggregator<Extent> {
  let total = 0;
  let first: LogRecord | undefined;
  let last: LogRecord | undefined;
  return {
    add(record) {
      total++;
      if (first === undefined || compareEvents(record, first) < 0) first = record;
      if (last === undefined || compareEvents(record, last) > 0) last = record;
    },
    result: () => ({ total, ...(first && { first: first.timeUnixNano }), ...(last && { last: last.timeUnixNano }) }),
  };
}

/** Groups each record with every combination of its values; a record without a value in some group is in none. */
export function makeStats({ measures, groups, limit }: StatsRequest): Aggregator<Stats> {
  const readGroups = groups.map(makeStatsGroupReader);
  const readMeasures = measures.map(({ key }) => (key === null ? undefined : makeValueReader(key)));
  const spellings = groups.map(() => new Map<string | number, string | number>());
  const rows = new Map<string, { folds: (string | number)[]; count: number; values: Scalar[][] }>();
  return {
    add(record) {
      let combinations: (string | number)[][] = [[]];
      for (const [at, read] of readGroups.entries()) {
        const values = read(record);
        for (const [folded, value] of values) if (!spellings[at]?.has(folded)) spellings[at]?.set(folded, value);
        combinations = combinations.flatMap((combination) =>
          [...values.keys()].map((folded) => [...combination, folded]),
        );
      }
      for (const folds of combinations) {
        const name = JSON.stringify(folds);
        let row = rows.get(name);
        if (row === undefined) {
          row = { folds, count: 0, values: measures.map(() => []) };
          rows.set(name, row);
        }
        row.count++;
        for (const [index, read] of readMeasures.entries()) {
          const values = read?.(record) ?? [];
          if (values.length > 0) row.values[index]?.push(...(measures[index]?.fn === 'count' ? [true] : values));
        }
      }
    },
    result() {
      const sorted = [...rows.values()]
        .map((row) => ({ ...row, order: row.folds.map((each) => (typeof each === 'string' ? toStored(each) : each)) }))
        .sort(compareRows);
      return {
        rows: sorted.slice(0, limit).map(({ folds, count, values }) => ({
          keys: folds.map((folded, at) => spellings[at]?.get(folded) ?? folded),
          count,
          values: measures.map((measure, index) => measureOf(measure, count, values[index] ?? [])),
        })),
        omitted: Math.max(0, sorted.length - limit),
      };
    },
  };
}

interface Ordered {
  readonly count: number;
  /** Group values as they are kept. */
  readonly order: readonly (string | number)[];
}

/** Largest groups first, equal ones by their values. */
export function compareRows(a: Ordered, b: Ordered): number {
  if (a.count !== b.count) return b.count - a.count;
  for (const [at, left] of a.order.entries()) {
    const right = b.order[at] as string | number;
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : compareCodePoints(String(left), String(right));
    if (order !== 0) return order;
  }
  return 0;
}

/** Reads folded values with their spelling. */
function makeStatsGroupReader(group: StatsGroup): (record: LogRecord) => ReadonlyMap<string | number, string | number> {
  if (group.by === 'time') {
    const { stepMillis } = group;
    return (record) => {
      const time = Math.floor(toMillis(record.timeUnixNano) / stepMillis) * stepMillis;
      return new Map([[time, time]]);
    };
  }
  const read = makeGroupReader(group);
  return (record) => distinctByFold(read(record));
}

function measureOf(
  { fn, key }: StatsRequest['measures'][number],
  count: number,
  values: readonly Scalar[],
): number | null {
  if (fn === 'count') return key === null ? count : values.length;
  if (fn === 'distinct') return new Set(values.map((value) => fold(toText(value)))).size;
  const numbers = values.map(toNumber).filter((value) => value !== undefined);
  if (numbers.length === 0) return null;
  switch (fn) {
    case 'sum':
      return numbers.reduce((sum, value) => sum + value, 0);
    case 'avg':
      return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    case 'min':
      return numbers.reduce((least, value) => Math.min(least, value));
    case 'max':
      return numbers.reduce((most, value) => Math.max(most, value));
    default:
      return percentile(numbers, Number(fn.slice(1)) / 100);
  }
}

/** Between the two nearest ranks, linearly (Hyndman and Fan's definition 7). */
function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * share;
  const below = sorted[Math.floor(rank)] as number;
  const above = sorted[Math.ceil(rank)] as number;
  return below + (above - below) * (rank - Math.floor(rank));
}
