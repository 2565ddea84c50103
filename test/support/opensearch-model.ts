import fc from 'fast-check';

/** A document of the fuzz tests: what is mapped, in the event store's own fields. */
export interface ModelDocument {
  readonly id: string;
  readonly project: string;
  /** Nanoseconds after the base time. */
  readonly nanos: number | undefined;
  readonly severity: number | undefined;
  readonly words: readonly string[];
  readonly kv: readonly string[];
  readonly n0: number | undefined;
  readonly n1: readonly number[];
}

// biome-ignore lint/suspicious/noExplicitAny: request bodies are JSON of many shapes
type Json = any;

const BASE = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n;
const VOCABULARY = ['a', 'b', 'ab', 'Ab', 'é', 'ß', '\u{1F600}', '\uFF5E', '*', '?', '\\', '日本'];
const VALUES = ['', ...VOCABULARY, 'a b', 'x*y', 'x?y', 'xzy', 'long-'.repeat(60)];
const PAIRS = ['k', 'l', 'kk'].flatMap((key) => VALUES.map((value) => `${key}\0${value}`));

/** ISO text with nine digits. */
export const isoOf = (nanos: number): string => {
  const at = BASE + BigInt(nanos);
  return `${new Date(Number(at / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}.${(at % 1_000_000_000n).toString().padStart(9, '0')}Z`;
};

/** The document as it is sent. */
export const toSource = ({ nanos, severity, n0, n1, ...rest }: ModelDocument): Json => ({
  ...rest,
  ...(nanos === undefined ? {} : { time: isoOf(nanos) }),
  ...(severity === undefined ? {} : { severity }),
  ...(n0 === undefined ? {} : { n0 }),
  ...(n1.length === 0 ? {} : { n1 }),
  event: `event of ${rest.id}`,
});

// few distinct values, so that equal ones meet
const nanos = fc.oneof(
  fc.constantFrom(0, 1, 999_999, 1_000_000, 999_999_999, 1_000_000_000),
  fc.integer({ min: 0, max: 7_200 }).map((seconds) => seconds * 1_000_000_000),
);
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0.1, 0.2, 1.5, -2.25, 1e9));
const text = fc.array(fc.constantFrom(...VOCABULARY), { maxLength: 5 }).map((words) => words.join(' '));

/** A document without its id. */
const content = fc.record({
  project: fc.constantFrom('p', 'q', 'r'),
  nanos: fc.option(nanos, { nil: undefined, freq: 8 }),
  severity: fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }),
  words: fc.array(text, { maxLength: 3 }),
  kv: fc.array(fc.constantFrom(...PAIRS), { maxLength: 6 }),
  n0: fc.option(number, { nil: undefined }),
  n1: fc.array(number, { maxLength: 3 }),
});

/** Documents by what they hold, ids in order of their making. */
export const documentsOf = (count: number, seed: number): ModelDocument[] =>
  fc
    .sample(content, { numRuns: count, seed })
    .map((made, index) => ({ id: `d${String(index).padStart(4, '0')}`, ...made }));

const bounds = (value: fc.Arbitrary<Json>) =>
  fc
    .record({ gt: value, gte: value, lt: value, lte: value }, { requiredKeys: [] })
    .filter((range) => !('gt' in range && 'gte' in range) && !('lt' in range && 'lte' in range));
const pattern = fc
  .array(fc.constantFrom(...VOCABULARY, '*', '?', '\\*', '\\\\', 'A'), { maxLength: 5 })
  .map((parts) => parts.join(''));
const pair = fc.constantFrom(...PAIRS);

const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constant({ match_all: {} }),
  fc.constantFrom('p', 'q', 'none').map((project) => ({ term: { project } })),
  pair.map((value) => ({ term: { kv: value } })),
  fc.array(pair, { maxLength: 5 }).map((values) => ({ terms: { kv: values } })),
  fc.constantFrom(...VOCABULARY).map((word) => ({ term: { words: word } })),
  fc.integer({ min: 0, max: 24 }).map((severity) => ({ term: { severity } })),
  number.map((value) => ({ term: { n1: value } })),
  bounds(number).map((range) => ({ range: { n0: range } })),
  bounds(number).map((range) => ({ range: { n1: range } })),
  bounds(fc.integer({ min: 0, max: 24 })).map((range) => ({ range: { severity: range } })),
  bounds(nanos.map(isoOf)).map((range) => ({ range: { time: range } })),
  bounds(pair).map((range) => ({ range: { kv: range } })),
  fc.constantFrom('time', 'kv', 'n0', 'n1', 'severity', 'nowhere').map((field) => ({ exists: { field } })),
  pair.map((value) => ({ prefix: { kv: [...value].slice(0, 3).join('') } })),
  fc.constantFrom(...VOCABULARY).map((word) => ({ prefix: { words: word } })),
  fc.tuple(fc.constantFrom('k', 'l', '?', '*'), pattern, fc.boolean()).map(([key, rest, folded]) => ({
    wildcard: { kv: { value: `${key}\0${rest}`, ...(folded ? { case_insensitive: true } : {}) } },
  })),
  text.map((value) => ({ match_phrase: { words: value } })),
  fc
    .array(
      fc.integer({ min: 0, max: 60 }).map((index) => `d${String(index).padStart(4, '0')}`),
      { maxLength: 4 },
    )
    .map((values) => ({ ids: { values } })),
);

