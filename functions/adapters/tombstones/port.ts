import type { EventId, IndexName } from '../../core/event-id.ts';
import type { ProjectId } from '../../core/project.ts';
import type { AuditEvent } from '../audit-trail/port.ts';

/** What was wished of an event after it was accepted: the truth that its document is made to agree with. */
export interface Tombstone {
  readonly project: ProjectId;
  readonly id: EventId;
  /** `deleted`: hidden, may be restored until `purgeAt`. `purged`: gone for good. `restored`: as if nothing had been. */
  readonly state: 'deleted' | 'restored' | 'purged';
  /** Unix milliseconds, both. */
  readonly deletedAt: number;
  readonly purgeAt: number;
}

/** A tombstone whose document is to be looked at. */
export interface DueTombstone {
  readonly project: ProjectId;
  readonly id: EventId;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Looking at an event's document is asked for at this moment, Unix milliseconds. */
type CheckAt = number;

/** Each change is one transaction with its audit entry, and asks for a look at the document a while later, whatever becomes of the caller. */
export interface Tombstones {
  find(project: ProjectId, id: EventId): Promise<Tombstone | undefined>;
  /**
   * Events of an index that were deleted or purged. What was changed before the call is in the answer.
   */
  listIn(project: ProjectId, index: IndexName): Promise<ReadonlyMap<EventId, 'deleted' | 'purged'>>;
  /** @returns the tombstone that stands then: the one from before where the event was deleted or purged already */
  delete(
    wanted: Pick<Tombstone, 'project' | 'id' | 'deletedAt' | 'purgeAt'>,
    checkAt: CheckAt,
    audit: AuditEvent,
  ): Promise<Tombstone>;
  /** @returns whether the event may be read again; not where it was not deleted, or its time to be restored is over */
  restore(project: ProjectId, id: EventId, now: number, checkAt: CheckAt, audit: AuditEvent): Promise<boolean>;
  /** @returns false where the event was restored meanwhile */
  purge(project: ProjectId, id: EventId, now: number, audit: AuditEvent): Promise<boolean>;
  /** Those to be looked at until now, the longest due first. */
  listDue(now: number, limit: number): Promise<readonly DueTombstone[]>;
  /** Says that a document agrees with its tombstone. @param next when to look again, if ever */
  settle(due: DueTombstone, next?: number): Promise<void>;
}
