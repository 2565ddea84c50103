import type { EventId, IndexName } from '../../core/event-id.ts';
import type { LogRecord } from '../../core/log-record.ts';
import type { ProjectId } from '../../core/project.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import type { Filter, Measure } from '../../search/language/ast.ts';

/** What became of one event of a write. */
export type WriteOutcome =
  | { readonly kind: 'created' }
  /** It was there already: a redelivery, so it counts as done. */
  | { readonly kind: 'exists' }
  /** The store could not take it now: throttled, timed out, unavailable. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** The store will never take it. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Events of one project for one index: the content of a frame. */
export interface EventGroup {
  readonly project: ProjectId;
  readonly index: IndexName;
  /** Events as *accept* wrote them, one JSON text each. */
  readonly lines: readonly string[];
  /** Ids of events among them that no read may find. */
  readonly hidden?: ReadonlySet<string>;
}

/** The writing side of the event store: what *index* stands on. */
export interface EventWriter {
  /**
   * Creates events that are not there yet, many groups in shared bulks of at most 5 MB. The index template is put before the first write.
   * @returns per group one outcome per line, in order; it never throws for what a single event or the store's state causes
   */
  create(groups: readonly EventGroup[], signal: AbortSignal): Promise<readonly (readonly WriteOutcome[])[]>;
}

/** Which events are read: those of a filter within a range of event time. */
export interface Selection {
  readonly filter: Filter;
  /** Inclusive. */
  readonly from?: UnixNano;
  /** Exclusive. */
  readonly to?: UnixNano;
  /** Milliseconds since 1970 that relative times in the filter count from. */
  readonly now: number;
}

/** Passed down with every read. */
export interface ReadControl {
  readonly signal?: AbortSignal;
  /** How long the store may work on it. @default 20_000 */
  readonly timeoutMillis?: number;
  /** How many candidates the evaluator may look at where the store alone cannot decide. @default 200_000 */
  readonly maxCandidates?: number;
  /** Reads events as they were when it was opened. */
  readonly point?: PointInTime;
}

/** Names a moment of the store that can still be read, for five minutes behind its last read. */
export type PointInTime = string & { readonly pointInTime: unique symbol };

/** A point in time that was closed, or not read for too long: open another one. */
export class PointExpired extends Error {
  override readonly name = 'PointExpired';
}

/** Why an answer covers only a part, and which part it covers. */
export interface Partial {
  readonly code: 'timeout' | 'candidate_limit' | 'shard_failure';
  /** The part of the range that was searched, where it is known: newest first. */
  readonly searchedFrom?: UnixNano;
  readonly searchedTo?: UnixNano;
}

/** An event with its line, as it was written. */
export interface StoredEvent {
  readonly record: LogRecord;
  readonly line: string;
}

/** Where a page ends: what the next one begins behind. */
export interface Position {
  readonly time: UnixNano;
  readonly id: EventId;
}

export interface PageRequest {
  /** `desc` is newest first; equal times are ordered by id in the same direction. */
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Continue behind this position. */
  readonly after?: Position;
  /** Leave out this many first; with `limit` at most 10,000. */
  readonly skip?: number;
  /** Whether `total` is wanted. */
  readonly count: boolean;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Behind which to continue; absent at the end. After a partial answer it may lie beyond the last event. */
  readonly next?: Position;
  readonly total?: { readonly value: number; readonly relation: 'eq' | 'gte' };
  readonly partial?: Partial;
}

/** What events are grouped by. */
export type Group =
  /** Values under an attribute's key, without regard to case; an event with several is in several groups. */
  | { readonly by: 'attribute'; readonly key: string }
  /** Severity class, `NONE` where an event names none. */
  | { readonly by: 'level' }
  /** Messages of errors (severity ERROR and FATAL). */
  | { readonly by: 'errorMessage' };

export interface FacetRequest {
  readonly group: Group;
  /** Most frequent first, equal ones by value. */
  readonly limit: number;
  /** Only values that begin so, without regard to case. */
  readonly prefix?: string;
  /** Whether the newest event of each value is wanted. */
  readonly newest?: boolean;
}

export interface FacetValue {
  /** As the newest event that has it spells it. */
  readonly value: string;
  readonly count: number;
  readonly newest?: LogRecord;
}

export interface Facet {
  readonly values: readonly FacetValue[];
  /** Events in further values (an event with several counts in each). */
  readonly other: number;
  readonly distinct: { readonly value: number; readonly relation: 'eq' | 'gte' };
  /** Events without any value. */
  readonly missing: number;
  /** By how much a count may be too low, 0 where it is exact. */
  readonly errorBound: number;
}

