import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DynamoDbLedger } from '../../../functions/adapters/ledger/dynamodb.ts';
import type { FrameHeader } from '../../../functions/core/frame.ts';
import type { Delivery } from '../../../functions/core/kinesis.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { makeAccept } from '../../../functions/ingest/accept.ts';
import { makeArchiveFrames } from '../../../functions/ingest/archive-frames.ts';
import type { Draft } from '../../../functions/ingest/draft.ts';
import { makeIndexFrames } from '../../../functions/ingest/index-frames.ts';
import { makeCheckLedger } from '../../../functions/ingest/ledger/check-ledger.ts';
import { makeReadLedger } from '../../../functions/ingest/ledger/read-ledger.ts';
import { LedgerAnswer, LedgerRequest } from '../../../functions/ingest/ledger-api.ts';
import { Quarantine } from '../../../functions/ingest/quarantine/quarantine.ts';
import { callOf } from '../../support/calls.ts';
import { DEFAULT_POLICY, MemoryEventWriter, MemoryObjectStore, MemoryStream } from '../../support/fakes.ts';
import { startTables } from '../../support/tables.ts';

const SIGNAL = new AbortController().signal;
const NOON = Date.parse('2026-11-21T12:00:00Z');
const line = (text: string): Draft => ({ body: text, attributes: {}, resource: {}, original: text });

let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  // the emulated table forgets by the real clock
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  tables = await startTables('ledger');
});
afterAll(async () => {
  await tables.stop();
  vi.useRealTimers();
});

let projects = 0;
/** A pipeline of one project with a clock of its own. */
function start() {
  const project = ProjectId.parse(`ledger-${projects++}`);
  const clock = { now: NOON };
  const now = () => clock.now;
  const stream = new MemoryStream();
  const objects = new MemoryObjectStore();
  const events = new MemoryEventWriter();
  const ledger = new DynamoDbLedger(tables.client, 'ledger', now);
  const accept = makeAccept({ stream, quarantine: objects, ...DEFAULT_POLICY, now });
  const index = makeIndexFrames({
    events,
    ledger,
    objects,
    quarantine: new Quarantine(objects),
    attempts: { exhausted: async () => false, survived: async () => undefined },
  });
  const archive = makeArchiveFrames({ archive: new MemoryObjectStore(), ledger });
  const read = makeReadLedger({ ledger, now });
  return {
    project,
    clock,
    stream,
    events,
    ledger,
    accept: (...texts: string[]) =>
      accept(texts.map(line), { project, retention: '30d', source: { protocol: 'test' }, hints: {} }, SIGNAL),
    index: (batch: readonly Delivery[] = stream.deliveries()) => index(batch, SIGNAL),
    archive: (batch: readonly Delivery[] = stream.deliveries()) => archive(batch),
    read: async (input: object = {}) => LedgerAnswer.parse(await read(LedgerRequest.parse(input), callOf(project))),
    /** What the schedule finds, of this project alone. */
    check: async () => {
      const own = {
        frames: ledger.frames.bind(ledger),
        close: ledger.close.bind(ledger),
        async *openMinutes() {
          for await (const each of ledger.openMinutes()) if (each.project === project) yield each;
        },
      };
      return makeCheckLedger({ ledger: own, now })(SIGNAL);
    },
  };
}

