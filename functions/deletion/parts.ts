import type { AnswerCache } from '../adapters/answer-cache/port.ts';
import type { EventHider, EventReader } from '../adapters/event-store/port.ts';
import type { Tombstones } from '../adapters/tombstones/port.ts';
import { Failure } from '../core/errors.ts';
import { EventId } from '../core/event-id.ts';
import { log } from '../core/log.ts';
import type { ProjectId } from '../core/project.ts';

/** What deleting and restoring stand on. */
export interface DeletionParts {
  readonly events: Pick<EventReader, 'get'>;
  readonly hider: EventHider;
  readonly tombstones: Tombstones;
  /** Holds counts that a change makes wrong. */
  readonly cache: Pick<AnswerCache, 'clear'>;
  /** How long a deleted event can be restored. */
  readonly graceMillis: number;
  readonly archiveDays: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** When a document is looked at again after a change: what was going on at the change is over by then. */
export const CHECK_AFTER_MILLIS = 60_000;

/** An event of another project and one that is nowhere look the same. */
export const noSuchEvent = (id: string): Failure =>
  new Failure('not_found', `there is no event "${id.slice(0, 64)}" in this project`);

/** @throws Failure `not_found` for what can be no event's id */
export function parseId(id: string): EventId {
  const { data } = EventId.safeParse(id);
  if (data === undefined) throw noSuchEvent(id);
  return data;
}

/** Cached counts outlive a change by their lifetime at most where the cache is away: no reason to refuse the change. */
export async function forgetCounts({ cache }: Pick<DeletionParts, 'cache'>, project: ProjectId): Promise<void> {
  try {
    await cache.clear(project);
  } catch (error) {
    log('warn', 'cached counts are not forgotten, they end by themselves', {}, error);
  }
}
