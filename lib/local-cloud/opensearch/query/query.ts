import { checkFormat } from '../dates.ts';
import { illegalArgument, OpenSearchError, parsingError, unknownField } from '../errors.ts';
import { isObject } from '../json.ts';

/** A value as the request gave it; what it means depends on the field's type in each index. */
export type QueryValue = string | number | bigint | boolean;

export type Query =
  | { readonly kind: 'match_all' }
  | { readonly kind: 'match_none' }
  | {
      readonly kind: 'bool';
      readonly must: readonly Query[];
      readonly should: readonly Query[];
      readonly mustNot: readonly Query[];
      readonly minimum: number;
    }
  | { readonly kind: 'terms'; readonly field: string; readonly values: readonly QueryValue[] }
  | { readonly kind: 'range'; readonly field: string; readonly bounds: Bounds; readonly format: string | undefined }
  | { readonly kind: 'exists'; readonly field: string }
  | { readonly kind: 'prefix'; readonly field: string; readonly value: string }
  | { readonly kind: 'wildcard'; readonly field: string; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: 'phrase'; readonly field: string; readonly value: string }
  | { readonly kind: 'ids'; readonly values: readonly string[] };

export interface Bounds {
  readonly low?: { readonly value: QueryValue; readonly inclusive: boolean };
  readonly high?: { readonly value: QueryValue; readonly inclusive: boolean };
}

/** OpenSearch's `indices.query.bool.max_clause_count`, `index.max_terms_count` and `indices.query.query_string…` depth limit. */
const MAX_CLAUSES = 1024;
const MAX_TERMS = 65_536;
const MAX_DEPTH = 100;

/** Reads a query. `path` says where it stands, for messages. @throws OpenSearchError (parsing_exception) */
export function parseQuery(body: unknown, path = 'query', depth = 0): Query {
  if (!isObject(body)) throw parsingError(`[${path}] query malformed, must start with start_object`);
  if (depth > MAX_DEPTH) throw illegalArgument(`[${path}] queries are nested deeper than ${MAX_DEPTH}`);
  const [name, ...others] = Object.keys(body);
  if (name === undefined) throw illegalArgument('query malformed, empty clause found');
  if (others.length > 0) throw parsingError(`[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`);
  const parse = CLAUSES[name];
  if (parse === undefined) throw parsingError(`unknown query [${name}] at [${path}]`);
  return parse(body[name], `${path}.${name}`, depth);
}

type ParseClause = (body: unknown, path: string, depth: number) => Query;

const CLAUSES: Readonly<Record<string, ParseClause>> = {
  match_all: (body, path) => {
    membersOf(body, path, ['boost']);
    return { kind: 'match_all' };
  },
  match_none: (body, path) => {
    membersOf(body, path, ['boost']);
    return { kind: 'match_none' };
  },
  bool: parseBool,
  constant_score: (body, path, depth) => {
    const { filter } = membersOf(body, path, ['filter', 'boost']);
    if (filter === undefined) throw parsingError('[constant_score] requires a filter element');
    return parseQuery(filter, `${path}.filter`, depth + 1);
  },
  term: (body, path) => {
    const { field, value } = fieldValue(body, path, ['value', 'boost'], 'value');
    return { kind: 'terms', field, values: [scalar(value, path)] };
  },
  terms: (body, path) => {
    const { boost: _, ...fields } = members(body, path);
    const [field, ...others] = Object.keys(fields);
    if (field === undefined || others.length > 0)
      throw parsingError('[terms] query requires a field name, followed by array of terms');
    const values = fields[field];
    if (!Array.isArray(values))
      throw parsingError(`[terms] query does not support [${field}] at [${path}]: an array is needed`);
    if (values.length > MAX_TERMS) {
      throw illegalArgument(
        `The number of terms [${values.length}] used in the Terms Query request has exceeded the allowed maximum of [${MAX_TERMS}]. ` +
          'This maximum can be set by changing the [index.max_terms_count] index level setting.',
      );
    }
    return { kind: 'terms', field, values: values.map((value) => scalar(value, path)) };
  },
  range: parseRange,
  exists: (body, path) => {
    const { field } = membersOf(body, path, ['field', 'boost']);
    if (typeof field !== 'string') throw parsingError('[exists] must be provided with a [field]');
    return { kind: 'exists', field };
  },
  prefix: (body, path) => {
    const { field, value } = fieldValue(body, path, ['value', 'rewrite', 'boost'], 'value');
    return { kind: 'prefix', field, value: String(scalar(value, path)) };
  },
  wildcard: (body, path) => {
    const { field, value, options } = fieldValue(
      body,
      path,
      ['value', 'wildcard', 'case_insensitive', 'rewrite', 'boost'],
      'value',
    );
    return {
      kind: 'wildcard',
      field,
      value: String(scalar(value ?? options.wildcard, path)),
      ignoreCase: options.case_insensitive === true,
    };
  },
  match_phrase: (body, path) => {
    const { field, value, options } = fieldValue(body, path, ['query', 'slop', 'analyzer', 'boost'], 'query');
    if (options.slop !== undefined && options.slop !== 0)
      throw parsingError(`[match_phrase] does not support [slop] at [${path}] here`);
    if (options.analyzer !== undefined)
      throw parsingError(`[match_phrase] does not support [analyzer] at [${path}] here`);
    return { kind: 'phrase', field, value: String(scalar(value, path)) };
  },
  ids: (body, path) => {
    const { values } = membersOf(body, path, ['values', 'boost']);
    if (!Array.isArray(values)) throw parsingError('[ids] requires an array of values');
    return { kind: 'ids', values: values.map(String) };
  },
};

