import type { ProjectId } from '../../core/project.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import type { PointInTime, Position } from '../event-store/port.ts';
import type { FilePart } from '../export-files/port.ts';

/** An export that is made in the background. */
export interface ExportJob {
  readonly project: ProjectId;
  readonly id: string;
  /** What was asked for, as JSON. */
  readonly request: string;
  readonly owner: { readonly id: string; readonly name: string };
  readonly status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  /** Why it failed, or what the file lacks. */
  readonly reason?: string | undefined;
  readonly progress: ExportProgress;
  /** Unix milliseconds, all; relative times of the request count from `createdAt`. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
}

/** How far an export is: all that the next run needs to go on. */
export interface ExportProgress {
  readonly rows: number;
  readonly bytes: number;
  readonly total?: { readonly value: number; readonly relation: 'eq' | 'gte' } | undefined;
  /** Events until here were looked at. */
  readonly after?: Position | undefined;
  readonly point?: PointInTime | undefined;
  /** Id of the upload of the parts. */
  readonly upload?: string | undefined;
  readonly parts: readonly FilePart[];
  /** Key of what was written behind the parts and is too little for one. */
  readonly rest?: string | undefined;
  /** All is written, in the file or as parts that are to be put together; `lacks` says why it is not all that was asked for. */
  readonly isWritten?: boolean | undefined;
  readonly lacks?: string | undefined;
  /** Runs in a row that failed. */
  readonly failures: number;
}

/** Work on an export that nobody else does until the lease ends. */
export interface ExportLease {
  readonly job: ExportJob;
  /** Keeps how far it is. @returns false where the export is cancelled, or the lease over */
  save(progress: ExportProgress, now: number, release?: boolean): Promise<boolean>;
  /** Ends the export, together with its audit entry. @returns false as `save` */
  finish(
    outcome: { readonly status: 'completed' | 'failed'; readonly reason?: string | undefined },
    progress: ExportProgress,
    now: number,
    audit: AuditEvent,
  ): Promise<boolean>;
}

/** An export that has work left, be it to write or to tidy up. */
export interface DueExport {
  readonly project: ProjectId;
  readonly id: string;
}

export interface ExportJobs {
  /** Keeps a new export together with its audit entry. */
  create(job: ExportJob, audit: AuditEvent): Promise<void>;
  find(project: ProjectId, id: string): Promise<ExportJob | undefined>;
  /** Newest first, 100 at most. */
  list(project: ProjectId): Promise<readonly ExportJob[]>;
  /** @returns false where it is completed, failed or cancelled already */
  cancel(project: ProjectId, id: string, now: number, audit: AuditEvent): Promise<boolean>;
  /** Oldest first. */
  listDue(limit: number): Promise<readonly DueExport[]>;
  /** @param until Unix milliseconds. @returns undefined where another has a lease, or nothing is to be written any more */
  lease(due: DueExport, now: number, until: number): Promise<ExportLease | undefined>;
  /** Says that nothing is left to do. */
  settle(due: DueExport): Promise<void>;
}
