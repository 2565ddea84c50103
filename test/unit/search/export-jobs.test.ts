import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import { MemoryEventStore } from '../../../functions/adapters/event-store/memory.ts';
import { type EventPoints, type EventReader, PointExpired } from '../../../functions/adapters/event-store/port.ts';
import { type ExportFiles, type FilePart, NoSuchUpload } from '../../../functions/adapters/export-files/port.ts';
import { S3ExportFiles } from '../../../functions/adapters/export-files/s3.ts';
import { makeS3Links } from '../../../functions/adapters/export-files/s3-link.ts';
import { DynamoDbExportJobs } from '../../../functions/adapters/export-jobs/dynamodb.ts';
import { RetryLater } from '../../../functions/core/errors.ts';
import type { Scope } from '../../../functions/core/permissions.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import {
  makeCancelExport,
  makeCreateExport,
  makeGetExport,
  makeListExports,
} from '../../../functions/search/export/export-jobs.ts';
import { makeRunExports, type RunParts } from '../../../functions/search/export/run-exports.ts';
import { CreateExportInput, ExportJob, ExportJobList } from '../../../functions/search/exports-api.ts';
import { QueryLimitError } from '../../../functions/search/language/errors.ts';
import { startS3 } from '../../../lib/local-cloud/s3/s3.ts';
import { callOf } from '../../support/calls.ts';
import { emulatorOptions, OPERATOR, REGION, temporaryFolder } from '../../support/emulated-aws.ts';
import { lineOf, MOMENT, makeEventSpace } from '../../support/event-builder.ts';
import { readAuditTrail, startTables } from '../../support/tables.ts';

const BUCKET = 'exports';
const MIB = 2 ** 20;
const HOUR = 3_600_000;

let tables: Awaited<ReturnType<typeof startTables>>;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let s3: Awaited<ReturnType<typeof startS3>>;
let client: S3Client;
let files: S3ExportFiles;

beforeAll(async () => {
  tables = await startTables('settings', 'audit');
  folder = await temporaryFolder();
  const bucket = {
    logicalId: BUCKET,
    type: 'AWS::S3::Bucket',
    name: BUCKET,
    arn: `arn:aws:s3:::${BUCKET}`,
    properties: {},
  };
  s3 = await startS3(emulatorOptions(folder.path, [bucket]));
  client = new S3Client({ endpoint: s3.url, region: REGION, credentials: OPERATOR, forcePathStyle: true });
  files = new S3ExportFiles(client, BUCKET);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.url);
  vi.stubEnv('AWS_REGION', REGION);
  vi.stubEnv('AWS_ACCESS_KEY_ID', OPERATOR.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', OPERATOR.secretAccessKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  client.destroy();
  await s3.close();
  await folder.remove();
  await tables.stop();
});

type Events = Pick<EventReader, 'page'> & EventPoints;

/** A project with events, oldest last, and what exports of it stand on. */
async function given({ count = 1_100, size = 10_000 } = {}) {
  const { project, index, anEvent } = makeEventSpace();
  const store = new MemoryEventStore();
  const lines = Array.from({ length: count }, (_, n) =>
    lineOf(anEvent({ millis: MOMENT - n, body: `${n} ${'x'.repeat(size)}` })),
  );
  await store.create([{ project, index, lines }]);
  const clock = { now: MOMENT + 1 };
  const now = () => ++clock.now;
  const jobs = new DynamoDbExportJobs(tables.client, 'settings', new DynamoDbAuditTrail(tables.client, 'audit', now));
  const points = new Set<string>();
  const events: Events = {
    page: (...asked) => store.page(...asked),
    openPoint: async () => {
      const point = await store.openPoint();
      points.add(point);
      return point;
    },
    closePoint: async (point) => {
      points.delete(point);
      await store.closePoint(point);
    },
  };
  const parts = { jobs, link: makeS3Links(BUCKET), now };
  const running: RunParts = { jobs, files, events, now, partBytes: 5 * MIB };
  const as = (scopes: readonly Scope[] = ['read'], id = 'u-1', of: ProjectId = project) => {
    const call = callOf(of, { id, scopes });
    return {
      create: async (input: object) =>
        ExportJob.parse(await makeCreateExport(parts)(CreateExportInput.parse(input), call)),
      get: async (job: string) => ExportJob.parse(await makeGetExport(parts)({ id: job }, call)),
      list: async () => ExportJobList.parse(await makeListExports(parts)({}, call)).items,
      cancel: async (job: string) => ExportJob.parse(await makeCancelExport(parts)({ id: job }, call)),
    };
  };
  const run = (of: Partial<RunParts> = {}) => makeRunExports({ ...running, ...of })(new AbortController().signal);
  return { project, index, anEvent, store, events, jobs, points, clock, as, run, ...as() };
}

