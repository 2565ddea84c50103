import type { Facet, Partial as PartialAnswer, Selection } from '../adapters/event-store/port.ts';
import { WORKFLOW_EXECUTION } from '../core/log-record.ts';
import { toIsoNano } from '../core/unix-nano.ts';
import type { OverviewInput, OverviewResponse } from './api.ts';
import { toGroup } from './facets.ts';
import type { Filter } from './language/ast.ts';
import { fold } from './language/words.ts';
import { toPeriod } from './period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';
import { toReadQuery } from './selection.ts';

const NOWHERE = { start: 0, end: 0 };
const ERRORS: Filter = { kind: 'compare', field: 'level', op: '>=', value: 'error', span: NOWHERE };
const WORKFLOWS: Filter = { kind: 'match', field: 'event_name', value: WORKFLOW_EXECUTION, span: NOWHERE };

/** Words by which clients say that a workflow execution ended well or badly, folded. */
const SUCCESSES = ['success', 'succeeded', 'successful', 'completed', 'ok', 'resolved', 'passed'];
const FAILURES = ['failure', 'failed', 'error', 'errored', 'timeout', 'timed_out', 'cancelled', 'aborted', 'crashed'];

const SERVICES = 1_000;
const SHOWN = 10;

/** Numbers of a period beside those of the equally long one before. */
export function makeOverview({ events, now }: ReadParts) {
  return async (input: OverviewInput, { caller: { project }, signal }: ReadCall): Promise<OverviewResponse> => {
    const startedAt = performance.now();
    const moment = now();
    const { from, to, before, minutes } = toPeriod(input, moment);
    const { selection } = toReadQuery(input, moment);
    const period: Selection = { filter: selection.filter, from, to, now: moment };
    const previous: Selection = { ...period, ...before };
    const facets = (chosen: Selection, requests: Parameters<typeof events.facets>[2]) =>
      events.facets(project, chosen, requests, { signal });
    const service = { group: toGroup('service'), limit: SERVICES };
    const level = { group: toGroup('level'), limit: SHOWN };
    const category = { group: toGroup('category'), limit: SERVICES };
    const status = { group: toGroup('status'), limit: SERVICES };
    const [all, errors, past, executions, failures] = await Promise.all([
      facets(period, [level, service]),
      facets(and(period, ERRORS), [service, { group: { by: 'errorMessage' }, limit: 5, newest: true }]),
      facets(previous, [level, service]),
      facets(and(period, WORKFLOWS), [status, category]),
      facets(and(period, WORKFLOWS, anyStatus(FAILURES)), [category]),
    ]);
    const time =
      executions.total === 0
        ? undefined
        : await averageExecution({ events }, and(period, WORKFLOWS), { caller: { project }, signal } as ReadCall);
    const errorsOf = new Map(errors.facets[0]?.values.map(({ value, count }) => [fold(value), count]));
    const failuresOf = new Map(failures.facets[0]?.values.map(({ value, count }) => [fold(value), count]));
    const statuses = executions.facets[0]?.values ?? [];
    const partial: PartialAnswer | undefined = [all, errors, past, executions, failures].find(
      (answer) => answer.partial,
    )?.partial;
    return {
      period: { from: toIsoNano(from), to: toIsoNano(to) },
      total_logs: all.total,
      logs_per_minute: rounded(all.total / minutes),
      logs_per_second: rounded(all.total / minutes / 60),
      active_services: all.facets[1]?.distinct.value ?? 0,
      error_count: errors.total,
      error_rate: rate(errors.total, all.total),
      logs_by_level: toRecord(all.facets[0]),
      logs_by_service: (all.facets[1]?.values ?? []).map(({ value, count }) => {
        const errorCount = errorsOf.get(fold(value)) ?? 0;
        return { service: value, count, error_count: errorCount, error_rate: rate(errorCount, count) };
      }),
      top_errors: (errors.facets[1]?.values ?? []).map(({ value, count, newest }) => {
        const name = newest?.resource['service.name'];
        return {
          message: value,
          count,
          service: typeof name === 'string' ? name : null,
          last_seen: newest === undefined ? null : toIsoNano(newest.timeUnixNano),
        };
      }),
      previous: {
        total_logs: past.total,
        logs_per_minute: rounded(past.total / minutes),
        active_services: past.facets[1]?.distinct.value ?? 0,
        error_rate: rate(errorsIn(past.facets[0]), past.total),
      },
      ...(executions.total > 0 && {
        success_rate: rate(
          statuses.filter(({ value }) => SUCCESSES.includes(fold(value))).reduce((sum, { count }) => sum + count, 0),
          executions.total,
        ),
      }),
      ...(time !== undefined && { avg_execution_time: rounded(time) }),
      categories: (executions.facets[1]?.values ?? []).map(({ value, count }) => ({
        category: value,
        count,
        failures: failuresOf.get(fold(value)) ?? 0,
      })),
      took_ms: tookMillis(startedAt),
      ...toPartial(partial === undefined ? {} : { partial }, period),
    };
  };
}

async function averageExecution(
  { events }: Pick<ReadParts, 'events'>,
  selection: Selection,
  { caller, signal }: ReadCall,
): Promise<number | undefined> {
  const measures = [{ fn: 'avg', key: 'execution_time_seconds' } as const];
  const { rows } = await events.stats(caller.project, selection, { measures, groups: [], limit: 1 }, { signal });
  return rows[0]?.values[0] ?? undefined;
}

const and = (selection: Selection, ...filters: readonly Filter[]): Selection => ({
  ...selection,
  filter: { kind: 'and', operands: [selection.filter, ...filters], span: NOWHERE },
});

const anyStatus = (words: readonly string[]): Filter => ({
  kind: 'or',
  operands: words.map((value) => ({ kind: 'match', field: 'status', value, span: NOWHERE })),
  span: NOWHERE,
});

const toRecord = (facet: Facet | undefined): Record<string, number> =>
  Object.fromEntries((facet?.values ?? []).map(({ value, count }) => [value, count]));

const errorsIn = (levels: Facet | undefined): number =>
  (levels?.values ?? [])
    .filter(({ value }) => value === 'ERROR' || value === 'FATAL')
    .reduce((sum, { count }) => sum + count, 0);

const rate = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 1e6) / 1e6);
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
