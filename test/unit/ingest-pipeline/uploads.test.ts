import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbJobs } from '../../../functions/adapters/jobs/dynamodb.ts';
import { RetryLater } from '../../../functions/core/errors.ts';
import { readLines } from '../../../functions/core/frame.ts';
import type { LogRecord } from '../../../functions/core/log-record.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { type Accept, makeAccept } from '../../../functions/ingest/accept.ts';
import { makeRunJobs } from '../../../functions/ingest/jobs/run-jobs.ts';
import { uploadWork } from '../../../functions/ingest/uploads/read-upload.ts';
import {
  makeCompleteUpload,
  makeCreateUpload,
  makeGetUpload,
  makeListUploads,
} from '../../../functions/ingest/uploads/uploads.ts';
import { CreatedUpload, CreateUpload, Upload } from '../../../functions/ingest/uploads-api.ts';
import { callOf } from '../../support/calls.ts';
import { DEFAULT_POLICY, MemoryObjectStore, MemoryStream } from '../../support/fakes.ts';
import { startTables } from '../../support/tables.ts';

const BATCH_BYTES = 65_536;
const SIGNAL = new AbortController().signal;

let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  tables = await startTables('ledger');
});
afterAll(() => tables.stop());

let projects = 0;
function start() {
  const project = ProjectId.parse(`upload-${projects++}`);
  const files = new MemoryObjectStore();
  const stream = new MemoryStream();
  const jobs = new DynamoDbJobs(tables.client, 'ledger');
  const real = makeAccept({ stream, quarantine: new MemoryObjectStore(), ...DEFAULT_POLICY, now: Date.now });
  const gate: { before?: (call: number) => void } = {};
  let calls = 0;
  const accept: Accept = async (...input) => {
    gate.before?.(++calls);
    return real(...input);
  };
  const user = callOf(project, { scopes: ['ingest'] });
  const parts = {
    jobs,
    files,
    linkPut: async (key: string, bytes: number) => `https://files.example/${key}?bytes=${bytes}`,
    now: Date.now,
  };
  const work = uploadWork({ files, accept, batchBytes: BATCH_BYTES });
  const own = {
    create: jobs.create.bind(jobs),
    find: jobs.find.bind(jobs),
    list: jobs.list.bind(jobs),
    open: jobs.open.bind(jobs),
    lease: jobs.lease.bind(jobs),
    async *listOpen() {
      for await (const key of jobs.listOpen()) if (key.project === project) yield key;
    },
  };
  const create = async (input: object) =>
    CreatedUpload.parse(await makeCreateUpload(parts)(CreateUpload.parse(input), user));
  const complete = async (id: string) => Upload.parse(await makeCompleteUpload(parts)({ id }, user));
  const run = (signal = SIGNAL) =>
    makeRunJobs({ jobs: own, work: { upload: work, replay: work }, now: Date.now })(signal);
  const get = async (id: string) => Upload.parse(await makeGetUpload(parts)({ id }, user));
  return {
    gate,
    create,
    complete,
    run,
    get,
    list: async () => (await makeListUploads(parts)(undefined, user)).items,
    put: (id: string, content: Buffer) => files.put(`uploads/project=${project}/${id}`, content),
    /** Uploads a file and reads it to its end. */
    upload: async (name: string, content: Buffer | string, more: object = {}) => {
      const body = Buffer.from(content as string);
      const { id } = await create({ name, size: body.length, ...more });
      await files.put(`uploads/project=${project}/${id}`, body);
      await complete(id);
      await run();
      return get(id);
    },
    /** What was accepted, each event once, in order of its frames. */
    records: () => {
      const byId = new Map<string, LogRecord>();
      let events = 0;
      for (const { frame } of stream.deliveries()) {
        if (frame instanceof Error) throw frame;
        for (const line of readLines(frame)) {
          const record = JSON.parse(line) as LogRecord;
          byId.set(record.id, record);
          events++;
        }
      }
      return { all: [...byId.values()], events };
    },
  };
}

const bodies = ({ records }: Pick<ReturnType<typeof start>, 'records'>) => records().all.map(({ body }) => body);
/** Lines of about 100 bytes. */
const manyLines = (count: number) =>
  Array.from(
    { length: count },
    (_, at) => `2026-11-2${at % 2}T07:40:00.000Z INFO line number ${at} ${'x'.repeat(60)}\n`,
  ).join('');

