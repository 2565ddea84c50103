import type { ProjectId } from '../../core/project.ts';

/** A question that the cache was asked. */
export interface Lookup {
  /** The answer as it was kept, where there is one. */
  readonly found?: string;
  /**
   * Keeps the answer for others. One that was begun before the cache was cleared is not seen by those who ask after.
   * @param text at most some hundred kilobytes once compressed, or it is not kept
   */
  keep(text: string, ttlSeconds: number): Promise<void>;
}

/** What the cache holds for a project and how it served since its counts began. */
export interface CacheCounts {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
}

/**
 * Answers that many ask for, shared by all instances. It is never needed: while its table is away it finds nothing and keeps nothing.
 * Kinds are names with colons (`metrics:overview`).
 */
export interface AnswerCache {
  /** Never throws. @param question what tells the answer from others of its kind */
  lookUp(project: ProjectId, kind: string, question: string): Promise<Lookup>;
  /** Forgets a project's answers, all or those of some kinds: here at once, in other instances within 5 seconds. @throws RetryLater */
  clear(project: ProjectId, kinds?: readonly string[]): Promise<void>;
  /** @throws RetryLater */
  count(project: ProjectId, kinds: readonly string[]): Promise<ReadonlyMap<string, CacheCounts>>;
}
