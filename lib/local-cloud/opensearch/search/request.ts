import type { Aggregation } from '../aggregations/aggregation.ts';
import { parseAggregations } from '../aggregations/parse.ts';
import { checkFormat } from '../dates.ts';
import { illegalArgument, OpenSearchError, parsingError } from '../errors.ts';
import { isObject } from '../json.ts';
import { parseQuery, type Query } from '../query/query.ts';
import { parseSort, type SortKey } from './sort.ts';
import { checkSource, type SourceFilter } from './source.ts';

/** The body of a search, read and checked. */
export interface SearchRequest {
  readonly query: Query;
  readonly from: number;
  readonly size: number;
  readonly sort: readonly SortKey[];
  readonly after: readonly unknown[] | undefined;
  /** Matches are counted up to this many; `Infinity` counts all, `undefined` shows no total. */
  readonly trackTotal: number | undefined;
  readonly source: SourceFilter;
  readonly docvalueFields: ReadonlyArray<{ readonly field: string; readonly format: string | undefined }>;
  readonly aggregations: readonly Aggregation[];
  readonly timeoutMillis: number | undefined;
  /** Documents of an index after which its search ends; 0 never. */
  readonly terminateAfter: number;
  readonly pit: { readonly id: string; readonly keepAliveMillis: number | undefined } | undefined;
  readonly showVersion: boolean;
  readonly showSeqNo: boolean;
}

const KNOWN = new Set([
  'query',
  'from',
  'size',
  'sort',
  'search_after',
  'track_total_hits',
  '_source',
  'docvalue_fields',
  'aggs',
  'aggregations',
  'timeout',
  'terminate_after',
  'fields',
  'stored_fields',
  'pit',
  'version',
  'seq_no_primary_term',
]);

/** Reads a search body. @throws OpenSearchError naming the first thing that is not known */
export function parseSearch(body: unknown): SearchRequest {
  if (!isObject(body)) throw parsingError('Expected [START_OBJECT] at the beginning of the search body');
  const other = Object.keys(body).find((key) => !KNOWN.has(key));
  if (other !== undefined) throw parsingError(`Unknown key for a VALUE in [${other}].`);
  const from = natural(body.from ?? 0, 'from');
  const sort = parseSort(body.sort);
  const after = body.search_after;
  if (after !== undefined) {
    if (!Array.isArray(after)) throw parsingError('[search_after] must be an array');
    if (from > 0) throw validation('`from` parameter must be set to 0 when `search_after` is used');
  }
  const storedNothing = parseStored(body);
  return {
    query: body.query === undefined || body.query === null ? { kind: 'match_all' } : parseQuery(body.query),
    from,
    size: natural(body.size ?? 10, 'size'),
    sort,
    after,
    trackTotal: parseTrackTotal(body.track_total_hits),
    source: storedNothing && body._source === undefined ? false : checkSource(body._source),
    docvalueFields: parseDocvalueFields(body.docvalue_fields),
    aggregations: parseAggregations(body.aggs ?? body.aggregations),
    timeoutMillis: body.timeout === undefined ? undefined : parseTime(body.timeout, 'timeout'),
    terminateAfter: natural(body.terminate_after ?? 0, 'terminate_after'),
    pit: parsePit(body.pit),
    showVersion: body.version === true,
    showSeqNo: body.seq_no_primary_term === true,
  };
}

const validation = (reason: string) =>
  new OpenSearchError(400, { type: 'action_request_validation_exception', reason: `Validation Failed: 1: ${reason};` });

/** `fields` and `stored_fields` may only ask for nothing. @returns whether stored fields were asked away */
function parseStored({ fields, stored_fields: stored }: Record<string, unknown>): boolean {
  const empty = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);
  if (!empty(fields)) throw parsingError('[fields] may only be empty here: take docvalue_fields or _source');
  if (stored === '_none_') throw parsingError('[stored_fields] [_none_] is not supported here');
  if (!empty(stored)) throw parsingError('[stored_fields] may only be empty here: no field is stored by itself');
  return stored !== undefined;
}

function natural(value: unknown, name: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= 2147483647) return number;
  throw illegalArgument(`[${name}] parameter cannot be negative, found [${String(value)}]`);
}

function parseTrackTotal(value: unknown): number | undefined {
  if (value === undefined || value === null) return 10_000;
  if (typeof value === 'boolean') return value ? Number.POSITIVE_INFINITY : undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < -1)
    throw illegalArgument(`[track_total_hits] parameter must be positive or equals to -1, got ${String(value)}`);
  return number === -1 ? undefined : number;
}

function parseDocvalueFields(value: unknown): SearchRequest['docvalueFields'] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw parsingError('[docvalue_fields] must be an array');
  return value.map((item) => {
    if (typeof item === 'string') return { field: item, format: undefined };
    if (!isObject(item) || typeof item.field !== 'string')
      throw parsingError('[docvalue_fields] takes names and {field, format}');
    return { field: item.field, format: item.format === undefined ? undefined : checkFormat(String(item.format)) };
  });
}

function parsePit(pit: unknown): SearchRequest['pit'] {
  if (pit === undefined) return undefined;
  if (!isObject(pit) || typeof pit.id !== 'string') throw parsingError('point int time id is not provided');
  return {
    id: pit.id,
    keepAliveMillis: pit.keep_alive === undefined ? undefined : parseTime(pit.keep_alive, 'keep_alive'),
  };
}

const UNITS: Readonly<Record<string, number>> = {
  nanos: 1e-6,
  micros: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A time value with its unit, in milliseconds; `-1` is none. */
export function parseTime(value: unknown, name: string): number {
  const text = String(value);
  if (text === '-1') return Number.POSITIVE_INFINITY;
  const match = /^(\d+)(nanos|micros|ms|s|m|h|d)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw illegalArgument(
      `failed to parse setting [${name}] with value [${text}] as a time value: unit is missing or unrecognized`,
    );
  }
  return Number(match[1]) * unit;
}
