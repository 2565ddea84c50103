import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventWriter } from '../../../functions/adapters/event-store/port.ts';
import { DynamoDbJobs } from '../../../functions/adapters/jobs/dynamodb.ts';
import type { EventId } from '../../../functions/core/event-id.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { fromMillis } from '../../../functions/core/unix-nano.ts';
import { makeAccept } from '../../../functions/ingest/accept.ts';
import { makeArchiveFrames } from '../../../functions/ingest/archive-frames.ts';
import type { Draft } from '../../../functions/ingest/draft.ts';
import { makeIndexFrames } from '../../../functions/ingest/index-frames.ts';
import { makeRunJobs } from '../../../functions/ingest/jobs/run-jobs.ts';
import { keepDeleted } from '../../../functions/ingest/keep-deleted.ts';
import { Quarantine } from '../../../functions/ingest/quarantine/quarantine.ts';
import { replayWork } from '../../../functions/ingest/replay/replay-archive.ts';
import { makeGetReplay, makeListReplays, makeStartReplay } from '../../../functions/ingest/replay/replays.ts';
import { Replay, StartReplay } from '../../../functions/ingest/replay-api.ts';
import { callOf } from '../../support/calls.ts';
import { startEmulatedStore } from '../../support/event-stores.ts';
import {
  DEFAULT_POLICY,
  MemoryAuditTrail,
  MemoryEventWriter,
  MemoryLedger,
  MemoryObjectStore,
  MemoryStream,
} from '../../support/fakes.ts';
import { startTables } from '../../support/tables.ts';

const DAY_MILLIS = 86_400_000;
const SIGNAL = new AbortController().signal;

let tables: Awaited<ReturnType<typeof startTables>>;
let engine: Awaited<ReturnType<typeof startEmulatedStore>>;
beforeAll(async () => {
  [tables, engine] = await Promise.all([startTables('ledger'), startEmulatedStore()]);
});
afterAll(() => Promise.all([tables.stop(), engine.stop()]));

let projects = 0;
/** A project whose events went through the pipeline into a store and the archive. */
function start(events: EventWriter = new MemoryEventWriter(), purged: readonly EventId[] = []) {
  const project = ProjectId.parse(`replay-${projects++}`);
  // receipt begins two days ago: jobs and the table live by the real clock
  const clock = { now: Date.now() - 2 * DAY_MILLIS };
  const stream = new MemoryStream();
  const objects = new MemoryObjectStore();
  const archive = new MemoryObjectStore();
  const ledger = new MemoryLedger();
  const audit = new MemoryAuditTrail();
  const quarantine = new Quarantine(objects);
  const jobs = new DynamoDbJobs(tables.client, 'ledger');
  const accept = makeAccept({ stream, quarantine: objects, ...DEFAULT_POLICY, now: () => clock.now });
  const index = makeIndexFrames({
    events,
    ledger,
    objects,
    quarantine,
    attempts: { exhausted: async () => false, survived: async () => undefined },
  });
  const archiveFrames = makeArchiveFrames({ archive, ledger });
  const kept = keepDeleted({
    events,
    hider: { setHidden: async () => new Set(), remove: async () => new Set() },
    tombstones: { listIn: async () => new Map(purged.map((id) => [id, 'purged' as const])) },
  });
  const replay = replayWork({ archive, objects, events: kept, ledger, quarantine, pauseMillis: 1 });
  const user = callOf(project, { scopes: ['read', 'write', 'admin'] });
  const parts = { jobs, audit, now: Date.now };
  return {
    clock,
    archive,
    ledger,
    audit,
    jobs,
    user,
    /** Accepts, stores and archives a batch. */
    ingest: async (drafts: readonly Draft[]) => {
      const before = stream.records.length;
      const ids = await accept(drafts, { project, retention: '30d', source: { protocol: 'test' }, hints: {} }, SIGNAL);
      const batch = stream.deliveries().slice(before);
      expect(await index(batch, SIGNAL)).toEqual([]);
      expect(await archiveFrames(batch)).toEqual([]);
      return ids;
    },
    begin: async (input: object = { from: '-3d' }) =>
      Replay.parse(await makeStartReplay(parts)(StartReplay.parse(input), user)),
    get: async (id: string) => Replay.parse(await makeGetReplay(parts)({ id }, user)),
    list: async () => (await makeListReplays(parts)(undefined, user)).items,
    run: (signal = SIGNAL) =>
      makeRunJobs({
        jobs: { ...only(jobs, project), lease: jobs.lease.bind(jobs) },
        work: { replay, upload: replay },
        now: Date.now,
      })(signal),
  };
}