/** Queries of the subset, nested. */
export const query: fc.Arbitrary<Json> = fc.letrec<{ query: Json }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: leaf, weight: 3 },
    {
      arbitrary: fc
        .record(
          {
            filter: fc.array(tie('query'), { maxLength: 3 }),
            must: tie('query'),
            should: fc.array(tie('query'), { maxLength: 3 }),
            must_not: fc.array(tie('query'), { maxLength: 2 }),
            minimum_should_match: fc.constantFrom(0, 1, 2, -1),
          },
          { requiredKeys: [] },
        )
        .map((bool) => ({ bool })),
      weight: 2,
    },
  ),
})).query;

/** Sorts that end in the id, so that there is one right order. */
export const sort: fc.Arbitrary<Json[]> = fc
  .array(
    fc.record({
      field: fc.constantFrom('time', 'severity', 'n0', 'n1', 'project', 'kv'),
      order: fc.constantFrom('asc', 'desc'),
      missing: fc.constantFrom('_last', '_first'),
    }),
    { maxLength: 2 },
  )
  .chain((keys) =>
    fc
      .constantFrom('asc', 'desc')
      .map((order) => [...keys.map(({ field, ...options }) => ({ [field]: options })), { id: order }]),
  );

const metric: fc.Arbitrary<Json> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('min', 'max', 'sum', 'avg', 'stats', 'value_count', 'cardinality'),
      fc.constantFrom('n0', 'n1', 'severity'),
    )
    .map(([kind, field]) => ({ [kind]: { field } })),
  fc.constantFrom('n0', 'n1').map((field) => ({ percentiles: { field, percents: [0, 100] } })),
  fc.constantFrom({ cardinality: { field: 'kv' } }, { value_count: { field: 'kv' } }),
  sort.map((keys) => ({ top_hits: { size: 2, sort: keys, _source: ['event'] } })),
);

const bucket: fc.Arbitrary<Json> = fc.oneof(
  fc
    .record({
      field: fc.constantFrom('project', 'severity', 'kv', 'n1'),
      size: fc.integer({ min: 1, max: 8 }),
      order: fc.constantFrom({ _count: 'desc' }, { _key: 'asc' }, { _key: 'desc' }),
    })
    .map((terms) => ({ terms: { ...terms, shard_size: 1000 } })),
  fc
    .constantFrom('k\0.*', 'l\0.*', 'k\0a.*', 'k\0\\*')
    .map((include) => ({ terms: { field: 'kv', include, size: 5, shard_size: 1000 } })),
  fc
    .record({
      fixed_interval: fc.constantFrom('10m', '1h', '90m'),
      min_doc_count: fc.constantFrom(0, 1),
      offset: fc.constantFrom('0s', '+5m', '-20m'),
    })
    .map((histogram) => ({ date_histogram: { field: 'time', ...histogram } })),
  fc.constant({ range: { field: 'n0', ranges: [{ to: 0 }, { from: 0, to: 2 }, { from: 2 }] } }),
  query.map((filter) => ({ filter })),
  fc.array(query, { minLength: 1, maxLength: 2 }).map((filters) => ({ filters: { filters } })),
  fc.constantFrom('n0', 'kv', 'time').map((field) => ({ missing: { field } })),
);

/** OpenSearch takes it at the top only. */
const composite: fc.Arbitrary<Json> = fc.constant({
  composite: {
    size: 5,
    sources: [
      { p: { terms: { field: 'project' } } },
      { t: { date_histogram: { field: 'time', fixed_interval: '1h' } } },
    ],
  },
});

/** Aggregations, up to two levels of buckets with metrics inside. */
const aggregation: fc.Arbitrary<Json> = fc.oneof(
  metric,
  composite,
  fc
    .tuple(bucket, fc.option(metric, { nil: undefined }), fc.option(bucket, { nil: undefined }))
    .map(([outer, inner, deeper]) => ({
      ...outer,
      ...(inner === undefined && deeper === undefined
        ? {}
        : { aggs: { ...(inner === undefined ? {} : { m: inner }), ...(deeper === undefined ? {} : { b: deeper }) } }),
    })),
);

/** Whole search bodies. */
export const searchBody: fc.Arbitrary<Json> = fc
  .record({
    query,
    sort,
    size: fc.integer({ min: 0, max: 30 }),
    from: fc.constantFrom(0, 0, 0, 5),
    aggs: fc.option(aggregation, { nil: undefined }),
  })
  .map(({ aggs, ...body }) => ({
    ...body,
    track_total_hits: true,
    ...(aggs === undefined ? {} : { aggs: { a: aggs } }),
  }));

