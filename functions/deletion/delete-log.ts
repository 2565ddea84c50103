import { actorOf, auditOf } from '../core/audit.ts';
import { RetryLater } from '../core/errors.ts';
import { dayOf, type EventId, toDay } from '../core/event-id.ts';
import { type AuthenticatedCall, jsonReply, type Reply } from '../core/http.ts';
import type { DeletedLog } from './api.ts';
import { CHECK_AFTER_MILLIS, type DeletionParts, forgetCounts, noSuchEvent, parseId } from './parts.ts';

/** The stream keeps an event for three days, and its index may be of the day before or after. */
const MAY_ARRIVE_DAYS = 4;

/**
 * `DELETE /logs/{id}`. The tombstone comes first and is the truth; hiding the document follows it. *index* looks for tombstones after it
 * created documents, and this looks for the document after it wrote the tombstone, so whichever comes second sees the other: an event that
 * is deleted before it is stored stays hidden. What neither could finish, a look a minute later does.
 */
export function makeDeleteLog({ events, hider, tombstones, cache, graceMillis, archiveDays, now }: DeletionParts) {
  return async ({ id: asked }: { id: string }, call: AuthenticatedCall): Promise<DeletedLog | Reply> => {
    const id = parseId(asked);
    const { project } = call.caller;
    const deletedAt = now();
    const known = await tombstones.find(project, id);
    if (known?.state === 'purged') throw noSuchEvent(id);
    if (known?.state !== 'deleted') {
      const isThere = (await events.get(project, id, { signal: call.signal })) !== undefined;
      if (!isThere && !mayStillArrive(id, deletedAt)) throw noSuchEvent(id);
    }
    const purgeAt = deletedAt + graceMillis;
    const tombstone = await tombstones.delete({ project, id, deletedAt, purgeAt }, deletedAt + CHECK_AFTER_MILLIS, {
      ...auditOf(call, project, actorOf(call)),
      action: 'log.deleted',
      entityType: 'log',
      entityId: id,
      result: 'success',
      newValues: { restorable_until: new Date(purgeAt).toISOString() },
    });
    const isHidden = await succeeds(async () => (await hider.setHidden(project, [id], true, call.signal)).has(id));
    await forgetCounts({ cache }, project);
    const answer: DeletedLog = {
      id,
      status: isHidden ? 'deleted' : 'pending',
      deleted_at: new Date(tombstone.deletedAt).toISOString(),
      restorable_until: new Date(tombstone.purgeAt).toISOString(),
      archive_retention_days: archiveDays,
    };
    return isHidden ? answer : jsonReply(202, answer);
  };
}

/** Whether an event of this id may be on its way from the stream. */
const mayStillArrive = (id: EventId, now: number): boolean => Math.abs(dayOf(id) - toDay(now)) <= MAY_ARRIVE_DAYS;

/** What the store cannot do now is done at the next look. */
export async function succeeds(change: () => Promise<boolean>): Promise<boolean> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof RetryLater) return false;
    throw error;
  }
}
