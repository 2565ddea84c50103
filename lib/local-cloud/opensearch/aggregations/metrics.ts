import { illegalArgument } from '../errors.ts';
import type { Documents } from '../query/documents.ts';
import type { Slices } from '../query/evaluate.ts';
import { formatDate, textRefusal } from '../search/sort.ts';
import type { SegmentView } from '../search/view.ts';
import { termText } from '../segment/dictionary.ts';
import type { DateColumn } from '../segment/segment.ts';
import type { Aggregation, Collector } from './aggregation.ts';
import { options, requireField } from './options.ts';
import { select } from './select.ts';

/** All numbers of a field in `documents`: dates count as their milliseconds. */
function numbersOf(view: SegmentView, field: string, documents: Uint32Array): Float64Array {
  const column = view.segment.numbers.get(field);
  const dates = view.segment.dates.get(field);
  if (column === undefined && dates === undefined) return new Float64Array(0);
  let found = new Float64Array(documents.length);
  let length = 0;
  for (let i = 0; i < documents.length; i++) {
    const document = documents[i] as number;
    const from = column === undefined ? document : (column.start[document] as number);
    const to = column === undefined ? document + 1 : (column.start[document + 1] as number);
    for (let at = from; at < to; at++) {
      const value =
        column === undefined
          ? ((dates as DateColumn).millis[at] as number) + ((dates as DateColumn).nanos[at] as number) / 1e6
          : (column.values[at] as number);
      if (Number.isNaN(value)) continue;
      if (length === found.length) {
        const larger = new Float64Array(length * 2);
        larger.set(found);
        found = larger;
      }
      found[length++] = value;
    }
  }
  return found.subarray(0, length);
}

const METRICS = ['min', 'max', 'sum', 'avg', 'stats'] as const;
type Metric = (typeof METRICS)[number];

/** Reads `min`, `max`, `sum`, `avg` or `stats`. */
export function parseMetric(
  metric: Metric,
): (name: string, body: unknown, subs: readonly Aggregation[], path: string) => Aggregation {
  return (name, body, _subs, path) => {
    const field = requireField(options(body, path, ['field']), path);
    let dateFormat: string | undefined;
    return {
      name,
      make: () => new StatsCollector(metric, field, dateFormat),
      check: (mapping, index) => {
        const mapped = mapping.fields[field];
        if (mapped?.kind === 'text') throw textRefusal(field, index);
        if (mapped?.kind === 'keyword')
          throw illegalArgument(`Field [${field}] of type [keyword] is not supported for aggregation [${metric}]`);
        dateFormat = mapped?.kind === 'date' ? mapped.format : undefined;
      },
    };
  };
}

class StatsCollector implements Collector {
  readonly #metric: Metric;
  readonly #field: string;
  readonly #dateFormat: string | undefined;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #sum = 0;
  /** What the sum lost to rounding (Kahan), as OpenSearch keeps it. */
  #lost = 0;

  constructor(metric: Metric, field: string, dateFormat: string | undefined) {
    this.#metric = metric;
    this.#field = field;
    this.#dateFormat = dateFormat;
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    for (const value of numbersOf(view, this.#field, documents.list)) {
      this.#count++;
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
      const corrected = value - this.#lost;
      const sum = this.#sum + corrected;
      this.#lost = sum - this.#sum - corrected;
      this.#sum = sum;
    }
    yield;
  }

  #values(): Record<Metric | 'count', number | null> {
    const some = this.#count > 0;
    return {
      count: this.#count,
      min: some ? this.#min : null,
      max: some ? this.#max : null,
      avg: some ? this.#sum / this.#count : null,
      sum: this.#sum,
      stats: null,
    };
  }

