import { illegalArgument, OpenSearchError, parsingError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Aggregation } from './aggregation.ts';
import { parseFilter, parseFilters, parseMissing, parseRange } from './buckets.ts';
import { parseComposite } from './composite.ts';
import { parseDateHistogram } from './histogram.ts';
import { parseCardinality, parseMetric, parsePercentiles, parseValueCount } from './metrics.ts';
import { parseTerms } from './terms.ts';
import { parseTopHits } from './top-hits.ts';

type Parse = (name: string, body: unknown, subs: readonly Aggregation[], path: string) => Aggregation;

const BUCKETS: Readonly<Record<string, Parse>> = {
  terms: parseTerms,
  date_histogram: parseDateHistogram,
  range: parseRange,
  filter: parseFilter,
  filters: parseFilters,
  missing: parseMissing,
  composite: parseComposite,
};

const METRICS: Readonly<Record<string, Parse>> = {
  cardinality: parseCardinality,
  value_count: parseValueCount,
  min: parseMetric('min'),
  max: parseMetric('max'),
  sum: parseMetric('sum'),
  avg: parseMetric('avg'),
  stats: parseMetric('stats'),
  percentiles: parsePercentiles,
  top_hits: parseTopHits,
};

/** Reads `aggs`. @throws OpenSearchError naming what is not known and where it stands */
export function parseAggregations(body: unknown, path = 'aggs', parent?: string): Aggregation[] {
  if (body === undefined || body === null) return [];
  if (!isObject(body)) throw parsingError(`expected an object at [${path}]`);
  return Object.entries(body).map(([name, definition]) => parseOne(name, definition, `${path}.${name}`, parent));
}

function parseOne(name: string, definition: unknown, path: string, parent: string | undefined): Aggregation {
  if (/[[\]>]/.test(name) || name === '')
    throw parsingError(
      `Invalid aggregation name [${name}]. Aggregation names can contain any character except '[', ']', and '>'`,
    );
  if (!isObject(definition))
    throw parsingError(`Aggregation definition for [${name}] starts with a [VALUE], expected a [START_OBJECT].`);
  const { aggs, aggregations, meta, ...kinds } = definition;
  if (meta !== undefined) throw parsingError(`[meta] is not supported here at [${path}]`);
  const [kind, ...others] = Object.keys(kinds);
  if (kind === undefined) throw parsingError(`Missing definition for aggregation [${name}]`);
  if (others.length > 0)
    throw parsingError(`Found two aggregation type definitions in [${name}]: [${kind}] and [${others[0]}]`);
  const inner = aggs ?? aggregations;
  if (kind === 'composite' && parent !== undefined && parent !== 'filter') {
    throw illegalArgument(
      `[composite] aggregation cannot be used with a parentAggregation of type: [${parent}] at [${path}]`,
    );
  }
  const subs = parseAggregations(inner, `${path}.aggs`, kind);
  const bucket = BUCKETS[kind];
  if (bucket !== undefined) return bucket(name, kinds[kind], subs, `${path}.${kind}`);
  const metric = METRICS[kind];
  if (metric === undefined) throw parsingError(`Unknown aggregation type [${kind}] at [${path}]`);
  if (subs.length > 0) {
    const reason = `Aggregator [${name}] of type [${kind}] cannot accept sub-aggregations`;
    throw new OpenSearchError(500, { type: 'aggregation_initialization_exception', reason });
  }
  return metric(name, kinds[kind], subs, `${path}.${kind}`);
}
