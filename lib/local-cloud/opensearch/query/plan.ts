import { checkFormat, checkNanosRange, DateParseError, type Instant, parseDate } from '../dates.ts';
import { tokenize } from '../document.ts';
import { OpenSearchError } from '../errors.ts';
import type { Field, Mapping } from '../mapping.ts';
import { type BytePattern, compileWildcard } from './pattern.ts';
import type { Query, QueryValue } from './query.ts';

/** A query with its values read as one index's mapping says. Bounds of dates are inclusive, `Infinity` where there is none. */
export type Plan =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'bool';
      readonly must: readonly Plan[];
      readonly should: readonly Plan[];
      readonly mustNot: readonly Plan[];
      readonly minimum: number;
    }
  | { readonly kind: 'terms'; readonly field: string; readonly terms: readonly Uint8Array[] }
  | {
      readonly kind: 'termRange';
      readonly field: string;
      readonly low: TermBound | undefined;
      readonly high: TermBound | undefined;
    }
  | { readonly kind: 'numbers'; readonly field: string; readonly values: readonly number[] }
  | { readonly kind: 'numberRange'; readonly field: string; readonly low: number; readonly high: number }
  | { readonly kind: 'dateRange'; readonly field: string; readonly low: Instant; readonly high: Instant }
  | { readonly kind: 'exists'; readonly field: string }
  | { readonly kind: 'prefix'; readonly field: string; readonly prefix: Uint8Array }
  | { readonly kind: 'wildcard'; readonly field: string; readonly pattern: BytePattern }
  | {
      readonly kind: 'phrase';
      readonly field: string;
      readonly terms: readonly Uint8Array[];
      readonly offsets: readonly number[];
    }
  | { readonly kind: 'ids'; readonly ids: readonly string[] };

interface TermBound {
  readonly term: Uint8Array;
  readonly inclusive: boolean;
}

/** Resolves a query against an index. @throws OpenSearchError (query_shard_exception) when a value does not fit its field */
export function planQuery(query: Query, mapping: Mapping, index: string): Plan {
  switch (query.kind) {
    case 'match_all':
      return { kind: 'all' };
    case 'match_none':
      return { kind: 'none' };
    case 'bool': {
      const all = (queries: readonly Query[]) => queries.map((inner) => planQuery(inner, mapping, index));
      return {
        kind: 'bool',
        must: all(query.must),
        should: all(query.should),
        mustNot: all(query.mustNot),
        minimum: query.minimum,
      };
    }
    case 'ids':
      return { kind: 'ids', ids: query.values };
    default:
      return planLeaf(query, mapping, index);
  }
}

type Leaf = Exclude<Query, { kind: 'match_all' | 'match_none' | 'bool' | 'ids' }>;

function planLeaf(query: Leaf, mapping: Mapping, index: string): Plan {
  if (query.field.startsWith('_')) throw shardError(index, `field [${query.field}] cannot be queried here, use [ids]`);
  const field = mapping.fields[query.field];
  if (field === undefined) return { kind: 'none' };
  switch (query.kind) {
    case 'exists':
      return { kind: 'exists', field: query.field };
    case 'terms':
      return planTerms(query, field, index);
    case 'range':
      return planRange(query, field, index);
    case 'phrase':
      return planPhrase(query, field, index);
    case 'prefix':
    case 'wildcard': {
      if (field.kind !== 'keyword' && field.kind !== 'text') {
        throw shardError(
          index,
          `Can only use ${query.kind} queries on keyword, text and wildcard fields - not on [${query.field}] which is of type [${typeName(field)}]`,
        );
      }
      if (query.kind === 'prefix') return { kind: 'prefix', field: query.field, prefix: Buffer.from(query.value) };
      return { kind: 'wildcard', field: query.field, pattern: compileWildcard(query.value, query.ignoreCase) };
    }
    default:
      return query satisfies never;
  }
}

export const typeName = (field: Field): string =>
  field.kind === 'integer' ? field.type : field.kind === 'date' ? 'date_nanos' : field.kind;

export function shardError(
  index: string,
  reason: string,
  causedBy?: { type: string; reason: string },
): OpenSearchError {
  const cause = causedBy === undefined ? {} : { caused_by: causedBy };
  return new OpenSearchError(
    400,
    { type: 'query_shard_exception', reason: `failed to create query: ${reason}`, index, ...cause },
    index,
  );
}