  render(): unknown {
    const { stats: _, ...values } = this.#values();
    const text = (value: number | null) =>
      formatDate({ millis: Math.trunc(value ?? 0), nanos: 0 }, this.#dateFormat ?? '');
    if (this.#metric === 'stats') {
      if (this.#dateFormat === undefined || this.#count === 0) return values;
      const texts = (['min', 'max', 'avg', 'sum'] as const).map((key) => [`${key}_as_string`, text(values[key])]);
      return { ...values, ...Object.fromEntries(texts) };
    }
    const value = values[this.#metric];
    return { value, ...(this.#dateFormat === undefined || value === null ? {} : { value_as_string: text(value) }) };
  }

  sortValue(path: string | undefined): number {
    const key = this.#metric === 'stats' ? path : this.#metric;
    const value = this.#values()[(key ?? 'count') as Metric | 'count'];
    if (value === undefined) throw illegalArgument(`Unknown value key [${path}] for single-value metric aggregation`);
    return value ?? Number.NaN;
  }
}

/** Reads `value_count`. */
export function parseValueCount(name: string, body: unknown, _subs: readonly Aggregation[], path: string): Aggregation {
  const field = requireField(options(body, path, ['field']), path);
  return {
    name,
    make: () => new ValueCountCollector(field),
    check: (mapping, index) => refuseText(mapping.fields[field]?.kind, field, index),
  };
}

const refuseText = (kind: string | undefined, field: string, index: string): void => {
  if (kind === 'text') throw textRefusal(field, index);
};

class ValueCountCollector implements Collector {
  readonly #field: string;
  #count = 0;

  constructor(field: string) {
    this.#field = field;
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    const column = view.segment.keywords.get(this.#field);
    if (column !== undefined) {
      const { ordStart } = column;
      for (const document of documents.list)
        this.#count += (ordStart[document + 1] as number) - (ordStart[document] as number);
    }
    this.#count += numbersOf(view, this.#field, documents.list).length;
    yield;
  }

  render(): unknown {
    return { value: this.#count };
  }

  sortValue(): number {
    return this.#count;
  }
}

/** Reads `cardinality`; the answer is exact whatever `precision_threshold` says. */
export function parseCardinality(
  name: string,
  body: unknown,
  _subs: readonly Aggregation[],
  path: string,
): Aggregation {
  const field = requireField(options(body, path, ['field', 'precision_threshold', 'execution_hint']), path);
  return {
    name,
    make: () => new CardinalityCollector(field),
    check: (mapping, index) => refuseText(mapping.fields[field]?.kind, field, index),
  };
}

class CardinalityCollector implements Collector {
  readonly #field: string;
  readonly #distinct = new Set<string | number>();

  constructor(field: string) {
    this.#field = field;
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    const column = view.segment.keywords.get(this.#field);
    if (column !== undefined) {
      const met = new Set<number>();
      const { ordStart, ords } = column;
      for (const document of documents.list) {
        for (let at = ordStart[document] as number; at < (ordStart[document + 1] as number); at++)
          met.add(ords[at] as number);
      }
      yield;
      let added = 0;
      for (const ord of met) {
        this.#distinct.add(termText(column, ord));
        if ((++added & 0x3fff) === 0) yield;
      }
    }
    if (view.segment.numbers.has(this.#field))
      for (const value of numbersOf(view, this.#field, documents.list)) this.#distinct.add(value);
    const dates = view.segment.dates.get(this.#field);
    if (dates !== undefined) {
      for (const document of documents.list) {
        if (!Number.isNaN(dates.millis[document]))
          this.#distinct.add(`${dates.millis[document]}.${dates.nanos[document]}`);
      }
    }
    yield;
  }

  render(): unknown {
    return { value: this.#distinct.size };
  }

  sortValue(): number {
    return this.#distinct.size;
  }
}

const DEFAULT_PERCENTS = [1, 5, 25, 50, 75, 95, 99];

/** Reads `percentiles`; the answer is exact, `compression` has nothing to act on. */
export function parsePercentiles(
  name: string,
  body: unknown,
  _subs: readonly Aggregation[],
  path: string,
): Aggregation {
  const found = options(body, path, ['field', 'percents', 'tdigest', 'keyed']);
  if (found.tdigest !== undefined) options(found.tdigest, `${path}.tdigest`, ['compression']);
  const field = requireField(found, path);
  const percents = Array.isArray(found.percents) ? found.percents.map(Number) : DEFAULT_PERCENTS;
  const bad = percents.find((percent) => !(percent >= 0 && percent <= 100));
  if (percents.length === 0) throw illegalArgument('[percents] must not be empty');
  if (bad !== undefined) throw illegalArgument(`percent must be in [0,100], got [${bad}]: [percentiles] at [${path}]`);
  const keyed = found.keyed !== false;
  return {
    name,
    make: () =>
      new PercentilesCollector(
        field,
        [...percents].sort((a, b) => a - b),
        keyed,
      ),
    check: (mapping, index) => {
      const kind = mapping.fields[field]?.kind;
      refuseText(kind, field, index);
      if (kind === 'keyword')
        throw illegalArgument(`Field [${field}] of type [keyword] is not supported for aggregation [percentiles]`);
    },
  };
}

class PercentilesCollector implements Collector {
  readonly #field: string;
  readonly #percents: readonly number[];
  readonly #keyed: boolean;
  readonly #parts: Float64Array[] = [];
  /** All values, in no order but what was asked of it. */
  #joined: Float64Array | undefined;

  constructor(field: string, percents: readonly number[], keyed: boolean) {
    this.#field = field;
    this.#percents = percents;
    this.#keyed = keyed;
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    const values = numbersOf(view, this.#field, documents.list);
    if (values.length > 0) this.#parts.push(values.length * 2 < values.buffer.byteLength / 8 ? values.slice() : values);
    yield;
  }

  /** Percentile by linear interpolation between the middles of the ranks (Hazen), which t-digest gives when no centroid holds two values. */
  #at(percent: number): number {
    this.#joined ??= join(this.#parts);
    const values = this.#joined;
    const rank = (percent / 100) * values.length - 0.5;
    const below = Math.min(Math.max(Math.floor(rank), 0), values.length - 1);
    const low = select(values, below);
    if (rank <= 0 || below === values.length - 1) return low;
    return low + (rank - below) * (select(values, below + 1) - low);
  }

  get #empty(): boolean {
    return this.#parts.length === 0;
  }

  render(): unknown {
    const entries = this.#percents.map(
      (percent) => [javaDouble(percent), this.#empty ? null : this.#at(percent)] as const,
    );
    if (this.#keyed) return { values: Object.fromEntries(entries) };
    return { values: entries.map(([, value], index) => ({ key: this.#percents[index], value })) };
  }

  sortValue(path: string | undefined): number {
    const percent = Number(path);
    if (path === undefined || Number.isNaN(percent))
      throw illegalArgument(`Invalid aggregation order path: percentiles need a percent, got [${path}]`);
    return this.#empty ? Number.NaN : this.#at(percent);
  }
}

/** `95` as `95.0`, the way Java names it. */
const javaDouble = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

function join(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
