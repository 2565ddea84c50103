import type { LinkFile } from '../../adapters/export-files/port.ts';
import type { ExportJob, ExportJobs } from '../../adapters/export-jobs/port.ts';
import { actorOf, auditOf } from '../../core/audit.ts';
import { Failure } from '../../core/errors.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import { ulid } from '../../core/ulid.ts';
import { CreateExportInput, type ExportJob as ExportJobEntry, type ExportJobList } from '../exports-api.ts';
import { toPlan } from '../plan.ts';
import { toReadQuery } from '../selection.ts';
import { exportKey, fileNameOf, NOTHING_YET, toFormat } from './export-file.ts';

/** What asking for exports stands on. */
export interface ExportJobParts {
  readonly jobs: ExportJobs;
  readonly link: LinkFile;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Each holds a point in time of the store, which serves all projects. */
const MOST_UNFINISHED = 3;
const KEPT_MILLIS = 7 * 86_400_000;
const LINK_SECONDS = 900;

/** `POST /exports` */
export const makeCreateExport =
  ({ jobs, link, now }: ExportJobParts) =>
  async (input: CreateExportInput, call: AuthenticatedCall): Promise<ExportJobEntry> => {
    const { caller } = call;
    const createdAt = now();
    const { query } = toReadQuery(input, createdAt);
    if (toPlan(query).kind === 'stats')
      throw new Failure('invalid_request', 'a table is small: take it at once by GET /api/v1/logs/export');
    const unfinished = (await jobs.list(caller.project)).filter(isUnfinished);
    if (unfinished.length >= MOST_UNFINISHED)
      throw new Failure('conflict', `${MOST_UNFINISHED} exports of this project are not finished; wait, or cancel one`);
    const job: ExportJob = {
      project: caller.project,
      id: ulid(createdAt).toLowerCase(),
      request: JSON.stringify(input),
      owner: { id: caller.id, name: caller.name },
      status: 'queued',
      progress: NOTHING_YET,
      createdAt,
      updatedAt: createdAt,
      expiresAt: createdAt + KEPT_MILLIS,
    };
    await jobs.create(job, {
      ...toAudit(call, job, 'created'),
      newValues: { query: input.query, format: input.format },
    });
    return toEntry(job, link, createdAt);
  };

/** `GET /exports` */
export const makeListExports =
  ({ jobs, link, now }: ExportJobParts) =>
  async (_input: unknown, { caller }: AuthenticatedCall): Promise<ExportJobList> => {
    const found = await jobs.list(caller.project);
    return { items: await Promise.all(found.map((job) => toEntry(job, link, now()))), total: found.length };
  };

/** `GET /exports/{id}` */
export const makeGetExport =
  ({ jobs, link, now }: ExportJobParts) =>
  async ({ id }: { id: string }, { caller }: AuthenticatedCall): Promise<ExportJobEntry> =>
    toEntry(await find(jobs, caller.project, id), link, now());

/** `DELETE /exports/{id}` */
export const makeCancelExport =
  ({ jobs, link, now }: ExportJobParts) =>
  async ({ id }: { id: string }, call: AuthenticatedCall): Promise<ExportJobEntry> => {
    const { caller } = call;
    const job = await find(jobs, caller.project, id);
    if (job.owner.id !== caller.id && !caller.scopes.has('write'))
      throw new Failure(
        'forbidden',
        'another\'s export is cancelled with the scope "write", which these credentials do not have',
      );
    if (!(await jobs.cancel(caller.project, id, now(), toAudit(call, job, 'cancelled')))) {
      const { status } = await find(jobs, caller.project, id);
      if (status !== 'cancelled') throw new Failure('conflict', `the export is ${status} already`);
    }
    return toEntry(await find(jobs, caller.project, id), link, now());
  };

async function find(jobs: ExportJobs, project: ExportJob['project'], id: string): Promise<ExportJob> {
  const job = await jobs.find(project, id);
  if (job === undefined) throw new Failure('not_found', `there is no export "${id}"`);
  return job;
}

const isUnfinished = ({ status }: ExportJob): boolean => status === 'queued' || status === 'running';

const toAudit = (call: AuthenticatedCall, { project, id }: ExportJob, change: 'created' | 'cancelled') => ({
  ...auditOf(call, project, actorOf(call)),
  action: `export.${change}`,
  entityType: 'export',
  entityId: id,
  result: 'success' as const,
});

async function toEntry(job: ExportJob, link: LinkFile, now: number): Promise<ExportJobEntry> {
  const { project, id, status, reason, progress, owner } = job;
  const { query, format: name } = CreateExportInput.parse(JSON.parse(job.request));
  const format = toFormat(name, undefined);
  const iso = (millis: number) => new Date(millis).toISOString();
  return {
    id,
    status,
    reason: reason ?? null,
    complete: status === 'completed' && reason === undefined,
    query,
    format: name,
    rows: progress.rows,
    bytes: progress.bytes,
    total: progress.total?.value ?? null,
    total_relation: progress.total?.relation ?? 'gte',
    owner: { ...owner },
    created_at: iso(job.createdAt),
    updated_at: iso(job.updatedAt),
    expires_at: iso(job.expiresAt),
    download:
      status === 'completed'
        ? {
            url: await link(exportKey(project, id, format), LINK_SECONDS),
            file_name: fileNameOf(format),
            expires_at: iso(now + LINK_SECONDS * 1000),
          }
        : null,
  };
}
