import type { StatsRequest } from '../adapters/event-store/port.ts';
import { toGroup } from './facets.ts';
import type { Grouping, Measure, Pipe, Query } from './language/ast.ts';
import { QuerySyntaxError, type Span } from './language/errors.ts';
import { resolveField } from './language/fields.ts';
import { printMeasure } from './language/printer.ts';
import { parseStep } from './language/time.ts';

/** What a query's pipes ask for. */
export type Plan =
  | {
      readonly kind: 'events';
      readonly order?: 'asc' | 'desc';
      /** Events at most, over all pages. */
      readonly limit?: number;
      /** Columns to show. */
      readonly columns?: readonly string[];
    }
  | {
      readonly kind: 'stats';
      readonly request: StatsRequest;
      readonly columns: readonly Column[];
      /** Applied in order to the rows. */
      readonly steps: readonly RowStep[];
    };

export interface Column {
  readonly name: string;
  readonly kind: 'group' | 'time' | 'measure';
}

/** What is done with a table; columns are told by their positions. */
export type RowStep =
  | { readonly kind: 'sort'; readonly by: readonly { readonly column: number; readonly descending: boolean }[] }
  | { readonly kind: 'limit'; readonly count: number }
  | { readonly kind: 'fields'; readonly columns: readonly number[] };

/** Groups computed at most; what a `limit` keeps of them may depend on a `sort`. */
const MAX_GROUPS = 10_000;

/** Makes sense of a query's pipes. @throws QuerySyntaxError for a column or order that there is none of */
export function toPlan({ pipes }: Query): Plan {
  const [first, ...rest] = pipes;
  if (first?.kind === 'stats') return statsPlan(first.measures, first.groups, rest, first.span);
  if (first?.kind === 'top') {
    const count: Measure = { fn: 'count', field: null };
    const steps: Pipe[] = [{ kind: 'limit', count: first.limit, span: first.span }, ...rest];
    return statsPlan([count], [{ by: 'field', field: first.field }], steps, first.span);
  }
  return eventsPlan(pipes);
}

function statsPlan(
  measures: readonly Measure[],
  groups: readonly Grouping[],
  pipes: readonly Pipe[],
  span: Span,
): Plan {
  let columns: readonly Column[] = [
    ...groups.map(
      (group): Column =>
        group.by === 'time' ? { name: `time(${group.step})`, kind: 'time' } : { name: group.field, kind: 'group' },
    ),
    ...measures.map((measure): Column => ({ name: printMeasure(measure), kind: 'measure' })),
  ];
  const all = columns;
  const steps = pipes.map((pipe): RowStep => {
    if (pipe.kind === 'limit') return { kind: 'limit', count: pipe.count };
    if (pipe.kind === 'sort') {
      return {
        kind: 'sort',
        by: pipe.by.map(({ column, descending }) => ({ column: positionOf(column, columns, pipe.span), descending })),
      };
    }
    if (pipe.kind !== 'fields')
      throw new QuerySyntaxError(`"${pipe.kind}" must be the first pipe`, pipe.span, pipe.kind, [
        'sort',
        'limit',
        'fields',
      ]);
    const kept = pipe.names.map((name) => positionOf(name, columns, pipe.span));
    columns = kept.map((position) => columns[position] as Column);
    return { kind: 'fields', columns: kept };
  });
  return {
    kind: 'stats',
    columns: all,
    steps,
    request: {
      limit: MAX_GROUPS,
      measures: measures.map(({ fn, field }) => ({ fn, key: field === null ? null : keyOf(field, span) })),
      groups: groups.map((group) => {
        if (group.by === 'time') return { by: 'time', stepMillis: parseStep(group.step) as number };
        return groupOf(group.field, span);
      }),
    },
  };
}

function positionOf(name: string, columns: readonly Column[], span: Span): number {
  const position = columns.findIndex((column) => column.name === name || (column.kind === 'time' && name === 'time'));
  if (position >= 0) return position;
  const names = columns.map((column) => column.name);
  throw new QuerySyntaxError(`"${name}" is no column, expected ${names.join(', ')}`, span, name, names);
}

function groupOf(field: string, span: Span) {
  const { kind } = resolveField(field);
  if (kind === 'attribute' || kind === 'level') return toGroup(field);
  throw new QuerySyntaxError(`"${field}" cannot be grouped by`, span, field, ['an attribute', 'level', 'time(5m)']);
}

function keyOf(field: string, span: Span): string {
  const target = resolveField(field);
  if (target.kind === 'attribute') return target.key;
  throw new QuerySyntaxError(`"${field}" cannot be measured`, span, field, ['an attribute']);
}

function eventsPlan(pipes: readonly Pipe[]): Plan {
  let plan: Extract<Plan, { kind: 'events' }> = { kind: 'events' };
  for (const pipe of pipes) {
    if (pipe.kind === 'limit') plan = { ...plan, limit: Math.min(plan.limit ?? pipe.count, pipe.count) };
    else if (pipe.kind === 'fields') plan = { ...plan, columns: pipe.names };
    else if (pipe.kind === 'sort') {
      const [by] = pipe.by;
      const target = by && resolveField(by.column);
      if (
        pipe.by.length !== 1 ||
        by === undefined ||
        target?.kind !== 'time' ||
        target.of !== 'time' ||
        plan.limit !== undefined
      ) {
        throw new QuerySyntaxError('events are sorted by time only, before a limit', pipe.span, by?.column ?? '', [
          'sort time',
          'sort time desc',
        ]);
      }
      plan = { ...plan, order: by.descending ? 'desc' : 'asc' };
    }
  }
  return plan;
}
