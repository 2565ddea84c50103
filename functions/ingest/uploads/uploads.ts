import type { Jobs } from '../../adapters/jobs/port.ts';
import type { LinkPut, ObjectStore } from '../../adapters/object-store/port.ts';
import { Failure } from '../../core/errors.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import type { ProjectId } from '../../core/project.ts';
import { ulid } from '../../core/ulid.ts';
import type { CreatedUpload, CreateUpload, Upload, UploadList } from '../uploads-api.ts';
import { readUploadState, toUpload, toUploadKey, UploadState } from './state.ts';

/** What uploads stand on. */
export interface UploadsParts {
  readonly jobs: Pick<Jobs, 'create' | 'find' | 'list' | 'open'>;
  readonly files: Pick<ObjectStore, 'getRange'>;
  readonly linkPut: LinkPut;
  readonly now: () => number;
}

/** How long a file may take to begin to be put. */
const LINK_SECONDS = 3_600;

interface Path {
  readonly id: string;
}

/** `POST /uploads` */
export function makeCreateUpload({ jobs, linkPut, now }: UploadsParts) {
  return async (input: CreateUpload, { caller }: AuthenticatedCall): Promise<CreatedUpload> => {
    const { name, size, format, service, environment, host } = input;
    const moment = now();
    const id = ulid(moment);
    const state = UploadState.parse({
      status: 'waiting',
      name,
      size,
      ...(format !== undefined && { asked: format }),
      hints: { service, environment, host },
    });
    const url = await linkPut(toUploadKey(caller.project, id), size, LINK_SECONDS);
    const job = await jobs.create({ project: caller.project, kind: 'upload', id, state: JSON.stringify(state) }, false);
    return {
      ...toUpload(job),
      put: { url, headers: {}, expires_at: new Date(moment + LINK_SECONDS * 1000).toISOString() },
    };
  };
}

/** `POST /uploads/{id}/complete`. Done again it changes nothing. @throws Failure `conflict` where the file is not there yet */
export function makeCompleteUpload({ jobs, files }: UploadsParts) {
  return async ({ id }: Path, { caller }: AuthenticatedCall): Promise<Upload> => {
    const job = await find(jobs, caller.project, id);
    const state = readUploadState(job.state);
    if (state.status !== 'waiting') return toUpload(job);
    const byte = await files.getRange(toUploadKey(caller.project, id), 0, 1);
    if (byte === undefined)
      throw new Failure(
        'conflict',
        `the file of upload "${id}" is not there yet: put it to the URL of the upload first`,
      );
    const queued = JSON.stringify({ ...state, status: 'queued' });
    await jobs.open(job, queued);
    return toUpload(await find(jobs, caller.project, id));
  };
}

/** `GET /uploads` */
export function makeListUploads({ jobs }: Pick<UploadsParts, 'jobs'>) {
  return async (_: unknown, { caller }: AuthenticatedCall): Promise<UploadList> => {
    const items = (await jobs.list(caller.project, 'upload')).map(toUpload);
    return { items, total: items.length };
  };
}

/** `GET /uploads/{id}` */
export function makeGetUpload({ jobs }: Pick<UploadsParts, 'jobs'>) {
  return async ({ id }: Path, { caller }: AuthenticatedCall): Promise<Upload> =>
    toUpload(await find(jobs, caller.project, id));
}

async function find(jobs: Pick<Jobs, 'find'>, project: ProjectId, id: string) {
  const job = await jobs.find({ project, kind: 'upload', id });
  if (job === undefined) throw new Failure('not_found', `there is no upload "${id}" in this project`);
  return job;
}