function members(body: unknown, path: string): Record<string, unknown> {
  if (!isObject(body)) throw parsingError(`[${path}] query malformed, must start with start_object`);
  return body;
}

/** The body's members, every one of which must be known. */
function membersOf(body: unknown, path: string, known: readonly string[]): Record<string, unknown> {
  const found = members(body, path);
  const other = Object.keys(found).find((key) => !known.includes(key));
  const name = path.split('.').at(-1);
  if (other !== undefined && name === 'bool') throw unknownField('bool', other, path);
  if (other !== undefined) throw parsingError(`[${name}] query does not support [${other}] at [${path}]`);
  return found;
}

/** `{field: value}` or `{field: {[main]: value, …}}`. */
function fieldValue(
  body: unknown,
  path: string,
  known: readonly string[],
  main: string,
): { field: string; value: unknown; options: Record<string, unknown> } {
  const name = path.split('.').at(-1);
  const fields = members(body, path);
  const [field, ...others] = Object.keys(fields);
  if (field === undefined) throw illegalArgument(`[${name}] at [${path}] needs a field`);
  if (others.length > 0) {
    throw parsingError(`[${name}] query doesn't support multiple fields, found [${field}] and [${others[0]}]`);
  }
  const value = fields[field];
  if (Array.isArray(value)) throw parsingError(`[${name}] query does not support array of values at [${path}]`);
  if (!isObject(value)) return { field, value, options: {} };
  const options = membersOf(value, path, known);
  return { field, value: options[main], options };
}

function scalar(value: unknown, path: string): QueryValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return value;
  if (value === null || value === undefined) throw illegalArgument(`value cannot be null at [${path}]`);
  throw parsingError(`a value was expected at [${path}]`);
}

function parseRange(body: unknown, path: string): Query {
  const fields = members(body, path);
  const [field, ...others] = Object.keys(fields);
  if (field === undefined || !isObject(fields[field]))
    throw parsingError('[range] query malformed, no start_object after query name');
  if (others.length > 0)
    throw parsingError(`[range] query doesn't support multiple fields, found [${field}] and [${others[0]}]`);
  const { gt, gte, lt, lte, format, ...rest } = fields[field] as Record<string, unknown>;
  const other = Object.keys(rest).find((key) => key !== 'boost');
  if (other !== undefined) throw parsingError(`[range] query does not support [${other}] at [${path}]`);
  const bound = (open: unknown, closed: unknown) => {
    const value = open ?? closed;
    return value === null || value === undefined
      ? undefined
      : { value: scalar(value, path), inclusive: open === undefined || open === null };
  };
  const low = bound(gt, gte);
  const high = bound(lt, lte);
  return {
    kind: 'range',
    field,
    bounds: { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) },
    format: format === undefined ? undefined : checkFormat(String(format)),
  };
}

function parseBool(body: unknown, path: string, depth: number): Query {
  const found = membersOf(body, path, [
    'must',
    'filter',
    'should',
    'must_not',
    'minimum_should_match',
    'boost',
    'adjust_pure_negative',
  ]);
  const list = (key: string): Query[] => {
    const value = found[key];
    if (value === undefined || value === null) return [];
    const clauses = Array.isArray(value) ? value : [value];
    if (clauses.length > MAX_CLAUSES) {
      throw new OpenSearchError(400, { type: 'too_many_clauses', reason: `maxClauseCount is set to ${MAX_CLAUSES}` });
    }
    return clauses.map((clause, index) =>
      parseQuery(clause, `${path}.${key}${Array.isArray(value) ? `[${index}]` : ''}`, depth + 1),
    );
  };
  const must = [...list('must'), ...list('filter')];
  const should = list('should');
  const mustNot = list('must_not');
  const minimum = minimumOf(found.minimum_should_match, should.length, must.length, path);
  return { kind: 'bool', must, should, mustNot, minimum };
}

function minimumOf(value: unknown, should: number, must: number, path: string): number {
  // Lucene wants one of the optional clauses where there is no required one
  const least = should > 0 && must === 0 ? 1 : 0;
  if (value === undefined || value === null) return least;
  if (!/^-?\d+$/.test(String(value))) {
    throw parsingError(`[minimum_should_match] takes a whole number here, got [${String(value)}] at [${path}]`);
  }
  const minimum = Number(value);
  if (should === 0 && must === 0) return 0; // nothing but exclusions: the minimum is not looked at
  return Math.max(least, minimum < 0 ? should + minimum : minimum);
}
