import type { Selection } from '../adapters/event-store/port.ts';
import { MAX_UNIX_NANO, toIsoNano, type UnixNano } from '../core/unix-nano.ts';
import type { SelectionInput } from './api.ts';
import type { Filter, Query } from './language/ast.ts';
import { InvalidTimeError, TimeRangeError } from './language/errors.ts';
import { parse } from './language/parser.ts';
import { compareNanos, parseTime, TIME_FORMS, type TimeSpan } from './language/time.ts';

/** Filter parameters, each of which is joined to the query. */
export const FILTER_PARAMETERS = [
  'service',
  'level',
  'environment',
  'status',
  'category',
  'ticket_id',
  'correlation_id',
  'trace_id',
] as const satisfies readonly (keyof SelectionInput)[];

/** A request's query with the events it selects. */
export interface ReadQuery {
  readonly query: Query;
  readonly selection: Selection;
}

const AROUND_NANOS = 15_000_000_000n;
const NOWHERE = { start: 0, end: 0 };

/**
 * Parses a request's query and joins its filter parameters and range to it.
 * @param now milliseconds since 1970
 * @throws QuerySyntaxError, QueryLimitError, InvalidTimeError, TimeRangeError
 */
export function toReadQuery(input: SelectionInput, now: number): ReadQuery {
  const query = parse(input.query);
  const filters = [query.filter, ...FILTER_PARAMETERS.flatMap((name) => parameterFilter(name, input[name]))];
  const needed = filters.filter(({ kind }) => kind !== 'all');
  const filter = needed.length > 1 ? ({ kind: 'and', operands: needed, span: query.filter.span } as const) : needed[0];
  return { query, selection: { filter: filter ?? query.filter, ...toRange(input, now), now } };
}

/** Any of a parameter's values, as equality. */
export function parameterFilter(field: string, values: readonly string[] | undefined): Filter[] {
  if (values === undefined || values.length === 0) return [];
  const operands = values.map((value) => ({ kind: 'match', field, value, span: NOWHERE }) as const);
  return [operands.length === 1 ? (operands[0] as Filter) : { kind: 'or', operands, span: NOWHERE }];
}

type Range = Pick<Selection, 'from' | 'to'>;

/** The range of event time that a request names. @throws InvalidTimeError, TimeRangeError */
export function toRange(input: Partial<SelectionInput>, now: number): Range {
  const from = oneOf('from', input.from, 'start_time', input.start_time);
  const to = oneOf('to', input.to, 'end_time', input.end_time);
  if (input.timestamp !== undefined) {
    if (from !== undefined || to !== undefined)
      throw new TimeRangeError('"timestamp" is a range by itself; give either it or "from" and "to"');
    const { start, end } = readTime('timestamp', input.timestamp, now);
    return { from: clamp(BigInt(start) - AROUND_NANOS), to: clamp(BigInt(end) + AROUND_NANOS) };
  }
  const start = from === undefined ? undefined : readTime('from', from, now).start;
  const end = to === undefined ? undefined : endOf(readTime('to', to, now));
  if (start !== undefined && end !== undefined && compareNanos(start, end) > 0) {
    throw new TimeRangeError(`range is upside down: from ${toIsoNano(start)} to ${toIsoNano(end)}`);
  }
  return { ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }) };
}

/** `to` is exclusive, so an instant ends where it begins; a day named whole ends with the day. */
const endOf = ({ start, end }: TimeSpan): UnixNano => (BigInt(end) - BigInt(start) > 1n ? clamp(BigInt(end)) : start);

function readTime(name: string, text: string, now: number): TimeSpan {
  const span = parseTime(text, now);
  if (span === undefined)
    throw new InvalidTimeError(`"${name}" is "${text}", expected ${TIME_FORMS.join(', ')}, within 1970 to 2262`);
  return span;
}

function oneOf(
  name: string,
  value: string | undefined,
  alias: string,
  aliased: string | undefined,
): string | undefined {
  if (value !== undefined && aliased !== undefined && value !== aliased) {
    throw new TimeRangeError(`"${name}" and "${alias}" are the same and differ here`);
  }
  return value ?? aliased;
}

const clamp = (nano: bigint): UnixNano =>
  String(nano < 0n ? 0n : nano > MAX_UNIX_NANO ? MAX_UNIX_NANO : nano) as UnixNano;
