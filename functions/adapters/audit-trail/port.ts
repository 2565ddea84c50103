import type { AuditEvent } from '../../core/audit.ts';
import type { ChainedEntry, ChainHead } from '../../core/audit-entry.ts';
import type { ProjectId } from '../../core/project.ts';
import type { SearchAsked, SearchEntry, SearchOutcome } from '../../core/search-entry.ts';

export type { AuditEvent } from '../../core/audit.ts';

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

/** Segments of chains that nobody can change any more: each at most `SEGMENT_ENTRIES` of them, in order. */
export interface SealedSegments {
  /** @returns false where a segment that begins there was written before, which stays as it is */
  put(project: ProjectId, first: number, lines: readonly string[]): Promise<boolean>;
  /** Texts of the entries of the segment that begins there. */
  get(project: ProjectId, first: number): Promise<readonly string[] | undefined>;
  /** Where segments begin that may hold `from` or what comes after it, in order. */
  list(project: ProjectId, from: number): AsyncIterable<number>;
}

/** Notes how far a chain is sealed; the segments themselves are what counts. */
export interface SealNotes {
  note(project: ProjectId, sealed: ChainHead): Promise<void>;
}

/** What a project says about its trail. */
export interface AuditSettings {
  /** From 1, one more with each change. */
  readonly version: number;
  /** Whether reads of its events are told of. */
  readonly recordSearches: boolean;
  /** How long what is told of reads is kept. */
  readonly keepDays: number;
  /** ISO 8601. */
  readonly updatedAt: string;
  readonly updatedBy: string;
}

export interface AuditSettingsReader {
  /** @returns undefined where the project never said anything */
  find(project: ProjectId): Promise<AuditSettings | undefined>;
}

export interface AuditSettingsStore extends AuditSettingsReader {
  /**
   * Makes this the next version, in one transaction with its audit entry.
   * @throws Failure `conflict` where another version came in between
   */
  replace(project: ProjectId, settings: AuditSettings, audit: AuditEvent): Promise<void>;
}

/** Reads of events as they were told, by project and time: outside of the chain, and each ends with its time. */
export interface SearchEntries {
  /** @param expiresAt Unix seconds */
  add(project: ProjectId, entry: SearchEntry, expiresAt: number, signal: AbortSignal): Promise<void>;
  /** At most `limit` entries with ids below `before`, newest first; a page is short only at the end. */
  before(project: ProjectId, before: string, limit: number): Promise<readonly SearchEntry[]>;
}

/** Tells of reads of events, where their project asks for it. */
export interface SearchRecorder {
  /**
   * Begins to find out whether the project asks for it.
   * @returns tells of the read once it is over: never fails, and takes a second at most
   */
  begin(project: ProjectId): (asked: SearchAsked, outcome: SearchOutcome) => Promise<void>;
}
