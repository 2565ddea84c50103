import type { Stats } from '../adapters/event-store/port.ts';
import type { StatsTable } from './api.ts';
import type { Column, Plan, RowStep } from './plan.ts';

type Cell = string | number | null;

/** Rows of statistics as the table that the pipes make of them. */
export function toTable({ columns, steps }: Extract<Plan, { kind: 'stats' }>, stats: Stats): StatsTable {
  const table = steps.reduce<Table>(applyStep, {
    columns,
    rows: stats.rows.map(({ keys, values }) => [
      ...keys.map((key, at) => (columns[at]?.kind === 'time' ? new Date(key).toISOString() : key)),
      ...values,
    ]),
  });
  return {
    columns: table.columns.map((column) => ({ ...column })),
    rows: table.rows.map((row) => [...row]),
    omitted: stats.omitted + stats.rows.length - table.rows.length,
    approximate: stats.approximations !== undefined,
    ...(stats.approximations && { approximation: toApproximation(stats.approximations) }),
  };
}

function toApproximation(all: NonNullable<Stats['approximations']>): StatsTable['approximation'] {
  const bounds = all.flatMap(({ bound }) => (bound === undefined ? [] : [bound]));
  const reason = all
    .map(({ reason: why, bound }) => (bound === undefined ? why : `${why}: at most ${Number(bound.toPrecision(3))}`))
    .join('; ');
  return { reason, ...(bounds.length > 0 && { error_bound: Math.max(...bounds) }) };
}

interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

function applyStep({ columns, rows }: Table, step: RowStep): Table {
  switch (step.kind) {
    case 'limit':
      return { columns, rows: rows.slice(0, step.count) };
    case 'fields':
      return {
        columns: step.columns.map((at) => columns[at] as Column),
        rows: rows.map((row) => step.columns.map((at) => row[at] as Cell)),
      };
    case 'sort':
      return {
        columns,
        rows: rows.toSorted((a, b) => {
          for (const { column, descending } of step.by) {
            const order = compareCells(a[column] as Cell, b[column] as Cell);
            if (order !== 0) return descending ? -order : order;
          }
          return 0;
        }),
      };
    default:
      return step satisfies never;
  }
}

/** Numbers as numbers, texts as texts; what is not there comes first. */
function compareCells(a: Cell, b: Cell): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
