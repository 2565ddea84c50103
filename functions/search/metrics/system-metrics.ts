import { toIsoNano } from '../../core/unix-nano.ts';
import type { SystemMetrics, SystemMetricsInput } from '../metrics-api.ts';
import { toPeriod } from '../period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from '../search-logs.ts';
import { toReadQuery } from '../selection.ts';
import {
  ERRORS,
  errorsIn,
  firstPartial,
  healthOf,
  rate,
  toChange,
  toCounts,
  toServices,
  toVolume,
  valuesOf,
  within,
} from './figures.ts';

/** All services together, and each with its health. */
export function makeSystemMetrics({ events, now }: ReadParts) {
  return async (input: SystemMetricsInput, { caller: { project }, signal }: ReadCall): Promise<SystemMetrics> => {
    const startedAt = performance.now();
    const moment = now();
    const { from, to, before, minutes } = toPeriod(input, moment);
    const selection = { ...toReadQuery(input, moment).selection, from, to };
    const level = valuesOf('level', 10);
    const requests = [level, valuesOf('service', 100, true), valuesOf('environment', 100), valuesOf('host', 1)];
    const [all, errors, past] = await Promise.all([
      events.facets(project, selection, requests, { signal }),
      events.facets(project, within(selection, ERRORS), [valuesOf('service', 1_000)], { signal }),
      events.facets(project, { ...selection, ...before }, [level], { signal }),
    ]);
    const [levels, services, environments, hosts] = all.facets;
    return {
      period: { from: toIsoNano(from), to: toIsoNano(to) },
      ...toVolume(all.total, errors.total, minutes),
      health: healthOf(all.total, errors.total),
      active_services: services?.distinct.value ?? 0,
      active_hosts: hosts?.distinct.value ?? 0,
      logs_by_level: toCounts(levels),
      environments: toCounts(environments),
      services: toServices(services, errors.facets[0]),
      volume_change: toChange(all.total, past.total),
      error_rate_change: toChange(rate(errors.total, all.total), rate(errorsIn(past.facets[0]), past.total)),
      took_ms: tookMillis(startedAt),
      ...toPartial(firstPartial([all, errors, past]), selection),
    };
  };
}