/** A zip as the usual tools write it. */
function zip(files: Readonly<Record<string, Buffer | string>>, stored = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const body = Buffer.from(content as string);
    const packed = stored ? body : deflateRawSync(body);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(stored ? 0 : 8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(stored ? 0 : 8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(body.length, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

describe('an upload', () => {
  it('takes lines of text, joins stack traces, and tells counts and times', async () => {
    const platform = start();
    const text = [
      '2026-11-21T07:40:00Z ERROR payment failed',
      'java.lang.IllegalStateException: no funds',
      '    at com.example.Pay.run(Pay.java:1)',
      '',
      '2026-11-21T07:41:00Z INFO done',
    ].join('\n');
    const upload = await platform.upload('app.log', text, { service: 'payments' });
    expect(upload).toMatchObject({
      status: 'completed',
      progress: 1,
      accepted: 2,
      rejected: 0,
      first_time: '2026-11-21T07:40:00.000000000Z',
      last_time: '2026-11-21T07:41:00.000000000Z',
    });
    const [first] = platform.records().all;
    expect(first).toMatchObject({
      resource: { 'service.name': 'payments' },
      source: { protocol: 'upload' },
      attributes: { 'log.file.name': 'app.log', 'exception.type': 'java.lang.IllegalStateException' },
    });
  });

  it.each([
    ['NDJSON', 'a.ndjson', '{"message":"one"}\n{"message":"two"}\n'],
    ['an array', 'a.json', '[\n  {"message": "one"},\n  {"message": "two, ] }"}\n]\n'],
    ['an array in one line', 'a.json', '[{"message":"one"},{"message":"two, ] }"}]'],
    ['values over several lines', 'a.json', '{\n "message": "one"\n}\n{\n "message": "two"\n}'],
    ['CSV', 'a.csv', '\ufefftimestamp,message\r\n2026-11-21T07:40:00Z,"one"\r\n2026-11-21T07:41:00Z,two\r\n'],
    ['CSV by semicolons', 'a.csv', 'level;message\nINFO;one\nERROR;two\n'],
  ])('takes %s', async (_, name, content) => {
    const platform = start();
    expect(await platform.upload(name, content)).toMatchObject({ status: 'completed', accepted: 2, rejected: 0 });
    expect(bodies(platform).map((body) => String(body).slice(0, 3))).toEqual(['one', 'two']);
  });

  it('reads cells of CSV with quotes, line ends and delimiters in them, by the names of their columns', async () => {
    const platform = start();
    const content = 'level,message,duration\nERROR,"a ""quoted"", long\nmessage",12.5\nINFO,plain,\n';
    await platform.upload('table.csv', content);
    expect(
      platform.records().all.map(({ body, attributes, severityText }) => [body, severityText, attributes.duration]),
    ).toEqual([
      ['a "quoted", long\nmessage', 'ERROR', 12.5],
      ['plain', 'INFO', undefined],
    ]);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['zip', (content: Buffer) => zip({ 'logs/': '', 'logs/a.log': content, '__MACOSX/x': 'no' })],
    ['zip without compression', (content: Buffer) => zip({ 'a.log': content }, true)],
    ['gzip within zip', (content: Buffer) => zip({ 'a.log.gz': gzipSync(content) })],
  ])('unpacks %s', async (_, pack) => {
    const platform = start();
    const content = Buffer.from(manyLines(3_000));
    expect(content.length).toBeGreaterThan(BATCH_BYTES);
    expect(await platform.upload('packed', pack(content))).toMatchObject({ status: 'completed', accepted: 3_000 });
    expect(platform.records().all).toHaveLength(3_000);
  });

  it('takes each file of a zip, and rejects by name the one that is damaged', async () => {
    const platform = start();
    const damaged = gzipSync(manyLines(2_000));
    damaged.fill(0, 100);
    const upload = await platform.upload(
      'all.zip',
      zip({ 'a.log': 'one\n', 'bad.gz': damaged, 'c.csv': 'message\nthree\n' }),
    );
    expect(upload).toMatchObject({ status: 'completed', rejected: 1, rejections: [{ entry: 'bad.gz' }] });
    expect(bodies(platform)).toEqual(expect.arrayContaining(['one', 'three']));
  });

  it('has the same ids however often and wherever it is cut off: nothing is doubled, nothing lost', async () => {
    const whole = start();
    const content = Buffer.from(manyLines(6_000));
    const pack = gzipSync(content);
    await whole.upload('a.log.gz', pack);
    expect(whole.records()).toMatchObject({ events: 6_000 });

    const cut = start();
    const { id } = await cut.create({ name: 'a.log.gz', size: pack.length });
    await cut.put(id, pack);
    await cut.complete(id);
    cut.gate.before = (call) => {
      // once refused before it is taken, once cut off after
      if (call === 2) throw new RetryLater('unavailable', 'throttled', 1);
      if (call === 4) throw new Error('power cut');
    };
    expect(await cut.run()).toEqual({ ended: 0, failed: 1 });
    expect(await cut.run()).toEqual({ ended: 0, failed: 1 });
    const stop = new AbortController();
    cut.gate.before = (call) => void (call === 7 && stop.abort());
    expect(await cut.run(stop.signal)).toEqual({ ended: 0, failed: 0 });
    delete cut.gate.before;
    expect(await cut.run()).toEqual({ ended: 1, failed: 0 });
    expect(await cut.get(id)).toMatchObject({ status: 'completed', accepted: 6_000 });
    const { all, events } = cut.records();
    expect(events).toBeGreaterThanOrEqual(6_000);
    expect(all).toHaveLength(6_000);
    expect(all.map(({ original }) => original).sort()).toEqual(
      whole
        .records()
        .all.map(({ original }) => original)
        .sort(),
    );
  });

  it('leaves out a line that is too long, says where, and takes its neighbours', async () => {
    const platform = start();
    const content = `before\n${'x'.repeat(2 * BATCH_BYTES)}\nafter\n`;
    const upload = await platform.upload('a.log', content);
    expect(upload).toMatchObject({ status: 'completed', accepted: 2, rejected: 1, rejections: [{ offset: 7 }] });
    expect(bodies(platform)).toEqual(['before', 'after']);
  });

  it('reads as lines what looked like JSON and never ends', async () => {
    const platform = start();
    const content = `{\n"open":\n${'line\n'.repeat(30_000)}`;
    const upload = await platform.upload('a.json', content);
    expect(upload).toMatchObject({ status: 'completed', rejected: 0 });
    expect(upload.accepted).toBeGreaterThan(30_000);
  });

  it.each([
    ['bytes that are no text', Buffer.from([0x89, 0x50, 0, 0, 0, 0, 0, 0, 1, 0, 0]), /no text/],
    ['UTF-16', Buffer.from('\ufefftext', 'utf16le'), /UTF-16/],
    ['a broken gzip', gzipSync('x'.repeat(1_000)).subarray(0, 20), /damaged/],
    ['a zip without its end', zip({ 'a.log': 'one' }).subarray(0, 40), /cut off|damaged/],
  ])('says what is wrong with %s', async (_, content, message) => {
    const platform = start();
    const upload = await platform.upload('file', content);
    expect(upload).toMatchObject({ status: 'failed', accepted: 0 });
    expect(upload.error).toMatch(message);
  });

  it('waits for its file, is completed once, listed newest first, and is no other project’s', async () => {
    const platform = start();
    const { id, put, status } = await platform.create({ name: 'a.log', size: 4 });
    expect(status).toBe('waiting');
    expect(put.url).toMatch(/bytes=4$/);
    await expect(platform.complete(id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await platform.run()).toEqual({ ended: 0, failed: 0 });
    await platform.put(id, Buffer.from('one\n'));
    expect((await platform.complete(id)).status).toBe('queued');
    expect((await platform.complete(id)).status).toBe('queued');
    await platform.run();
    expect((await platform.complete(id)).status).toBe('completed');
    expect(platform.records().events).toBe(1);
    const later = await platform.create({ name: 'b.log', size: 1 });
    expect((await platform.list()).map((each) => each.id)).toEqual([later.id, id].sort().reverse());
    await expect(start().get(id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
