import { toIsoNano } from '../../core/unix-nano.ts';
import { boundRange } from '../histogram.ts';
import type { LogStats, LogStatsInput } from '../metrics-api.ts';
import { toPeriod } from '../period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from '../search-logs.ts';
import { toReadQuery } from '../selection.ts';
import { errorsIn, firstPartial, readPerformance, toCounts, toVolume, valuesOf } from './figures.ts';

/** Counts what is kept, or a period of it. */
export function makeLogStats({ events, now }: ReadParts) {
  return async (input: LogStatsInput, { caller: { project }, signal }: ReadCall): Promise<LogStats> => {
    const startedAt = performance.now();
    const moment = now();
    const { selection: asked } = toReadQuery(input, moment);
    const range =
      input.days === undefined && input.window === undefined
        ? await boundRange({ events }, project, asked, signal)
        : toPeriod(input, moment);
    const { from, to } = range;
    const selection = { ...asked, from, to };
    const requests = [valuesOf('level', 10), valuesOf('service', 1_000), valuesOf('environment', 100)];
    const [found, durations] = await Promise.all([
      events.facets(project, selection, requests, { signal }),
      readPerformance(events, project, selection, signal),
    ]);
    const [levels, services, environments] = found.facets;
    return {
      period: { from: toIsoNano(from), to: toIsoNano(to) },
      ...toVolume(found.total, errorsIn(levels), Number(BigInt(to) - BigInt(from)) / 60e9),
      active_services: services?.distinct.value ?? 0,
      by_level: toCounts(levels),
      by_service: toCounts(services),
      by_environment: toCounts(environments),
      performance: durations,
      took_ms: tookMillis(startedAt),
      ...toPartial(firstPartial([found]), selection),
    };
  };
}
