import type { IndexName } from '../../core/event-id.ts';
import type { ProjectId } from '../../core/project.ts';

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
}

/** The writing side of the event store: what *index* stands on. */
export interface EventWriter {
  /**
   * Creates events that are not there yet, many groups in shared bulks of at most 5 MB. The index template is put before the first write.
   * @returns per group one outcome per line, in order; it never throws for what a single event or the store's state causes
   */
  create(groups: readonly EventGroup[], signal: AbortSignal): Promise<readonly (readonly WriteOutcome[])[]>;
}