/** What the naive reading of a query says about one document. */
export function matches(body: Json, document: ModelDocument): boolean {
  const [[kind, clause] = ['', {}]] = Object.entries<Json>(body);
  const [[field, value] = ['', undefined]] = Object.entries<Json>(clause);
  switch (kind) {
    case 'match_all':
      return true;
    case 'term':
      return valuesOf(document, field).some((own) => own === value);
    case 'terms':
      return valuesOf(document, field).some((own) => value.includes(own));
    case 'ids':
      return clause.values.includes(document.id);
    case 'exists':
      return valuesOf(document, clause.field).length > 0;
    case 'prefix':
      return valuesOf(document, field).some((own) => String(own).startsWith(value));
    case 'range':
      return valuesOf(document, field).some((own) => inRange(own, value));
    case 'wildcard':
      return valuesOf(document, field).some((own) =>
        wildcardOf(value.value, value.case_insensitive === true).test(String(own)),
      );
    case 'match_phrase':
      return value.trim() !== '' && document.words.some((own) => ` ${own} `.includes(` ${value} `));
    case 'bool':
      return matchesBool(clause, document);
    default:
      throw new Error(`the model does not know ${kind}`);
  }
}

function matchesBool(
  { must = [], filter = [], should = [], must_not: not = [], minimum_should_match: minimum }: Json,
  document: ModelDocument,
): boolean {
  const all = [must, filter].flat();
  const wanted = minimum === undefined ? 0 : minimum < 0 ? should.length + minimum : minimum;
  const least = all.length === 0 ? (should.length === 0 ? 0 : Math.max(wanted, 1)) : Math.max(wanted, 0);
  const met = should.filter((inner: Json) => matches(inner, document)).length;
  return (
    all.every((inner: Json) => matches(inner, document)) &&
    met >= least &&
    !not.some((inner: Json) => matches(inner, document))
  );
}

function valuesOf(document: ModelDocument, field: string): Array<string | number> {
  if (field === 'words') return document.words.flatMap((words) => words.split(' ').filter((word) => word !== ''));
  if (field === 'time') return document.nanos === undefined ? [] : [isoOf(document.nanos)];
  const value = (document as unknown as Record<string, Json>)[field];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'number' && typeof b === 'number'
    ? a - b
    : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

function inRange(own: string | number, { gt, gte, lt, lte }: Json): boolean {
  return (
    (gt === undefined || compare(own, gt) > 0) &&
    (gte === undefined || compare(own, gte) >= 0) &&
    (lt === undefined || compare(own, lt) < 0) &&
    (lte === undefined || compare(own, lte) <= 0)
  );
}

/** A wildcard as a regular expression over code points; only ASCII letters are folded. */
function wildcardOf(value: string, folded: boolean): RegExp {
  const points = [...value];
  let source = '';
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as string;
    if (point === '*') source += '.*';
    else if (point === '?') source += '.';
    else {
      const escaping = point === '\\' && i + 1 < points.length;
      const literal = escaping ? (points[++i] as string) : point;
      const escaped = literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      // an escaped letter is not folded
      source +=
        folded && !escaping && /[a-z]/i.test(literal) ? `[${literal.toLowerCase()}${literal.toUpperCase()}]` : escaped;
    }
  }
  return new RegExp(`^${source}$`, 'su');
}

/** Orders documents as a sort of `sort` says. */
export function ordered(documents: readonly ModelDocument[], keys: readonly Json[]): ModelDocument[] {
  const parsed = keys.map((key) => {
    const [[field, options] = ['', 'asc']] = Object.entries<Json>(key);
    return { field, descending: (options.order ?? options) === 'desc', first: options.missing === '_first' };
  });
  return [...documents].sort((a, b) => {
    for (const { field, descending, first } of parsed) {
      const [left, right] = [a, b].map((document) => {
        const values = valuesOf(document, field).sort(compare);
        return descending ? values.at(-1) : values[0];
      });
      if (left === undefined || right === undefined) {
        if (left === right) continue;
        return (left === undefined) === first ? -1 : 1;
      }
      const order = compare(left, right);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

/** Counts of a field's values, most frequent first, ties by key. */
export function termCounts(
  documents: readonly ModelDocument[],
  field: string,
  prefix = '',
): Array<[string | number, number]> {
  const counts = new Map<string | number, number>();
  for (const document of documents) {
    for (const value of new Set(valuesOf(document, field)))
      if (String(value).startsWith(prefix)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b));
}

/** Documents by hour, as Unix milliseconds, without gaps. */
export function hourCounts(documents: readonly ModelDocument[]): Array<[number, number]> {
  const hours = documents.flatMap(({ nanos: at }) => (at === undefined ? [] : [Math.floor(at / 3.6e12)]));
  if (hours.length === 0) return [];
  const first = Math.min(...hours);
  return Array.from({ length: Math.max(...hours) - first + 1 }, (_, index) => [
    Number(BASE / 1_000_000n) + (first + index) * 3_600_000,
    hours.filter((hour) => hour === first + index).length,
  ]);
}