describe('the ledger', () => {
  it('balances where every frame was archived and stored, and counts events by the minute of their receipt', async () => {
    const { clock, accept, index, archive, read } = start();
    await accept('one', 'two');
    clock.now += 60_000;
    await accept('three');
    await index();
    await archive();
    const { items, totals, balanced, open_frames } = await read();
    expect(items.map(({ minute, accepted, indexed }) => [minute, accepted, indexed])).toEqual([
      ['2026-11-21T12:00:00.000Z', 2, 2],
      ['2026-11-21T12:01:00.000Z', 1, 1],
    ]);
    expect(totals).toEqual({ frames: 2, accepted: 3, indexed: 3, quarantined: 0, dropped: 0, pending: 0 });
    expect(balanced).toBe(true);
    expect(open_frames).toEqual([]);
  });

  it('counts a frame once, however often and in whatever company it comes again', async () => {
    const { accept, index, archive, stream, read } = start();
    for (const text of ['one', 'two', 'three']) await accept(text);
    const [first, second, third] = stream.deliveries() as [Delivery, Delivery, Delivery];
    await index([first, third]);
    await index([first, second, third]);
    await archive([second]);
    await archive([first, second, third]);
    expect((await read()).totals).toMatchObject({ frames: 3, accepted: 3, indexed: 3, pending: 0 });
  });

  it('tells what is in quarantine, be it some events or a whole frame', async () => {
    const { accept, index, archive, events, stream, read } = start();
    await accept('good', 'poison');
    await accept('a', 'b', 'c');
    events.outcome = (text) => (text.includes('poison') ? { kind: 'refused', reason: 'no' } : undefined);
    const sound = stream.records[1] as Buffer;
    stream.records[1] = Buffer.concat([sound.subarray(0, -8), Buffer.alloc(8)]);
    expect(await index()).toEqual([]);
    await archive();
    expect(await read()).toMatchObject({ balanced: true, totals: { accepted: 5, indexed: 1, quarantined: 4 } });
  });

  it('finds a frame that a faulty consumer took from the stream, once it is ten minutes old', async () => {
    const { clock, accept, index, archive, stream, read, check } = start();
    await accept('stored');
    await accept('lost', 'too');
    const [stored] = stream.deliveries() as [Delivery];
    await index([stored]);
    await archive();
    clock.now += 9 * 60_000;
    expect(await read()).toMatchObject({ balanced: true, totals: { pending: 2 } });
    expect(await check()).toMatchObject({ unsettled: 0, minutes: 1 });
    clock.now += 60_001;
    const found = await read();
    expect(found).toMatchObject({ balanced: false, totals: { accepted: 3, indexed: 1, pending: 2 } });
    expect(found.open_frames).toEqual([
      expect.objectContaining({ state: 'overdue', missing: 'stored', accepted: 2, indexed: null, age_seconds: 600 }),
    ]);
    expect(await check()).toMatchObject({ unsettled: 1, oldestSeconds: 600 });
    // the loss is made good: the ledger balances again, and is not looked at any more
    await index();
    expect(await check()).toMatchObject({ unsettled: 0, minutes: 1 });
    clock.now += 10 * 60_000;
    await check();
    expect(await check()).toMatchObject({ minutes: 0 });
  });

  it('finds a frame that the archive never got', async () => {
    const { clock, accept, index, read, check } = start();
    await accept('one');
    await index();
    clock.now += 11 * 60_000;
    expect((await read()).open_frames).toEqual([expect.objectContaining({ missing: 'accepted', indexed: 1 })]);
    expect(await check()).toMatchObject({ unsettled: 1 });
  });

  it('finds events that vanished from within a frame', async () => {
    const { project, clock, ledger, accept, archive, stream, read, check } = start();
    await accept('one', 'two');
    await archive();
    const { frame } = stream.deliveries()[0] as Delivery & { frame: { header: FrameHeader } };
    await ledger.stored([{ header: { ...frame.header, project }, indexed: 1, quarantined: 0 }]);
    expect(await read()).toMatchObject({ balanced: false, open_frames: [{ state: 'unequal', missing: null }] });
    clock.now += 60_000;
    expect(await check()).toMatchObject({ unsettled: 1 });
  });

  it('opens a minute again where a frame of it comes late', async () => {
    const { clock, accept, index, archive, stream, check } = start();
    await accept('in time');
    await accept('late');
    const [first, late] = stream.deliveries() as [Delivery, Delivery];
    await index([first]);
    await archive([first]);
    clock.now += 20 * 60_000;
    await check();
    expect(await check()).toMatchObject({ minutes: 0 });
    await archive([late]);
    expect(await check()).toMatchObject({ unsettled: 1 });
  });

  it('reads across midnight, and no other project', async () => {
    const { clock, accept, index, archive, read } = start();
    clock.now = Date.parse('2026-11-20T23:59:30Z');
    await accept('before');
    clock.now += 60_000;
    await accept('after');
    await index();
    await archive();
    const across = { from: '2026-11-20T23:59:00Z', to: '2026-11-21T00:01:00Z' };
    expect((await read(across)).items.map(({ minute }) => minute)).toEqual([
      '2026-11-20T23:59:00.000Z',
      '2026-11-21T00:00:00.000Z',
    ]);
    expect((await start().read(across)).items).toEqual([]);
  });

  it('refuses a range that is none, is empty or is too long, by name', async () => {
    const { read } = start();
    await expect(read({ from: 'yesterday-ish' })).rejects.toMatchObject({ code: 'invalid_time' });
    await expect(read({ from: 'now', to: '-1h' })).rejects.toMatchObject({ code: 'time_range' });
    await expect(read({ from: '-25h' })).rejects.toThrow(/24 hours/);
  });

  it('lets the frames of a batch come again where it cannot be told', async () => {
    const { accept, index, ledger, stream } = start();
    await accept('one');
    vi.spyOn(ledger, 'stored').mockRejectedValueOnce(new Error('table is away'));
    expect(await index()).toEqual([expect.objectContaining({ data: stream.records[0] })]);
    expect(await index()).toEqual([]);
  });
});
