import { actorOf, auditOf } from '../core/audit.ts';
import { type AuthenticatedCall, jsonReply, type Reply } from '../core/http.ts';
import type { RestoredLog } from './api.ts';
import { succeeds } from './delete-log.ts';
import { CHECK_AFTER_MILLIS, type DeletionParts, forgetCounts, noSuchEvent, parseId } from './parts.ts';

/** `POST /logs/{id}/restore` */
export function makeRestoreLog({ hider, tombstones, cache, now }: DeletionParts) {
  return async ({ id: asked }: { id: string }, call: AuthenticatedCall): Promise<RestoredLog | Reply> => {
    const id = parseId(asked);
    const { project } = call.caller;
    const moment = now();
    const isRestored = await tombstones.restore(project, id, moment, moment + CHECK_AFTER_MILLIS, {
      ...auditOf(call, project, actorOf(call)),
      action: 'log.restored',
      entityType: 'log',
      entityId: id,
      result: 'success',
    });
    // never deleted, deleted by another project, or gone: all the same to the caller
    if (!isRestored) throw noSuchEvent(id);
    const isShown = await succeeds(async () => (await hider.setHidden(project, [id], false, call.signal)).has(id));
    await forgetCounts({ cache }, project);
    const answer: RestoredLog = { id, status: isShown ? 'restored' : 'pending' };
    return isShown ? answer : jsonReply(202, answer);
  };
}
