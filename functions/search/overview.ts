import type { Selection } from '../adapters/event-store/port.ts';
import { toIsoNano } from '../core/unix-nano.ts';
import type { OverviewInput, OverviewResponse } from './api.ts';
import { fold } from './language/words.ts';
import {
  anyStatus,
  ERRORS,
  errorsIn,
  FAILURES,
  firstPartial,
  rate,
  rounded,
  SUCCESSES,
  toCounts,
  toFoldedCounts,
  topErrors,
  toTopErrors,
  valuesOf,
  WORKFLOWS,
  within,
} from './metrics/figures.ts';
import { toPeriod } from './period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';
import { toReadQuery } from './selection.ts';

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
    const service = valuesOf('service', SERVICES);
    const level = valuesOf('level', SHOWN);
    const category = valuesOf('category', SERVICES);
    const status = valuesOf('status', SERVICES);
    const [all, errors, past, executions, failures] = await Promise.all([
      facets(period, [level, service]),
      facets(within(period, ERRORS), [service, topErrors(5)]),
      facets(previous, [level, service]),
      facets(within(period, WORKFLOWS), [status, category]),
      facets(within(period, WORKFLOWS, anyStatus(FAILURES)), [category]),
    ]);
    const time =
      executions.total === 0
        ? undefined
        : await averageExecution({ events }, within(period, WORKFLOWS), { caller: { project }, signal } as ReadCall);
    const errorsOf = toFoldedCounts(errors.facets[0]);
    const failuresOf = toFoldedCounts(failures.facets[0]);
    const statuses = executions.facets[0]?.values ?? [];
    return {
      period: { from: toIsoNano(from), to: toIsoNano(to) },
      total_logs: all.total,
      logs_per_minute: rounded(all.total / minutes),
      logs_per_second: rounded(all.total / minutes / 60),
      active_services: all.facets[1]?.distinct.value ?? 0,
      error_count: errors.total,
      error_rate: rate(errors.total, all.total),
      logs_by_level: toCounts(all.facets[0]),
      logs_by_service: (all.facets[1]?.values ?? []).map(({ value, count }) => {
        const errorCount = errorsOf.get(fold(value)) ?? 0;
        return { service: value, count, error_count: errorCount, error_rate: rate(errorCount, count) };
      }),
      top_errors: toTopErrors(errors.facets[1]),
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
      ...toPartial(firstPartial([all, errors, past, executions, failures]), period),
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
