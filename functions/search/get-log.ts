import type { StoredEvent } from '../adapters/event-store/port.ts';
import { Failure } from '../core/errors.ts';
import { EventId } from '../core/event-id.ts';
import type { ProjectId } from '../core/project.ts';
import type { LogEvent } from './api.ts';
import { toLogEvent } from './log-event.ts';
import type { ReadCall, ReadParts } from './search-logs.ts';

/** Reads one event by its id. */
export function makeGetLog({ events }: Pick<ReadParts, 'events'>) {
  return async ({ id }: { id: string }, { caller: { project }, signal }: ReadCall): Promise<LogEvent> =>
    toLogEvent((await findEvent(events, project, id, signal)).record, project);
}

/** @throws Failure `not_found`, for an event of another project as for one that is nowhere */
export async function findEvent(
  events: ReadParts['events'],
  project: ProjectId,
  id: string,
  signal: AbortSignal,
): Promise<StoredEvent> {
  const parsed = EventId.safeParse(id);
  const found = parsed.success ? await events.get(project, parsed.data, { signal }) : undefined;
  if (found === undefined) throw new Failure('not_found', `there is no event "${id.slice(0, 64)}" in this project`);
  return found;
}
