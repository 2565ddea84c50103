import type { Selection } from '../adapters/event-store/port.ts';
import type { ProjectId } from '../core/project.ts';
import { fromMillis, toIsoNano, toMillis, type UnixNano } from '../core/unix-nano.ts';
import type { HistogramInput, HistogramResponse } from './api.ts';
import { bucketStarts, plainInterval, toEndMillis } from './buckets.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';
import { toReadQuery } from './selection.ts';

/** Counts the events of a query over its range, in at most so many buckets. */
export function makeHistogram({ events, now }: ReadParts) {
  return async (input: HistogramInput, { caller: { project }, signal }: ReadCall): Promise<HistogramResponse> => {
    const startedAt = performance.now();
    const { selection } = toReadQuery(input, now());
    const { from, to } = await boundRange({ events }, project, selection, signal);
    const interval = plainInterval(toMillis(from), toEndMillis(to), input.buckets);
    const { buckets, total, ...found } = await events.histogram(
      project,
      { ...selection, from, to },
      { intervalMillis: interval, ...(input.by === 'level' && { by: 'level' }) },
      { signal },
    );
    const counted = new Map(buckets.map((bucket) => [bucket.time, bucket]));
    return {
      interval_ms: interval,
      from: toIsoNano(from),
      to: toIsoNano(to),
      buckets: bucketStarts(toMillis(from), toEndMillis(to), interval, input.buckets + 1).map((time) => ({
        time: new Date(time).toISOString(),
        total: counted.get(time)?.total ?? 0,
        counts: { ...counted.get(time)?.counts },
      })),
      total,
      took_ms: tookMillis(startedAt),
      ...toPartial(found, selection),
    };
  };
}

/** A range with both ends: what the request leaves open ends with the events themselves. */
export async function boundRange(
  { events }: Pick<ReadParts, 'events'>,
  project: ProjectId,
  selection: Selection,
  signal: AbortSignal,
): Promise<{ from: UnixNano; to: UnixNano }> {
  const { from, to, now } = selection;
  if (from !== undefined && to !== undefined) return { from, to };
  const { first, last } = await events.extent(project, selection, { signal });
  const end = to ?? (last === undefined ? fromMillis(now) : (String(BigInt(last) + 1n) as UnixNano));
  return { from: from ?? first ?? end, to: end };
}
