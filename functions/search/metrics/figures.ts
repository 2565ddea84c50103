/** What the metrics share: filters, shares and shapes of figures. */
import type { EventReader, Facet, FacetRequest, Facets, Selection, Stats } from '../../adapters/event-store/port.ts';
import { WORKFLOW_EXECUTION } from '../../core/log-record.ts';
import type { ProjectId } from '../../core/project.ts';
import { toIsoNano } from '../../core/unix-nano.ts';
import { toGroup } from '../facets.ts';
import type { Filter } from '../language/ast.ts';
import { fold } from '../language/words.ts';
import type { Distribution, Health } from '../metrics-api.ts';

const NOWHERE = { start: 0, end: 0 };
export const ERRORS: Filter = { kind: 'compare', field: 'level', op: '>=', value: 'error', span: NOWHERE };
export const WORKFLOWS: Filter = { kind: 'match', field: 'event_name', value: WORKFLOW_EXECUTION, span: NOWHERE };

/** Words by which clients say that a workflow execution ended well or badly, folded. */
export const SUCCESSES = ['success', 'succeeded', 'successful', 'completed', 'ok', 'resolved', 'passed'];
export const FAILURES = [
  'failure',
  'failed',
  'error',
  'errored',
  'timeout',
  'timed_out',
  'cancelled',
  'aborted',
  'crashed',
];

/** Events of a selection that match these, too. */
export const within = (selection: Selection, ...filters: readonly Filter[]): Selection => ({
  ...selection,
  filter: { kind: 'and', operands: [selection.filter, ...filters], span: NOWHERE },
});

export const equals = (field: string, value: string): Filter => ({ kind: 'match', field, value, span: NOWHERE });

export const anyStatus = (words: readonly string[]): Filter => ({
  kind: 'or',
  operands: words.map((word) => equals('status', word)),
  span: NOWHERE,
});

/** The most frequent values of a field. */
export const valuesOf = (field: string, limit: number, newest = false): FacetRequest => ({
  group: toGroup(field),
  limit,
  newest,
});

/** The most frequent messages of errors. */
export const topErrors = (limit: number): FacetRequest => ({ group: { by: 'errorMessage' }, limit, newest: true });

/** Part of a whole, to a millionth. */
export const rate = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 1e6) / 1e6);

/** To a thousandth. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

export const toCounts = (facet: Facet | undefined): Record<string, number> =>
  Object.fromEntries((facet?.values ?? []).map(({ value, count }) => [value, count]));

/** Counts by value without regard to case. */
export const toFoldedCounts = (facet: Facet | undefined): ReadonlyMap<string, number> =>
  new Map(facet?.values.map(({ value, count }) => [fold(value), count]));

/** Errors by a facet of levels. */
export const errorsIn = (levels: Facet | undefined): number =>
  (levels?.values ?? [])
    .filter(({ value }) => value === 'ERROR' || value === 'FATAL')
    .reduce((sum, { count }) => sum + count, 0);

export const toTopErrors = (facet: Facet | undefined) =>
  (facet?.values ?? []).map(({ value, count, newest }) => {
    const service = newest?.resource['service.name'];
    return {
      message: value,
      count,
      service: typeof service === 'string' ? service : null,
      last_seen: newest === undefined ? null : toIsoNano(newest.timeUnixNano),
    };
  });

/** Services with their errors, by a facet with newest events and one of the errors. */
export const toServices = (all: Facet | undefined, errors: Facet | undefined) => {
  const errorsOf = toFoldedCounts(errors);
  return (all?.values ?? []).map(({ value, count, newest }) => {
    const errorCount = errorsOf.get(fold(value)) ?? 0;
    return {
      service: value,
      count,
      error_count: errorCount,
      error_rate: rate(errorCount, count),
      health: healthOf(count, errorCount),
      last_seen: newest === undefined ? null : toIsoNano(newest.timeUnixNano),
    };
  });
};

export function healthOf(count: number, errors: number): Health {
  if (count === 0) return 'silent';
  const share = errors / count;
  return share >= 0.05 ? 'unhealthy' : share >= 0.01 ? 'degraded' : 'healthy';
}

/** A number beside that of the period before. */
export const toChange = (current: number, previous: number): { previous: number; change: number | null } => ({
  previous,
  change: previous === 0 ? null : rounded((current - previous) / previous),
});

/** Numbers of a period of events. */
export const toVolume = (total: number, errors: number, minutes: number) => ({
  total_logs: total,
  logs_per_minute: minutes === 0 ? 0 : rounded(total / minutes),
  logs_per_second: minutes === 0 ? 0 : rounded(total / minutes / 60),
  error_count: errors,
  error_rate: rate(errors, total),
});

const DISTRIBUTION = ['count', 'avg', 'min', 'max', 'p50', 'p95', 'p99'] as const;

/** How a numeric attribute is distributed over the selected events; null where none has it. */
async function distributionOf(
  events: EventReader,
  project: ProjectId,
  selection: Selection,
  key: string,
  signal: AbortSignal,
): Promise<Distribution | null> {
  const having = within(selection, { kind: 'exists', field: key, span: NOWHERE });
  const measures = DISTRIBUTION.map((fn) => ({ fn, key }));
  const { rows, approximations } = await events.stats(project, having, { measures, groups: [], limit: 1 }, { signal });
  const values = rows[0]?.values;
  // without any number among the values every figure but the count is null
  if (values === undefined || values[1] === null || values[1] === undefined) return null;
  const figures = DISTRIBUTION.map((name, at) => [name, name === 'count' ? values[at] : rounded(values[at] as number)]);
  return { ...Object.fromEntries(figures), approximate: approximations !== undefined };
}

/** Durations of workflow executions, and of what else names one. */
export async function readPerformance(
  events: EventReader,
  project: ProjectId,
  selection: Selection,
  signal: AbortSignal,
) {
  const [executions, durations] = await Promise.all([
    distributionOf(events, project, selection, 'execution_time_seconds', signal),
    distributionOf(events, project, selection, 'duration_ms', signal),
  ]);
  return { execution_time_seconds: executions, duration_ms: durations };
}

/** Which of several answers is partial, if any. */
export const firstPartial = (answers: readonly Pick<Facets | Stats, 'partial'>[]): Pick<Facets, 'partial'> => {
  const partial = answers.find((answer) => answer.partial !== undefined)?.partial;
  return partial === undefined ? {} : { partial };
};
