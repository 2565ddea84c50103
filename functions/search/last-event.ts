import { toIsoNano } from '../core/unix-nano.ts';
import type { LastResponse } from './api.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';
import { toReadQuery } from './selection.ts';

/** When the project's first and last event happened, and how many there are. */
export function makeLastEvent({ events, now }: ReadParts) {
  return async (_input: unknown, { caller: { project }, signal }: ReadCall): Promise<LastResponse> => {
    const startedAt = performance.now();
    const { selection } = toReadQuery({ query: '' }, now());
    const { total, first, last, ...found } = await events.extent(project, selection, { signal });
    return {
      last_event_at: last === undefined ? null : toIsoNano(last),
      first_event_at: first === undefined ? null : toIsoNano(first),
      total,
      took_ms: tookMillis(startedAt),
      ...toPartial(found, selection),
    };
  };
}