const NOTHING_DONE = { completed: 0, failed: 0, continued: 0 };

async function download({ download: link }: ExportJob): Promise<Response> {
  const response = await fetch(link?.url ?? 'nowhere:');
  expect(response.status).toBe(200);
  return response;
}

/** Numbers of the events in a file of NDJSON. */
const numbersIn = (text: string): number[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => Number.parseInt((JSON.parse(line) as { message: string }).message, 10));

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );

async function leftovers(project: ProjectId) {
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `exports/project=${project}/` }),
  );
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  return {
    objects: Contents.map(({ Key }) => Key?.replace(/^.*\//, '')),
    uploads: Uploads.filter(({ Key }) => Key?.includes(project)).length,
  };
}

/** Lets so many calls through; then nothing works any more, as for a process that is gone. */
function killer(left: number) {
  const state = { calls: 0 };
  const guard = <Of extends object>(of: Of): Of =>
    new Proxy(of, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          if (state.calls++ >= left) throw new Error('killed');
          return (member as (...given: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  return { state, guard };
}

/** A bucket without the least size of a part. */
class FilesInMemory implements ExportFiles {
  readonly objects = new Map<string, Buffer>();
  readonly #uploads = new Map<string, Map<number, Buffer>>();

  async begin(key: string) {
    const upload = `${key}#${this.#uploads.size}`;
    this.#uploads.set(upload, new Map());
    return upload;
  }

  async putPart(_key: string, upload: string, number: number, body: Buffer) {
    this.#find(upload).set(number, body);
    return { number, etag: `${number}`, bytes: body.length };
  }

  async complete(key: string, upload: string, parts: readonly FilePart[]) {
    const bodies = this.#find(upload);
    this.objects.set(key, Buffer.concat(parts.map(({ number }) => bodies.get(number) as Buffer)));
    this.#uploads.delete(upload);
  }

  async abort(_key: string, upload: string) {
    this.#uploads.delete(upload);
  }

  async put(key: string, body: Buffer) {
    this.objects.set(key, body);
  }

  async get(key: string) {
    const body = this.objects.get(key);
    if (body === undefined) throw new Error(`there is no ${key}`);
    return body;
  }

  async delete(key: string) {
    this.objects.delete(key);
  }

  #find(upload: string): Map<number, Buffer> {
    const parts = this.#uploads.get(upload);
    if (parts === undefined) throw new NoSuchUpload('the upload is gone');
    return parts;
  }
}

describe('an export in the background', () => {
  it('writes every event once and in order to one file, in parts and slices, from one moment', async () => {
    const { create, get, run, points, project, store, events, index, anEvent } = await given();
    const made = await create({ query: 'x*', format: 'ndjson' });
    expect(made).toMatchObject({ status: 'queued', rows: 0, total: null, complete: false, download: null });
    let reads = 0;
    const page: Events['page'] = async (...asked) => {
      const late = anEvent({ millis: MOMENT - 1_000_000, body: '-1 x' });
      if (++reads === 2) await store.create([{ project, index, lines: [lineOf(late)] }]);
      return events.page(...asked);
    };
    expect(await run({ events: { ...events, page }, sliceMillis: 0 })).toMatchObject({ completed: 1 });
    const done = await get(made.id);
    expect(done).toMatchObject({ status: 'completed', complete: true, reason: null, rows: 1_100, total: 1_100 });
    const response = await download(done);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="tributary-logs.ndjson"');
    const text = await response.text();
    expect(numbersIn(text)).toEqual(Array.from({ length: 1_100 }, (_, n) => n));
    expect(done.bytes).toBe(Buffer.byteLength(text));
    expect(done.bytes).toBeGreaterThan(2 * 5 * MIB);
    expect(await leftovers(project)).toEqual({ objects: ['tributary-logs.ndjson'], uploads: 0 });
    expect(points.size).toBe(0);
  });

  it('is whole wherever a run is killed', async () => {
    const { create, get, run, jobs, events, clock, points } = await given({ count: 250, size: 100 });
    const expected = Array.from({ length: 250 }, (_, n) => n);
    const stages = new Set<string>();
    for (let left = 1; ; left++) {
      const { state, guard } = killer(left);
      const guarded = {
        listDue: (limit: number) => jobs.listDue(limit),
        lease: async (...asked: Parameters<typeof jobs.lease>) => {
          const lease = await jobs.lease(...asked);
          return lease && guard(lease);
        },
      };
      const bucket = new FilesInMemory();
      const { id } = await create({ format: 'ndjson' });
      const killed = { jobs: { ...guarded } as unknown as typeof jobs, files: guard(bucket), events: guard(events) };
      await run({ ...killed, partBytes: 20_000, sliceMillis: 0 }).catch(() => undefined);
      clock.now += HOUR / 2;
      const { status, rows } = await get(id);
      stages.add(`${status} ${rows}`);
      for (let runs = 0; runs < 3 && (await get(id)).status === 'running'; runs++)
        await run({ files: bucket, partBytes: 20_000 });
      expect(await get(id), `killed after ${left} calls`).toMatchObject({ status: 'completed', rows: 250 });
      expect([...bucket.objects.keys()].map((key) => key.replace(/^.*\//, ''))).toEqual(['tributary-logs.ndjson']);
      expect(numbersIn(String([...bucket.objects.values()][0])), `killed after ${left} calls`).toEqual(expected);
      if (state.calls <= left) break;
    }
    expect(stages.size).toBeGreaterThan(3);
    // of one that was opened nobody could take note: the store closes it by itself
    expect(points.size).toBeLessThanOrEqual(1);
  });

  it('goes on behind the last event with another point in time where the first has expired', async () => {
    const { create, get, run, events, points } = await given();
    const { id } = await create({ format: 'ndjson' });
    let reads = 0;
    const page: Events['page'] = async (...asked) => {
      if (++reads === 3) throw new PointExpired('gone');
      return events.page(...asked);
    };
    await run({ events: { ...events, page } });
    const done = await get(id);
    expect(numbersIn(await (await download(done)).text())).toEqual(Array.from({ length: 1_100 }, (_, n) => n));
    expect(reads).toBeGreaterThan(3);
    expect(points.size).toBe(1); // the one that this test says is gone
  });

  it('is of CSV with its head once, in the order and number that were asked for', async () => {
    const { create, get, run } = await given({ count: 30, size: 10 });
    const { id } = await create({ columns: ['message'], order: 'asc', limit: 20 });
    await run({ sliceMillis: 0 });
    const done = await get(id);
    expect(done).toMatchObject({ rows: 20, total: 20, complete: true });
    const rows = (await (await download(done)).text()).split('\r\n').slice(0, -1);
    expect(rows[0]).toBe('message');
    expect(rows.slice(1).map((row) => Number.parseInt(row, 10))).toEqual(Array.from({ length: 20 }, (_, n) => 29 - n));
  });

  it('of nothing is a file all the same', async () => {
    const { create, get, run } = await given({ count: 1, size: 1 });
    const { id } = await create({ query: 'service:nobody', format: 'json' });
    await run();
    expect(JSON.parse(await (await download(await get(id))).text())).toEqual({ logs: [], export_complete: true });
  });

  it('says in the file and beside it what a file that is full lacks', async () => {
    const { create, get, run } = await given();
    const { id } = await create({ format: 'ndjson' });
    await run({ maxParts: 1 });
    const done = await get(id);
    expect(done).toMatchObject({ status: 'completed', complete: false, reason: expect.stringContaining('1 part') });
    const lines = (await (await download(done)).text()).trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ export_complete: false });
    expect(lines.length - 1).toBe(done.rows);
    expect(done.rows).toBeLessThan(1_100);
  });

  it('that is cancelled while it is written leaves nothing, in the bucket or in the store', async () => {
    const { create, get, run, cancel, events, points, project } = await given();
    const { id } = await create({ format: 'ndjson' });
    let reads = 0;
    const page: Events['page'] = async (...asked) => {
      if (++reads === 3) await cancel(id);
      return events.page(...asked);
    };
    await run({ events: { ...events, page } });
    await run();
    expect(await get(id)).toMatchObject({ status: 'cancelled', complete: false, download: null });
    expect(await leftovers(project)).toEqual({ objects: [], uploads: 0 });
    expect(points.size).toBe(0);
    expect(await codeOf(cancel(id))).toBe('answered');
    expect(await run()).toEqual(NOTHING_DONE);
  });

  it('that is cancelled between two runs is tidied up by the next', async () => {
    const { create, get, run, cancel, events, points, project } = await given();
    const { id } = await create({ format: 'ndjson' });
    let reads = 0;
    const page: Events['page'] = async (...asked) => {
      if (++reads === 3) throw new RetryLater('unavailable', 'the store is away', 1);
      return events.page(...asked);
    };
    expect(await run({ events: { ...events, page } })).toEqual({ ...NOTHING_DONE, continued: 1 });
    expect(await get(id)).toMatchObject({ status: 'running', total: 1_100 });
    await cancel(id);
    expect(await run()).toEqual(NOTHING_DONE);
    expect(await leftovers(project)).toEqual({ objects: [], uploads: 0 });
    expect(points.size).toBe(0);
  });

  it('fails at once with the reason where the query cannot be run, and after a day where the store stays away', async () => {
    const { create, get, run, clock, events, points, project } = await given({ count: 10, size: 10 });
    const failing = (error: Error): Partial<{ events: Events }> => ({
      events: { ...events, page: () => Promise.reject(error) },
    });
    const refused = await create({});
    await run(failing(new QueryLimitError('ask for fewer at a time')));
    expect(await get(refused.id)).toMatchObject({ status: 'failed', reason: 'ask for fewer at a time' });
    const waiting = await create({});
    await run(failing(new RetryLater('unavailable', 'away', 1)));
    expect(await get(waiting.id)).toMatchObject({ status: 'running' });
    clock.now += 25 * HOUR;
    await run(failing(new RetryLater('unavailable', 'away', 1)));
    expect(await get(waiting.id)).toMatchObject({ status: 'failed', reason: 'away' });
    const broken = await create({});
    for (let runs = 0; runs < 5; runs++) await run(failing(new TypeError('a bug')));
    expect(await get(broken.id)).toMatchObject({ status: 'failed', reason: expect.not.stringContaining('a bug') });
    expect(points.size).toBe(0);
    expect(await leftovers(project)).toEqual({ objects: [], uploads: 0 });
  });

  it('takes a part of the store for no answer', async () => {
    const { create, get, run, events } = await given({ count: 10, size: 10 });
    const { id } = await create({});
    const page: Events['page'] = async (...asked) => ({
      ...(await events.page(...asked)),
      partial: { code: 'shard_failure' },
    });
    await run({ events: { ...events, page } });
    expect(await get(id)).toMatchObject({ status: 'running', rows: 0 });
    await run();
    expect(await get(id)).toMatchObject({ status: 'completed', rows: 10 });
  });
});

describe('exports of a project', () => {
  it('are seen by its readers, newest first, and by nobody else', async () => {
    const { create, list, as } = await given({ count: 1, size: 1 });
    const first = await create({ query: 'a' });
    const second = await create({ query: 'b' });
    expect((await list()).map(({ id }) => id)).toEqual([second.id, first.id]);
    const other = await given({ count: 1, size: 1 });
    expect(await codeOf(other.get(first.id))).toBe('not_found');
    expect(await codeOf(other.cancel(first.id))).toBe('not_found');
    expect(await other.list()).toEqual([]);
    expect(await codeOf(as(['read'], 'u-2').cancel(first.id))).toBe('forbidden');
    expect(await codeOf(as(['read', 'write'], 'u-2').cancel(first.id))).toBe('answered');
  });

  it('are three at a time, and say what is wrong before any work', async () => {
    const { create, cancel, run } = await given({ count: 1, size: 1 });
    expect(await codeOf(create({ query: '(' }))).toBe('query_syntax');
    expect(await codeOf(create({ from: 'never' }))).toBe('invalid_time');
    expect(await codeOf(create({ query: '| stats count by service' }))).toBe('invalid_request');
    const [first] = [await create({}), await create({}), await create({})];
    expect(await codeOf(create({}))).toBe('conflict');
    await cancel(first.id);
    expect(await codeOf(create({}))).toBe('answered');
    await run();
    expect(await codeOf(cancel(first.id))).toBe('answered');
    expect(await codeOf(create({}))).toBe('answered');
  });

  it('stand in the audit trail with what was asked and what came of it', async () => {
    const { create, cancel, run, project } = await given({ count: 3, size: 1 });
    const done = await create({ query: 'x*', format: 'ndjson' });
    await run();
    const gone = await create({ query: 'y' });
    await cancel(gone.id);
    const entries = await readAuditTrail(tables.client, 'audit', project);
    expect(entries.map(({ action, entity_id }) => [action, entity_id])).toEqual([
      ['export.created', done.id],
      ['export.completed', done.id],
      ['export.created', gone.id],
      ['export.cancelled', gone.id],
    ]);
    expect(entries[0]?.new_values).toEqual({ query: 'x*', format: 'ndjson' });
    expect(entries[1]?.new_values).toMatchObject({ rows: 3 });
  });
});
