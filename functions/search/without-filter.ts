import type { Selection } from '../adapters/event-store/port.ts';
import type { ProjectId } from '../core/project.ts';
import type { SelectionInput, WithoutFilterResponse } from './api.ts';
import type { Filter } from './language/ast.ts';
import { isKnownField } from './language/fields.ts';
import { parse } from './language/parser.ts';
import { print, printFilter } from './language/printer.ts';
import { type ReadCall, type ReadParts, tookMillis } from './search-logs.ts';
import { FILTER_PARAMETERS, toReadQuery } from './selection.ts';

type Item = WithoutFilterResponse['items'][number];
const NOWHERE = { start: 0, end: 0 };
const MAX_ITEMS = 20;

/** Counts what there would be without each of the filters: what an empty page offers to do. */
export function makeWithoutFilter({ events, now }: ReadParts) {
  return async (input: SelectionInput, { caller: { project }, signal }: ReadCall): Promise<WithoutFilterResponse> => {
    const startedAt = performance.now();
    const moment = now();
    const count = (selection: Selection) => counted(events, project, selection, signal);
    const items = alternatives(input, moment)
      .slice(0, MAX_ITEMS)
      .map(async ({ selection, ...item }): Promise<Item> => ({ ...item, ...(await count(selection)) }));
    const done = await Promise.all(items);
    return { items: done, took_ms: tookMillis(startedAt), partial: done.some((item) => item.count_relation === 'gte') };
  };
}

async function counted(events: ReadParts['events'], project: ProjectId, selection: Selection, signal: AbortSignal) {
  const { total } = await events.page(project, selection, { order: 'desc', limit: 1, count: true }, { signal });
  return { count: total?.value ?? 0, count_relation: total?.relation ?? ('eq' as const) };
}

/** Each request that lacks one filter of the given one. */
function alternatives(
  input: SelectionInput,
  now: number,
): (Omit<Item, 'count' | 'count_relation'> & { selection: Selection })[] {
  const { filter, pipes } = parse(input.query);
  const without = (changed: SelectionInput) => toReadQuery(changed, now).selection;
  const withFilter = (changed: Filter) => print({ filter: changed, pipes });
  const terms = filter.kind === 'and' ? filter.operands : filter.kind === 'all' ? [] : [filter];
  const rest = (left: readonly Filter[]): Filter =>
    left.length === 0
      ? { kind: 'all', span: NOWHERE }
      : left.length === 1
        ? (left[0] as Filter)
        : { kind: 'and', operands: left, span: NOWHERE };
  const found = terms.flatMap((term, at) => {
    const query = withFilter(rest(terms.filter((_, index) => index !== at)));
    const removed = {
      filter: printFilter(term),
      kind: 'term' as const,
      query,
      selection: without({ ...input, query }),
    };
    const text = asText(term);
    if (text === undefined) return [removed];
    const replaced = withFilter(rest(terms.map((other, index) => (index === at ? text : other))));
    return [
      removed,
      {
        filter: printFilter(term),
        kind: 'as_text' as const,
        query: replaced,
        selection: without({ ...input, query: replaced }),
      },
    ];
  });
  const parameters = FILTER_PARAMETERS.filter((name) => (input[name]?.length ?? 0) > 0).map((name) => ({
    filter: `${name}=${input[name]?.join(',')}`,
    kind: 'parameter' as const,
    query: input.query,
    selection: without({ ...input, [name]: undefined }),
  }));
  const { from: _from, to: _to, start_time: _start, end_time: _end, timestamp: _around, ...open } = input;
  const ranged =
    Object.keys(open).length <
    Object.keys(input).filter((name) => input[name as keyof SelectionInput] !== undefined).length;
  const range = ranged
    ? [{ filter: 'range', kind: 'range' as const, query: input.query, selection: without(open) }]
    : [];
  return [...found, ...parameters, ...range];
}

/** `name:value` of no known field, as the text it may have been meant as (`example.org:8080`). */
function asText(term: Filter): Filter | undefined {
  if (term.kind !== 'match' || term.field === null || isKnownField(term.field)) return undefined;
  return { kind: 'match', field: null, value: `${term.field}:${term.value}`, span: term.span };
}