function planTerms({ field: name, values }: Leaf & { kind: 'terms' }, field: Field, index: string): Plan {
  switch (field.kind) {
    case 'keyword':
    case 'text':
      return { kind: 'terms', field: name, terms: values.map((value) => Buffer.from(String(value))) };
    case 'integer':
    case 'double':
      return { kind: 'numbers', field: name, values: values.map((value) => toNumber(value, index)) };
    case 'date': {
      const days = values.map((value): Plan => {
        const bound = { value, inclusive: true };
        return planRange(
          { kind: 'range', field: name, bounds: { low: bound, high: bound }, format: undefined },
          field,
          index,
        );
      });
      return { kind: 'bool', must: [], should: days, mustNot: [], minimum: 1 };
    }
    default:
      return field satisfies never;
  }
}

function toNumber(value: QueryValue, index: string): number {
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (typeof value === 'boolean' || Number.isNaN(number)) {
    const reason = `For input string: "${String(value)}"`;
    throw shardError(index, reason, { type: 'number_format_exception', reason });
  }
  return number;
}

function planRange(
  { field: name, bounds: { low, high }, format }: Leaf & { kind: 'range' },
  field: Field,
  index: string,
): Plan {
  switch (field.kind) {
    case 'keyword':
    case 'text': {
      const bound = (from: typeof low) =>
        from === undefined ? undefined : { term: Buffer.from(String(from.value)), inclusive: from.inclusive };
      return { kind: 'termRange', field: name, low: bound(low), high: bound(high) };
    }
    case 'integer':
    case 'double': {
      // the next representable double makes an exclusive bound inclusive
      const lowest = low === undefined ? Number.NEGATIVE_INFINITY : toNumber(low.value, index);
      const highest = high === undefined ? Number.POSITIVE_INFINITY : toNumber(high.value, index);
      return {
        kind: 'numberRange',
        field: name,
        low: low?.inclusive === false ? nextUp(lowest) : lowest,
        high: high?.inclusive === false ? -nextUp(-highest) : highest,
      };
    }
    case 'date': {
      const dateFormat = format === undefined ? field.format : checkFormat(format);
      const lowest = low === undefined ? MIN : checkNanosRange(toInstant(low.value, dateFormat, !low.inclusive));
      const highest = high === undefined ? MAX : checkNanosRange(toInstant(high.value, dateFormat, high.inclusive));
      return {
        kind: 'dateRange',
        field: name,
        low: low?.inclusive === false ? shift(lowest, 1) : lowest,
        high: high?.inclusive === false ? shift(highest, -1) : highest,
      };
    }
    default:
      return field satisfies never;
  }
}

const MIN: Instant = { millis: Number.NEGATIVE_INFINITY, nanos: 0 };
const MAX: Instant = { millis: Number.POSITIVE_INFINITY, nanos: 0 };

function shift({ millis, nanos }: Instant, by: 1 | -1): Instant {
  const moved = nanos + by;
  if (moved < 0) return { millis: millis - 1, nanos: 999_999 };
  return moved > 999_999 ? { millis: millis + 1, nanos: 0 } : { millis, nanos: moved };
}

/** The least double greater than `value`. */
export function nextUp(value: number): number {
  if (!Number.isFinite(value)) return value === Number.NEGATIVE_INFINITY ? -Number.MAX_VALUE : value;
  const view = new DataView(new ArrayBuffer(8));
  if (value === 0) return Number.MIN_VALUE;
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

/** Reads a date of a request. @throws parse_exception, as the date math parser */
export function toInstant(value: QueryValue, format: string, roundUp: boolean): Instant {
  try {
    return parseDate(String(value), format, roundUp);
  } catch (error) {
    if (!(error instanceof DateParseError)) throw error;
    throw new OpenSearchError(400, {
      type: 'parse_exception',
      reason: `${error.message}: [${error.message}]`,
      caused_by: error.causeChain,
    });
  }
}

function planPhrase({ field: name, value }: Leaf & { kind: 'phrase' }, field: Field, index: string): Plan {
  if (field.kind !== 'text') return planTerms({ kind: 'terms', field: name, values: [value] }, field, index);
  const { tokens, positions } = tokenize([value], field);
  if (tokens.length === 0) return { kind: 'none' };
  return { kind: 'phrase', field: name, terms: tokens.map((token) => Buffer.from(token)), offsets: positions };
}
