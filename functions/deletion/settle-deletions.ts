import type { DueTombstone } from '../adapters/tombstones/port.ts';
import { log } from '../core/log.ts';
import type { DeletionParts } from './parts.ts';

const PAGE = 100;

/**
 * Makes documents agree with their tombstones where a look is due: hides what was deleted, shows what was restored, removes what was
 * deleted and whose grace period is over.
 * @returns documents removed for good, and looks that failed and are still due
 */
export function makeSettleDeletions({ hider, tombstones, now }: Pick<DeletionParts, 'hider' | 'tombstones' | 'now'>) {
  return async (signal: AbortSignal): Promise<{ readonly purged: number; readonly failed: number }> => {
    let purged = 0;
    let failed = 0;
    while (!signal.aborted) {
      // those that failed stand before all others
      const due = (await tombstones.listDue(now(), failed + PAGE)).slice(failed);
      if (due.length === 0) break;
      for (const each of due) {
        if (signal.aborted) break;
        try {
          if (await settle(each, signal)) purged++;
        } catch (error) {
          failed++;
          log(
            'warn',
            'deletion of an event is not settled, the next run tries again',
            { 'tributary.event.id': each.id },
            error,
          );
        }
      }
    }
    return { purged, failed };
  };

  /** @returns whether an event is gone for good now */
  async function settle(due: DueTombstone, signal: AbortSignal): Promise<boolean> {
    const { project, id } = due;
    const tombstone = await tombstones.find(project, id);
    const moment = now();
    if (tombstone?.state === 'deleted' && moment < tombstone.purgeAt) {
      await hider.setHidden(project, [id], true, signal);
      await tombstones.settle(due, tombstone.purgeAt);
      return false;
    }
    if (tombstone?.state === 'restored') {
      await hider.setHidden(project, [id], false, signal);
      await tombstones.settle(due);
      return false;
    }
    const isNew = tombstone?.state === 'deleted';
    if (isNew) {
      const isPurged = await tombstones.purge(project, id, moment, {
        project,
        actor: { type: 'system', id: 'purge', name: 'purge' },
        action: 'log.purged',
        entityType: 'log',
        entityId: id,
        result: 'success',
      });
      if (!isPurged) throw new Error('the event was restored at this moment');
    }
    if (tombstone !== undefined) await hider.remove(project, [id], signal);
    await tombstones.settle(due);
    return isNew;
  }
}
