import { toIsoNano } from '../../core/unix-nano.ts';
import type { ServiceMetrics, ServiceMetricsInput } from '../metrics-api.ts';
import { toPeriod } from '../period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from '../search-logs.ts';
import { toReadQuery } from '../selection.ts';
import {
  ERRORS,
  equals,
  errorsIn,
  firstPartial,
  healthOf,
  rate,
  readPerformance,
  toChange,
  toCounts,
  topErrors,
  toTopErrors,
  toVolume,
  valuesOf,
  within,
} from './figures.ts';

/** One service in a period. A service without events there is `silent`, not unknown: it may have spoken before. */
export function makeServiceMetrics({ events, now }: ReadParts) {
  return async (input: ServiceMetricsInput, { caller: { project }, signal }: ReadCall): Promise<ServiceMetrics> => {
    const startedAt = performance.now();
    const moment = now();
    const { from, to, before, minutes } = toPeriod(input, moment);
    const selection = within({ ...toReadQuery(input, moment).selection, from, to }, equals('service', input.name));
    const level = valuesOf('level', 10);
    const requests = [level, valuesOf('environment', 100), valuesOf('host', 100), valuesOf('service', 1, true)];
    const [all, errors, past, durations] = await Promise.all([
      events.facets(project, selection, requests, { signal }),
      events.facets(project, within(selection, ERRORS), [topErrors(10)], { signal }),
      events.facets(project, { ...selection, ...before }, [level], { signal }),
      readPerformance(events, project, selection, signal),
    ]);
    const [levels, environments, hosts, services] = all.facets;
    const newest = services?.values[0]?.newest;
    return {
      service: services?.values[0]?.value ?? input.name,
      period: { from: toIsoNano(from), to: toIsoNano(to) },
      ...toVolume(all.total, errors.total, minutes),
      health: healthOf(all.total, errors.total),
      last_seen: newest === undefined ? null : toIsoNano(newest.timeUnixNano),
      logs_by_level: toCounts(levels),
      environments: toCounts(environments),
      hosts: toCounts(hosts),
      top_errors: toTopErrors(errors.facets[0]),
      performance: durations,
      volume_change: toChange(all.total, past.total),
      error_rate_change: toChange(rate(errors.total, all.total), rate(errorsIn(past.facets[0]), past.total)),
      took_ms: tookMillis(startedAt),
      ...toPartial(firstPartial([all, errors, past]), selection),
    };
  };
}
