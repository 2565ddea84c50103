import { checkFormat } from '../dates.ts';
import { illegalArgument, parsingError } from '../errors.ts';
import { isObject } from '../json.ts';
import { listOf } from '../query/doc-set.ts';
import { Documents } from '../query/documents.ts';
import type { Slices } from '../query/evaluate.ts';
import { formatDate, textRefusal } from '../search/sort.ts';
import type { SegmentView } from '../search/view.ts';
import { termText } from '../segment/dictionary.ts';
import { type Aggregation, type AggregationContext, Buckets, type Collector } from './aggregation.ts';
import { parseInterval, roundDown } from './histogram.ts';
import { options, requireField, wholeNumber } from './options.ts';
import { compareText } from './terms.ts';

type KeyPart = string | number | null;

interface Source {
  readonly name: string;
  readonly field: string;
  readonly descending: boolean;
  readonly missingBucket: boolean;
  /** Of a `date_histogram` source. */
  readonly interval: { readonly interval: number; readonly offset: number } | undefined;
  readonly format: string | undefined;
}

/** Reads `composite` with `terms` and `date_histogram` sources. */
export function parseComposite(name: string, body: unknown, subs: readonly Aggregation[], path: string): Aggregation {
  const found = options(body, path, ['sources', 'size', 'after']);
  if (!Array.isArray(found.sources) || found.sources.length === 0)
    throw illegalArgument('Composite [sources] cannot be null or empty');
  const sources = found.sources.map((source, index) => parseSource(source, `${path}.sources[${index}]`));
  const size = wholeNumber(found.size ?? 10, 1, `${path}.size`);
  const after = found.after === undefined ? undefined : parseAfter(found.after, sources, path);
  return {
    name,
    make: (context) => new CompositeCollector(sources, size, after, subs, context),
    check: (mapping, index) => {
      for (const { field, interval } of sources) {
        const kind = mapping.fields[field]?.kind;
        if (kind === 'text') throw textRefusal(field, index);
        if (kind !== undefined && (kind === 'date') !== (interval !== undefined)) {
          throw illegalArgument(
            `Field [${field}] of type [${kind}] is not supported for this source of aggregation [composite]`,
          );
        }
      }
      for (const sub of subs) sub.check(mapping, index);
    },
  };
}

function parseSource(source: unknown, path: string): Source {
  const [entry, ...others] = isObject(source) ? Object.entries(source) : [];
  if (entry === undefined || others.length > 0 || !isObject(entry[1]))
    throw parsingError(`a source needs a name and one kind at [${path}]`);
  const [name, definition] = entry;
  const [kind, ...more] = Object.entries(definition);
  if (kind === undefined || more.length > 0)
    throw parsingError(`[composite] source [${name}] needs one kind at [${path}]`);
  const common = ['field', 'order', 'missing_bucket'];
  if (kind[0] !== 'terms' && kind[0] !== 'date_histogram')
    throw parsingError(`invalid source type: [${kind[0]}] at [${path}]`);
  const histogram = kind[0] === 'date_histogram';
  const found = options(
    kind[1],
    `${path}.${name}`,
    histogram ? [...common, 'fixed_interval', 'offset', 'format'] : common,
  );
  if (found.order !== undefined && found.order !== 'asc' && found.order !== 'desc')
    throw illegalArgument(`Unknown SortOrder [${String(found.order)}]`);
  return {
    name,
    field: requireField(found, path),
    descending: found.order === 'desc',
    missingBucket: found.missing_bucket === true,
    interval: histogram ? parseInterval(found, path) : undefined,
    format: found.format === undefined ? undefined : checkFormat(String(found.format)),
  };
}

function parseAfter(after: unknown, sources: readonly Source[], path: string): KeyPart[] {
  const found = options(
    after,
    `${path}.after`,
    sources.map(({ name }) => name),
  );
  return sources.map(({ name, interval, format }) => {
    const value = found[name];
    if (value === undefined) throw illegalArgument(`[after] at [${path}] has no value for the source [${name}]`);
    if (value === null || typeof value === 'number') return value;
    if (interval === undefined) return String(value);
    if (format === undefined) return Number(value);
    const millis = Date.parse(String(value));
    if (Number.isNaN(millis)) throw illegalArgument(`[after] at [${path}] holds no date: [${String(value)}]`);
    return millis;
  });
}

