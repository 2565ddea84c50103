import { checkFormat, type Instant } from '../dates.ts';
import { failedField, illegalArgument } from '../errors.ts';
import { isObject } from '../json.ts';
import { listOf } from '../query/doc-set.ts';
import { Documents } from '../query/documents.ts';
import type { Slices } from '../query/evaluate.ts';
import { toInstant } from '../query/plan.ts';
import type { QueryValue } from '../query/query.ts';
import { formatDate } from '../search/sort.ts';
import type { SegmentView } from '../search/view.ts';
import type { DateColumn } from '../segment/segment.ts';
import { type Aggregation, type AggregationContext, Buckets, type Collector } from './aggregation.ts';
import { options, requireField, wholeNumber } from './options.ts';

interface HistogramRequest {
  readonly field: string;
  readonly interval: number;
  readonly offset: number;
  readonly minimum: number;
  readonly extended: Limits | undefined;
  readonly hard: Limits | undefined;
  readonly format: string | undefined;
  readonly descending: boolean;
  readonly keyed: boolean;
}

/** Bounds in Unix milliseconds, as given: their meaning depends on the field's format. */
interface Limits {
  readonly min: QueryValue | undefined;
  readonly max: QueryValue | undefined;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s` → 30,000. Offsets may carry a sign. */
function parseDuration(text: unknown, what: string, path: string): number {
  const match = /^([+-]?)(\d+)(ms|s|m|h|d)$/.exec(String(text));
  const unit = UNITS[match?.[3] ?? ''];
  if (
    match === null ||
    unit === undefined ||
    (what === 'fixed_interval' && (match[1] !== '' || Number(match[2]) === 0))
  ) {
    throw failedField(
      'date_histogram',
      what,
      `failed to parse [${String(text)}] as a time value at [${path}]: unit is missing or unrecognized`,
    );
  }
  return (match[1] === '-' ? -1 : 1) * Number(match[2]) * unit;
}

/** Interval and offset of a `date_histogram`, wherever it stands. */
export function parseInterval(found: Record<string, unknown>, path: string): { interval: number; offset: number } {
  if (found.fixed_interval === undefined)
    throw illegalArgument(
      `Invalid interval specified, must be non-null and non-empty: [fixed_interval] is missing at [${path}]`,
    );
  return {
    interval: parseDuration(found.fixed_interval, 'fixed_interval', path),
    offset:
      found.offset === undefined
        ? 0
        : typeof found.offset === 'number'
          ? found.offset
          : parseDuration(found.offset, 'offset', path),
  };
}

/** Start of the interval that holds `millis`. */
export const roundDown = (millis: number, interval: number, offset: number): number =>
  Math.floor((millis - offset) / interval) * interval + offset;

/** Reads a `date_histogram` aggregation. */
export function parseDateHistogram(
  name: string,
  body: unknown,
  subs: readonly Aggregation[],
  path: string,
): Aggregation {
  const found = options(body, path, [
    'field',
    'fixed_interval',
    'offset',
    'min_doc_count',
    'extended_bounds',
    'hard_bounds',
    'format',
    'order',
    'keyed',
    'time_zone',
  ]);
  if (found.time_zone !== undefined && found.time_zone !== 'UTC' && found.time_zone !== 'Z') {
    throw illegalArgument(`[time_zone] at [${path}] must be UTC here`);
  }
  const order = isObject(found.order) ? Object.entries(found.order)[0] : undefined;
  if (found.order !== undefined && order?.[0] !== '_key')
    throw illegalArgument(`[order] at [${path}] must be by [_key] here`);
  const request: HistogramRequest = {
    field: requireField(found, path),
    ...parseInterval(found, path),
    minimum: wholeNumber(found.min_doc_count ?? 0, 0, `${path}.min_doc_count`),
    extended: parseLimits(found.extended_bounds, `${path}.extended_bounds`),
    hard: parseLimits(found.hard_bounds, `${path}.hard_bounds`),
    format: found.format === undefined ? undefined : checkFormat(String(found.format)),
    descending: order?.[1] === 'desc',
    keyed: found.keyed === true,
  };
  let fieldFormat = 'strict_date_optional_time_nanos';
  return {
    name,
    make: (context) => new HistogramCollector(request, () => fieldFormat, subs, context),
    check: (mapping, index) => {
      const field = mapping.fields[request.field];
      if (field !== undefined && field.kind !== 'date') {
        throw illegalArgument(
          `Field [${request.field}] of type [${field.kind}] is not supported for aggregation [date_histogram]`,
        );
      }
      if (field !== undefined) fieldFormat = request.format ?? field.format;
      for (const sub of subs) sub.check(mapping, index);
    },
  };
}

function parseLimits(limits: unknown, path: string): Limits | undefined {
  if (limits === undefined || limits === null) return undefined;
  const { min, max } = options(limits, path, ['min', 'max']);
  return { min: min as QueryValue | undefined, max: max as QueryValue | undefined };
}

class HistogramCollector implements Collector {
  readonly #request: HistogramRequest;
  readonly #format: () => string;
  readonly #context: AggregationContext;
  readonly #buckets: Buckets<number>;
  readonly #hasSubs: boolean;
  readonly #low: number;
  readonly #high: number;

  constructor(
    request: HistogramRequest,
    format: () => string,
    subs: readonly Aggregation[],
    context: AggregationContext,
  ) {
    this.#request = request;
    this.#format = format;
    this.#context = context;
    this.#hasSubs = subs.length > 0;
    this.#buckets = new Buckets(subs, context);
    this.#low = this.#limit(request.hard?.min) ?? Number.NEGATIVE_INFINITY;
    this.#high = this.#limit(request.hard?.max) ?? Number.POSITIVE_INFINITY;
  }

  #limit(value: QueryValue | undefined): number | undefined {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'number' ? value : toInstant(value, this.#format(), false).millis;
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    yield;
    const { field } = this.#request;
    const column = view.segment.dates.get(field);
    if (column === undefined) return;
    if (view.segment.sortField === field) yield* this.#collectSorted(view, column, documents);
    else yield* this.#collectUnsorted(view, column, documents.list);
  }

  /** Documents come newest first: those of one interval stand side by side, and where they end is found without looking at them. */
  *#collectSorted(view: SegmentView, { millis }: DateColumn, documents: Documents): Slices<void> {
    const { interval, offset } = this.#request;
    const timeAt = (place: number) => millis[documents.at(place)] as number;
    for (let from = 0; from < documents.size; ) {
      const key = roundDown(timeAt(from), interval, offset);
      if (Number.isNaN(key)) return; // those without a time are the last
      let [low, high] = [from + 1, documents.size];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (timeAt(middle) >= key) low = middle + 1;
        else high = middle;
      }
      yield* this.#fill(key, view, documents.slice(from, low));
      from = low;
    }
  }

  *#fill(key: number, view: SegmentView, documents: Documents): Slices<void> {
    // hard bounds keep the buckets that begin within them
    const { interval, offset } = this.#request;
    if (key < roundDown(this.#low, interval, offset) || key >= this.#high) return;
    const bucket = this.#buckets.at(key);
    bucket.count += documents.size;
    if (this.#hasSubs) yield* bucket.subs.collect(view, documents);
  }

  *#collectUnsorted(view: SegmentView, { millis }: DateColumn, documents: Uint32Array): Slices<void> {
    const { interval, offset } = this.#request;
    const runs = new Map<number, Uint32Array[]>();
    const add = (key: number, run: Uint32Array) => {
      const list = runs.get(key);
      if (list === undefined) runs.set(key, [run]);
      else list.push(run);
    };
    let start = 0;
    let key = Number.NaN;
    for (let i = 0; i <= documents.length; i++) {
      const at = i < documents.length ? (millis[documents[i] as number] as number) : Number.NaN;
      if (i < documents.length && at >= key && at < key + interval) continue;
      if (i > start && !Number.isNaN(key)) add(key, documents.subarray(start, i));
      start = i;
      key = roundDown(at, interval, offset);
    }
    yield;
    for (const [bucketKey, parts] of runs)
      yield* this.#fill(bucketKey, view, new Documents(listOf(concat(parts)), view.segment.documents));
  }

  render(): unknown {
    const { minimum, interval, offset, extended, descending, keyed } = this.#request;
    const keys = [...this.#buckets.byKey.keys()].sort((a, b) => a - b);
    if (minimum === 0) {
      const bound = (value: number | undefined) =>
        value === undefined ? undefined : roundDown(value, interval, offset);
      const low = bound(this.#limit(extended?.min));
      const high = bound(this.#limit(extended?.max));
      const first = Math.min(keys[0] ?? low ?? Number.POSITIVE_INFINITY, low ?? Number.POSITIVE_INFINITY);
      const last = Math.max(keys.at(-1) ?? high ?? Number.NEGATIVE_INFINITY, high ?? Number.NEGATIVE_INFINITY);
      if (first <= last) this.#context.countBuckets((last - first) / interval + 1);
      for (let key = first; key <= last; key += interval) this.#buckets.at(key);
    } else this.#context.countBuckets(keys.length);
    const shown = [...this.#buckets.byKey]
      .filter(([, { count }]) => count >= minimum)
      .sort(([a], [b]) => (descending ? b - a : a - b));
    const format = this.#format();
    const rendered = shown.map(([key, { count, subs }]) => {
      const instant: Instant = { millis: key, nanos: 0 };
      return { key_as_string: formatDate(instant, format), key, doc_count: count, ...subs.render() };
    });
    return { buckets: keyed ? Object.fromEntries(rendered.map((bucket) => [bucket.key_as_string, bucket])) : rendered };
  }
}

/** One ascending list of several. */
function concat(parts: readonly Uint32Array[]): Uint32Array {
  const joined = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined.sort();
}
