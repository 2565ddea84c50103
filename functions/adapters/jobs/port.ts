import type { ProjectId } from '../../core/project.ts';

/** What kinds of work are done in the background, in slices. */
export type JobKind = 'replay' | 'upload';

/** What names a job. */
export interface JobKey {
  readonly project: ProjectId;
  readonly kind: JobKind;
  /** ULID. */
  readonly id: string;
}

/** Work that goes on where the last run left it. */
export interface Job extends JobKey {
  /** What was asked for and how far it is: JSON of the kind's own. */
  readonly state: string;
  readonly done: boolean;
  /** Runs in a row that failed. */
  readonly failures: number;
  /** Unix milliseconds, both. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A job that nobody else works on until the lease ends. */
export interface JobLease {
  readonly job: Job;
  /** Keeps how far it is, and the lease for as long again. @returns false where the lease is another's by now */
  save(change: { readonly state: string; readonly done: boolean; readonly failures: number }): Promise<boolean>;
  /** Lets another run go on at once. */
  release(): Promise<void>;
}

export interface Jobs {
  /** @param open whether there is something to do for it */
  create(job: JobKey & { readonly state: string }, open: boolean): Promise<Job>;
  find(key: JobKey): Promise<Job | undefined>;
  /** The newest first, 100 at most. */
  list(project: ProjectId, kind: JobKind): Promise<readonly Job[]>;
  /** Says that there is something to do. @returns false where the job is not as it was any more */
  open(job: Job, state: string): Promise<boolean>;
  /** Jobs with something to do, the oldest first. */
  listOpen(): AsyncIterable<JobKey>;
  /** @returns undefined where another works on it, or nothing is left to do */
  lease(key: JobKey): Promise<JobLease | undefined>;
}
