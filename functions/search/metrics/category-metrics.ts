import type { Stats } from '../../adapters/event-store/port.ts';
import { toIsoNano } from '../../core/unix-nano.ts';
import { toGroup } from '../facets.ts';
import { QueryLimitError } from '../language/errors.ts';
import { fold } from '../language/words.ts';
import type { CategoryMetrics, CategoryMetricsInput } from '../metrics-api.ts';
import { toPeriod } from '../period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from '../search-logs.ts';
import { toReadQuery } from '../selection.ts';
import {
  anyStatus,
  FAILURES,
  firstPartial,
  rate,
  rounded,
  SUCCESSES,
  toChange,
  toFoldedCounts,
  valuesOf,
  WORKFLOWS,
  within,
} from './figures.ts';
import { toSteps } from './steps.ts';

const WEEK_MINUTES = 7 * 24 * 60;
const MOST = 1_000;
const MOST_STEPS = 10_000;
const TIME = 'execution_time_seconds';

/** Workflow executions by category. */
export function makeCategoryMetrics({ events, now }: ReadParts) {
  return async (input: CategoryMetricsInput, { caller: { project }, signal }: ReadCall): Promise<CategoryMetrics> => {
    const startedAt = performance.now();
    const moment = now();
    const { from, to, before } = toPeriod({ ...input, window: input.window ?? WEEK_MINUTES }, moment);
    const { interval, intervalMillis, starts } = toSteps({ from, to }, input.interval);
    const selection = within({ ...toReadQuery(input, moment).selection, from, to }, WORKFLOWS);
    const category = valuesOf('category', MOST);
    const group = toGroup('category');
    const measures = (['avg', 'p50', 'p95'] as const).map((fn) => ({ fn, key: TIME }));
    const [all, succeeded, failed, past, times, steps] = await Promise.all([
      events.facets(project, selection, [category], { signal }),
      events.facets(project, within(selection, anyStatus(SUCCESSES)), [category], { signal }),
      events.facets(project, within(selection, anyStatus(FAILURES)), [category], { signal }),
      events.facets(project, { ...selection, ...before }, [category], { signal }),
      events.stats(project, selection, { measures, groups: [group], limit: MOST }, { signal }),
      events.stats(
        project,
        selection,
        { measures: [], groups: [group, { by: 'time', stepMillis: intervalMillis }], limit: MOST_STEPS },
        { signal },
      ),
    ]);
    if (steps.omitted > 0)
      throw new QueryLimitError(
        `categories times steps of ${interval} are more than ${MOST_STEPS}; take a longer interval or a shorter period`,
      );
    const [succeededOf, failedOf, pastOf] = [succeeded, failed, past].map(({ facets }) => toFoldedCounts(facets[0]));
    const timesOf = new Map(times.rows.map(({ keys, values }) => [fold(String(keys[0])), values]));
    const stepsOf = toStepCounts(steps);
    return {
      period: { from: toIsoNano(from), to: toIsoNano(to) },
      interval,
      interval_ms: intervalMillis,
      items: (all.facets[0]?.values ?? []).slice(0, input.limit).map(({ value, count }) => {
        const name = fold(value);
        const [avg, p50, p95] = timesOf.get(name) ?? [];
        const successes = succeededOf?.get(name) ?? 0;
        return {
          category: value,
          count,
          success_count: successes,
          failure_count: failedOf?.get(name) ?? 0,
          success_rate: rate(successes, count),
          execution_time:
            typeof avg === 'number' && typeof p50 === 'number' && typeof p95 === 'number'
              ? {
                  avg: rounded(avg),
                  p50: rounded(p50),
                  p95: rounded(p95),
                  approximate: times.approximations !== undefined,
                }
              : null,
          ...toChange(count, pastOf?.get(name) ?? 0),
          trend: starts.map((time) => ({
            timestamp: new Date(time).toISOString(),
            count: stepsOf.get(name)?.get(time) ?? 0,
          })),
        };
      }),
      total: all.facets[0]?.distinct.value ?? 0,
      total_executions: all.total,
      success_rate: rate(succeeded.total, all.total),
      took_ms: tookMillis(startedAt),
      ...toPartial(firstPartial([all, succeeded, failed, past, times, steps]), selection),
    };
  };
}

/** Executions by category and step of time. */
function toStepCounts({ rows }: Stats): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const counts = new Map<string, Map<number, number>>();
  for (const { keys, count } of rows) {
    const name = fold(String(keys[0]));
    const steps = counts.get(name) ?? new Map<number, number>();
    counts.set(name, steps.set(Number(keys[1]), count));
  }
  return counts;
}