/** Jobs of one project: tests share the table. */
const only = (jobs: DynamoDbJobs, project: ProjectId) => ({
  create: jobs.create.bind(jobs),
  find: jobs.find.bind(jobs),
  list: jobs.list.bind(jobs),
  open: jobs.open.bind(jobs),
  async *listOpen() {
    for await (const key of jobs.listOpen()) if (key.project === project) yield key;
  },
});

const draft = (text: string, at: number): Draft => ({
  body: text,
  time: fromMillis(at),
  severityNumber: 9,
  attributes: { n: text.length, tags: ['a', text], deep: { big: 12_345_678_901_234_567_890n } },
  resource: { 'service.name': 'replayed' },
  original: text,
});

describe('a replay', () => {
  it('makes an index again from the archive: the rebuilt one is equal to the old, document by document', async () => {
    const { clock, ingest, begin, run, get } = start(engine.store);
    for (let hour = 0; hour < 30; hour++) {
      clock.now += 3_600_000;
      await ingest(
        Array.from({ length: 50 }, (_, at) => draft(`event ${hour} ${at} naïve 😀`, clock.now - at * 60_000)),
      );
    }
    await engine.refresh();
    const before = await engine.documents();
    expect(before.size).toBe(1_500);
    for (const index of new Set([...before.keys()].map((key) => key.split('/')[0] ?? ''))) await engine.remove(index);
    expect((await engine.documents()).size).toBe(0);
    const { id } = await begin();
    expect(await run()).toEqual({ ended: 1, failed: 0 });
    await engine.refresh();
    expect(await engine.documents()).toEqual(before);
    expect(await get(id)).toMatchObject({
      status: 'completed',
      progress: 1,
      frames: expect.any(Number),
      events: 1_500,
      created: 1_500,
      existing: 0,
      problems: [],
    });
  });

  it('creates what is missing, leaves what is there, and tells the ledger', async () => {
    const events = new MemoryEventWriter();
    const { ingest, begin, run, get, ledger } = start(events);
    const [lost = '', kept = ''] = await ingest([draft('lost', Date.now()), draft('kept', Date.now())]);
    const line = events.lines.get(lost);
    events.lines.delete(lost);
    events.lines.set(kept, 'as it is');
    ledger.frames.clear();
    const { id } = await begin();
    await run();
    expect(await get(id)).toMatchObject({ created: 1, existing: 1 });
    expect(events.lines.get(lost)).toBe(line);
    expect(events.lines.get(kept)).toBe('as it is');
    expect([...ledger.frames.values()]).toEqual([{ indexed: 2, quarantined: 0 }]);
    const again = await begin();
    await run();
    expect(await get(again.id)).toMatchObject({ status: 'completed', created: 0, existing: 2 });
  });

  it('brings back nothing that was purged', async () => {
    const events = new MemoryEventWriter();
    const purged: EventId[] = [];
    const { ingest, begin, run } = start(events, purged);
    purged.push(...(await ingest([draft('purged', Date.now())])));
    events.lines.clear();
    await begin();
    await run();
    expect(events.lines.size).toBe(0);
  });

  it('replays what was received in the range, and nothing else', async () => {
    const events = new MemoryEventWriter();
    const { clock, ingest, begin, run } = start(events);
    const ids: string[] = [];
    for (let minute = 0; minute < 4; minute++) {
      clock.now += 60_000;
      ids.push(...(await ingest([draft(`m${minute}`, clock.now)])));
    }
    events.lines.clear();
    await begin({
      from: new Date(clock.now - 2 * 60_000).toISOString(),
      to: new Date(clock.now - 1).toISOString(),
    });
    await run();
    expect([...events.lines.keys()]).toEqual(ids.slice(1, 3));
  });

  it('goes on where a run was cut off, and does nothing twice that shows', async () => {
    const events = new MemoryEventWriter();
    const { clock, ingest, begin, run, get, archive } = start(events);
    for (let day = 0; day < 3; day++) {
      await ingest([draft(`d${day}`, clock.now)]);
      clock.now += DAY_MILLIS;
    }
    events.lines.clear();
    const { id } = await begin({ from: '-4d', to: '+2d' });
    const stop = new AbortController();
    const read = archive.get.bind(archive);
    let reads = 0;
    archive.get = (key) => {
      if (++reads === 2) stop.abort();
      return read(key);
    };
    expect(await run(stop.signal)).toEqual({ ended: 0, failed: 0 });
    expect(await get(id)).toMatchObject({ status: 'running', objects: 2, created: 2 });
    expect(await run()).toEqual({ ended: 1, failed: 0 });
    expect(await get(id)).toMatchObject({ status: 'completed', objects: 3, created: 3 });
    expect(events.lines.size).toBe(3);
  });

  it('names an object that is not what its manifest says, and goes on with the others', async () => {
    const events = new MemoryEventWriter();
    const { clock, ingest, begin, run, get, archive } = start(events);
    for (let count = 0; count < 3; count++) {
      clock.now += 1_000;
      await ingest([draft(`e${count}`, clock.now)]);
      // each batch is an object of its own
      const [key = '', body = Buffer.alloc(0)] = [...archive.objects].at(-1) ?? [];
      archive.objects.delete(key);
      archive.objects.set(`${key}.${count}`, body);
    }
    const [, damaged] = [...archive.objects.keys()];
    archive.objects
      .get(damaged ?? '')
      ?.subarray(-3)
      .fill(1);
    events.lines.clear();
    const { id } = await begin();
    await run();
    expect(await get(id)).toMatchObject({ status: 'incomplete', created: 2, problems_total: 1 });
    expect((await get(id)).problems[0]).toMatch(/sha256/);
  });

  it('waits for a store that is away, and goes on when it is back', async () => {
    const events = new MemoryEventWriter();
    const { ingest, begin, run, get } = start(events);
    await ingest([draft('one', Date.now())]);
    events.lines.clear();
    events.outcome = () => ({ kind: 'retry', reason: '503' });
    const { id } = await begin();
    expect(await run()).toEqual({ ended: 0, failed: 1 });
    expect(await get(id)).toMatchObject({ status: 'waiting', created: 0 });
    events.outcome = () => undefined;
    expect(await run()).toEqual({ ended: 1, failed: 0 });
    expect(events.lines.size).toBe(1);
  });

  it('is given up after five runs in a row that broke, and says so', async () => {
    const { ingest, begin, run, get, archive } = start();
    await ingest([draft('one', Date.now())]);
    archive.list = () => Promise.reject(new Error('no such bucket'));
    const { id } = await begin();
    for (let time = 0; time < 5; time++) await run();
    expect(await get(id)).toMatchObject({ status: 'failed', problems_total: 1 });
    expect(await run()).toEqual({ ended: 0, failed: 0 });
  });

  it('is worked on by one run at a time', async () => {
    const { ingest, begin, run, jobs, user } = start();
    await ingest([draft('one', Date.now())]);
    const { id } = await begin();
    const lease = await jobs.lease({ project: user.caller.project, kind: 'replay', id });
    expect(await run()).toEqual({ ended: 0, failed: 0 });
    await lease?.release();
    expect(await run()).toEqual({ ended: 1, failed: 0 });
  });

  it('is listed newest first in its project, audited, and found in no other', async () => {
    const { begin, list, audit } = start();
    const first = await begin();
    const second = await begin();
    expect((await list()).map(({ id }) => id)).toEqual([second.id, first.id].sort().reverse());
    expect(audit.changes).toEqual([`replay.started ${first.id} success`, `replay.started ${second.id} success`]);
    await expect(start().get(first.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
