import type { ProjectId } from '../../core/project.ts';
import type { ChainedEntry } from './entry.ts';

/** What happened, who did it and to what. Secrets in values are masked before they are kept. */
export interface AuditEvent {
  readonly project: ProjectId;
  /** Ours are `user`, `key`, `system`, `anonymous`. */
  readonly actor: { readonly type: string; readonly id: string; readonly name: string };
  /** For example `user.login`, `api_key.created`. */
  readonly action: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly result: 'success' | 'failure';
  readonly oldValues?: Readonly<Record<string, unknown>>;
  readonly newValues?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly ipAddress?: string;
  readonly userAgent?: string;
  readonly traceId?: string;
  readonly correlationId?: string;
  readonly requestId?: string;
  /** Who told of a business event; absent for what the platform itself did. */
  readonly recordedBy?: { readonly type: string; readonly id: string; readonly name: string };
}

/** Entries are only ever added, each bound to the one before it in its project. */
export interface AuditTrail {
  /** @throws RetryLater where others write to the project's chain all the time */
  record(event: AuditEvent): Promise<ChainedEntry>;
  /**
   * Makes a change outside the tables of the platform: an entry tells that it begins, another how it ended. What ends in between leaves an
   * intent without an outcome, which the trail shows. @throws what the change throws; RetryLater, and then nothing was changed
   */
  around<T>(event: Omit<AuditEvent, 'result'>, change: () => Promise<T>): Promise<T>;
}

/** The end of a project's chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
  /** Milliseconds since 1970 of the last entry. */
  readonly at: number;
}

/** An entry as it is stored, not yet believed. */
export interface StoredEntry {
  /** The sort key, which is `seq` in twelve digits where nobody changed it. */
  readonly key: string;
  readonly text: string;
  readonly hash: string;
  /** Of the index by entity. */
  readonly entity: string;
}

/** Reads what was written; consistent, except `ofEntity`, which may lack what was written within the last second. */
export interface AuditReader {
  head(project: ProjectId): Promise<ChainHead | undefined>;
  /** Ends of all chains. */
  heads(): AsyncIterable<ChainHead & { readonly project: ProjectId }>;
  /** The last entry that stands in a sealed segment, as the sealing function noted it. */
  sealed(project: ProjectId): Promise<ChainHead | undefined>;
  get(project: ProjectId, seq: number): Promise<StoredEntry | undefined>;
  /** Entries from `first` up to `last` or the end, oldest first, with whatever else stands between them. */
  range(project: ProjectId, first: number, last?: number): AsyncIterable<StoredEntry>;
  /** At most `limit` entries below `before`, newest first; a page is short only at the end. */
  before(project: ProjectId, before: number, limit: number): Promise<readonly StoredEntry[]>;
  /** The same, of one entity. */
  ofEntity(
    project: ProjectId,
    entity: { readonly type: string; readonly id: string },
    before: number,
    limit: number,
  ): Promise<readonly StoredEntry[]>;
  /** Which changes were begun and have no outcome, by `seq` of their intent. */
  unfinished(project: ProjectId): Promise<ReadonlySet<number>>;
}

/** Segments of chains that nobody can change any more. */
export interface SealedSegments {
  /** @returns false where the segment that begins there was written before */
  put(project: ProjectId, first: number, lines: readonly string[]): Promise<boolean>;
  /** Lines of the segment that begins there. */
  get(project: ProjectId, first: number): Promise<readonly string[] | undefined>;
  /** Where segments begin, in order. */
  list(project: ProjectId): Promise<readonly number[]>;
}