class CompositeCollector implements Collector {
  readonly #sources: readonly Source[];
  readonly #size: number;
  readonly #after: readonly KeyPart[] | undefined;
  readonly #context: AggregationContext;
  readonly #buckets: Buckets<string>;

  constructor(
    sources: readonly Source[],
    size: number,
    after: readonly KeyPart[] | undefined,
    subs: readonly Aggregation[],
    context: AggregationContext,
  ) {
    this.#sources = sources;
    this.#size = size;
    this.#after = after;
    this.#context = context;
    this.#buckets = new Buckets(subs, context);
  }

  *collect(view: SegmentView, documents: Documents): Slices<void> {
    const readers = this.#sources.map((source) => partsOf(source, view));
    const groups = new Map<string, number[]>();
    let seen = 0;
    for (const document of documents.list) {
      let keys: KeyPart[][] = [[]];
      for (const read of readers) {
        const parts = read(document);
        keys = keys.flatMap((key) => parts.map((part) => [...key, part]));
        if (keys.length === 0) break;
      }
      for (const key of keys) {
        if (this.#after !== undefined && this.#compare(key, this.#after) <= 0) continue;
        const text = JSON.stringify(key);
        const group = groups.get(text);
        if (group === undefined) groups.set(text, [document]);
        else group.push(document);
      }
      if ((++seen & 0x3fff) === 0) yield;
    }
    for (const [text, group] of groups) {
      const bucket = this.#buckets.at(text);
      bucket.count += group.length;
      yield* bucket.subs.collect(view, new Documents(listOf(Uint32Array.from(group)), view.segment.documents));
    }
  }

  #compare(a: readonly KeyPart[], b: readonly KeyPart[]): number {
    for (let i = 0; i < this.#sources.length; i++) {
      const [left, right] = [a[i] as KeyPart, b[i] as KeyPart];
      if (left === right) continue;
      const sign = this.#sources[i]?.descending === true ? -1 : 1;
      if (left === null || right === null) return sign * (left === null ? -1 : 1); // a missing value is the least
      const difference =
        typeof left === 'number' && typeof right === 'number' ? left - right : compareText(String(left), String(right));
      if (difference !== 0) return sign * difference;
    }
    return 0;
  }

  render(): unknown {
    const keyed = [...this.#buckets.byKey].map(([text, bucket]) => [JSON.parse(text) as KeyPart[], bucket] as const);
    const shown = keyed.sort(([a], [b]) => this.#compare(a, b)).slice(0, this.#size);
    this.#context.countBuckets(shown.length);
    const name = (key: readonly KeyPart[]) =>
      Object.fromEntries(
        this.#sources.map(({ name, format }, i) => {
          const part = key[i] ?? null;
          return [
            name,
            format !== undefined && typeof part === 'number' ? formatDate({ millis: part, nanos: 0 }, format) : part,
          ];
        }),
      );
    const last = shown.at(-1);
    return {
      ...(last === undefined ? {} : { after_key: name(last[0]) }),
      buckets: shown.map(([key, { count, subs }]) => ({ key: name(key), doc_count: count, ...subs.render() })),
    };
  }
}

/** The values of a document for one source; none leave the document out, unless the source wants a bucket for them. */
function partsOf(
  { field, interval, missingBucket }: Source,
  { segment }: SegmentView,
): (document: number) => KeyPart[] {
  const none: KeyPart[] = missingBucket ? [null] : [];
  if (interval !== undefined) {
    const millis = segment.dates.get(field)?.millis;
    return (document) => {
      const at = millis?.[document] ?? Number.NaN;
      return Number.isNaN(at) ? none : [roundDown(at, interval.interval, interval.offset)];
    };
  }
  const column = segment.keywords.get(field);
  if (column !== undefined) {
    return (document) => {
      const ords = column.ords.subarray(column.ordStart[document], column.ordStart[document + 1]);
      return ords.length === 0 ? none : Array.from(ords, (ord) => termText(column, ord));
    };
  }
  const numbers = segment.numbers.get(field);
  return (document) => {
    const values = numbers?.values.subarray(numbers.start[document], numbers.start[document + 1]) ?? [];
    return values.length === 0 ? none : [...new Set(values)];
  };
}