export interface Facets {
  readonly facets: readonly Facet[];
  readonly total: number;
  readonly partial?: Partial;
}

export interface HistogramRequest {
  readonly intervalMillis: number;
  /** Each bucket is told apart by it. */
  readonly by?: 'level';
}

/** Buckets with events in them, oldest first; a bucket begins at a multiple of the interval since 1970. */
export interface Histogram {
  readonly buckets: readonly {
    readonly time: number;
    readonly total: number;
    readonly counts: Readonly<Record<string, number>>;
  }[];
  readonly total: number;
  readonly partial?: Partial;
}

export interface KeyList {
  /** Most frequent first. */
  readonly keys: readonly {
    readonly key: string;
    readonly type: 'string' | 'number' | 'boolean' | 'mixed';
    readonly count: number;
  }[];
  readonly partial?: Partial;
}

/** How many events there are and when the first and the last happened. */
export interface Extent {
  readonly total: number;
  readonly first?: UnixNano;
  readonly last?: UnixNano;
  readonly partial?: Partial;
}

export type StatsGroup = Group | { readonly by: 'time'; readonly stepMillis: number };

export interface StatsRequest {
  /** Fields are attribute keys here. */
  readonly measures: readonly (Omit<Measure, 'field'> & { readonly key: string | null })[];
  readonly groups: readonly StatsGroup[];
  /** Groups at most; the largest are kept. */
  readonly limit: number;
}

/** A table of groups. */
export interface Stats {
  readonly rows: readonly {
    /** One a group: a value as spelled, or milliseconds of a time step. */
    readonly keys: readonly (string | number)[];
    readonly count: number;
    /** One a measure; `null` where no event of the group has a number there. */
    readonly values: readonly (number | null)[];
  }[];
  /** Groups that are known of and left out. */
  readonly omitted: number;
  /** In which ways the table is not exact, and by how much: each bound is in the unit that its reason names. */
  readonly approximations?: readonly { readonly reason: string; readonly bound?: number }[];
  readonly partial?: Partial;
}

/** The reading side of the event store. The project is kept apart below everything that a caller can express. */
export interface EventReader {
  /** One page of events in time order. @throws RetryLater, QueryLimitError, PointExpired */
  page(project: ProjectId, selection: Selection, request: PageRequest, control?: ReadControl): Promise<EventPage>;
  /** One event, visible as soon as it is written; undefined where there is none in the project. */
  get(project: ProjectId, id: EventId, control?: ReadControl): Promise<StoredEvent | undefined>;
  facets(
    project: ProjectId,
    selection: Selection,
    requests: readonly FacetRequest[],
    control?: ReadControl,
  ): Promise<Facets>;
  histogram(
    project: ProjectId,
    selection: Selection,
    request: HistogramRequest,
    control?: ReadControl,
  ): Promise<Histogram>;
  /** Attribute keys of the selected events. @param limit keys at most */
  keys(project: ProjectId, selection: Selection, limit: number, control?: ReadControl): Promise<KeyList>;
  extent(project: ProjectId, selection: Selection, control?: ReadControl): Promise<Extent>;
  stats(project: ProjectId, selection: Selection, request: StatsRequest, control?: ReadControl): Promise<Stats>;
}

/** Moments of the store: what reads that go on for long stand on. Each costs the store memory and files until it is closed. */
export interface EventPoints {
  /** @returns undefined where the store holds nothing yet. @throws RetryLater */
  openPoint(signal: AbortSignal): Promise<PointInTime | undefined>;
  /** One that is gone already is no error. @throws RetryLater */
  closePoint(point: PointInTime, signal: AbortSignal): Promise<void>;
}

/** What becomes of events after they were stored: what deletion stands on. Events of other projects are left alone. */
export interface EventHider {
  /**
   * Hides events from every read, or shows them again; true for reads that begin after the answer.
   * @returns ids of those that are there
   * @throws RetryLater
   */
  setHidden(
    project: ProjectId,
    ids: readonly EventId[],
    hidden: boolean,
    signal: AbortSignal,
  ): Promise<ReadonlySet<EventId>>;
  /** Removes events for good. @returns ids of those that were there. @throws RetryLater */
  remove(project: ProjectId, ids: readonly EventId[], signal: AbortSignal): Promise<ReadonlySet<EventId>>;
}

export type EventStore = EventWriter & EventReader;
