import { toMillis } from '../core/unix-nano.ts';
import type { TimeseriesInput, TimeseriesResponse } from './api.ts';
import { bucketStarts, toEndMillis } from './buckets.ts';
import { TimeRangeError } from './language/errors.ts';
import { parseStep } from './language/time.ts';
import { toPeriod } from './period.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';
import { toReadQuery } from './selection.ts';

const MAX_POINTS = 1_000;

/** Volume and errors in steps of time, none left out. */
export function makeTimeseries({ events, now }: ReadParts) {
  return async (input: TimeseriesInput, { caller: { project }, signal }: ReadCall): Promise<TimeseriesResponse> => {
    const startedAt = performance.now();
    const moment = now();
    const interval = parseStep(input.interval);
    if (interval === undefined)
      throw new TimeRangeError(
        `interval "${input.interval}" is no step of time, expected for example 30s, 5m, 1h or 1d`,
      );
    const { from, to } = toPeriod(input, moment);
    const starts = bucketStarts(toMillis(from), toEndMillis(to), interval, MAX_POINTS);
    const selection = { ...toReadQuery(input, moment).selection, from, to };
    const found = await events.histogram(project, selection, { intervalMillis: interval, by: 'level' }, { signal });
    const counted = new Map(found.buckets.map((bucket) => [bucket.time, bucket]));
    return {
      interval: input.interval,
      interval_ms: interval,
      points: starts.map((time) => {
        const { total = 0, counts = {} } = counted.get(time) ?? {};
        const errors = (counts.ERROR ?? 0) + (counts.FATAL ?? 0);
        return {
          timestamp: new Date(time).toISOString(),
          total,
          error_count: errors,
          error_rate: total === 0 ? 0 : Math.round((errors / total) * 1e6) / 1e6,
          by_level: { ...counts },
        };
      }),
      took_ms: tookMillis(startedAt),
      ...toPartial(found, selection),
    };
  };
}
