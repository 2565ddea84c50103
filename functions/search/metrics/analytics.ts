import { toIsoNano } from '../../core/unix-nano.ts';
import type { Analytics, AnalyticsInput } from '../metrics-api.ts';
import { toPeriod } from '../period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from '../search-logs.ts';
import { toReadQuery } from '../selection.ts';
import {
  ERRORS,
  errorsIn,
  firstPartial,
  rate,
  readPerformance,
  toChange,
  topErrors,
  toServices,
  toTopErrors,
  toVolume,
  valuesOf,
  within,
} from './figures.ts';
import { toSteps } from './steps.ts';

const SHOWN = 10;

/** Trends of a period, and how it stands beside the one before. */
export function makeAnalytics({ events, now }: ReadParts) {
  return async (input: AnalyticsInput, { caller: { project }, signal }: ReadCall): Promise<Analytics> => {
    const startedAt = performance.now();
    const moment = now();
    const { from, to, before, minutes } = toPeriod({ ...input, window: input.window ?? 24 * 60 }, moment);
    const { interval, intervalMillis, starts } = toSteps({ from, to }, input.interval);
    const selection = { ...toReadQuery(input, moment).selection, from, to };
    const level = valuesOf('level', 10);
    const control = { signal };
    const [histogram, all, errors, past, durations] = await Promise.all([
      events.histogram(project, selection, { intervalMillis, by: 'level' }, control),
      events.facets(project, selection, [level, valuesOf('service', SHOWN, true)], control),
      events.facets(project, within(selection, ERRORS), [valuesOf('service', 1_000), topErrors(SHOWN)], control),
      events.facets(project, { ...selection, ...before }, [level], control),
      readPerformance(events, project, selection, signal),
    ]);
    const counted = new Map(histogram.buckets.map((bucket) => [bucket.time, bucket]));
    const pastErrors = errorsIn(past.facets[0]);
    return {
      period: { from: toIsoNano(from), to: toIsoNano(to) },
      ...toVolume(all.total, errors.total, minutes),
      interval,
      interval_ms: intervalMillis,
      trend: starts.map((time) => {
        const { total = 0, counts = {} } = counted.get(time) ?? {};
        const count = (counts.ERROR ?? 0) + (counts.FATAL ?? 0);
        return {
          timestamp: new Date(time).toISOString(),
          total,
          error_count: count,
          error_rate: rate(count, total),
        };
      }),
      volume_change: toChange(all.total, past.total),
      error_rate_change: toChange(rate(errors.total, all.total), rate(pastErrors, past.total)),
      top_services: toServices(all.facets[1], errors.facets[0]),
      top_errors: toTopErrors(errors.facets[1]),
      performance: durations,
      took_ms: tookMillis(startedAt),
      ...toPartial(firstPartial([histogram, all, errors, past]), selection),
    };
  };
}
