import { describe, expect, it } from 'vitest';
import { encodeFrame, type FrameHeader, packFrames } from '../../../functions/core/frame.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { ulid } from '../../../functions/core/ulid.ts';
import { makeListQuarantine, makePreviewQuarantine } from '../../../functions/ingest/quarantine/list-quarantine.ts';
import { Quarantine } from '../../../functions/ingest/quarantine/quarantine.ts';
import { QuarantineRedrive } from '../../../functions/ingest/quarantine/redrive-quarantine.ts';
import {
  ListQuarantine,
  QuarantineList,
  QuarantinePreview,
  RedriveQuarantine,
  RedriveResult,
} from '../../../functions/ingest/quarantine-api.ts';
import { callOf } from '../../support/calls.ts';
import {
  MemoryAuditTrail,
  MemoryEventWriter,
  MemoryLedger,
  MemoryObjectStore,
  toDelivery,
} from '../../support/fakes.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const PROJECT = ProjectId.parse('demo');
const event = (id: string, body = id) => JSON.stringify({ id, body });

function start() {
  const clock = { now: NOON };
  const now = () => clock.now;
  const objects = new MemoryObjectStore();
  const events = new MemoryEventWriter();
  const ledger = new MemoryLedger();
  const audit = new MemoryAuditTrail();
  const quarantine = new Quarantine(objects, now);
  const list = makeListQuarantine({ objects, now });
  const preview = makePreviewQuarantine({ objects });
  const redrive = new QuarantineRedrive({ objects, events, ledger, audit, now });
  const user = callOf(PROJECT, { scopes: ['read', 'write'] });
  return {
    clock,
    objects,
    events,
    ledger,
    audit,
    quarantine,
    /** A frame of so many events, of which these are refused. */
    refuse: async (
      refused: readonly { line: string; reason: string }[],
      events = refused.length,
      project = PROJECT,
    ) => {
      const header = headerOf(clock.now, events, project);
      await quarantine.events(header, refused);
      return header;
    },
    list: async (input: object = {}, call = user) =>
      QuarantineList.parse(await list(ListQuarantine.parse(input), call)),
    preview: async (id: string, call = user) => QuarantinePreview.parse(await preview({ id }, call)),
    redriveOne: async (id: string) => RedriveResult.parse(await redrive.one({ id }, user)),
    redriveAll: async (input: object = {}) =>
      RedriveResult.parse(await redrive.all(RedriveQuarantine.parse(input), user)),
  };
}

const headerOf = (received: number, events: number, project = PROJECT): FrameHeader => ({
  v: 1,
  id: ulid(received),
  project,
  index: 'logs-30d-2026.11.21' as FrameHeader['index'],
  events,
  dropped: 0,
  bytes: 100,
  received,
});

describe('quarantine', () => {
  it('is listed newest first, by reason with counts, page by page', async () => {
    const { clock, refuse, list } = start();
    for (let minute = 0; minute < 5; minute++) {
      clock.now = NOON + minute * 60_000;
      await refuse([
        { line: event(`a${minute}`), reason: 'mapper_parsing_exception' },
        { line: event(`b${minute}`), reason: 'mapper_parsing_exception' },
        { line: event(`c${minute}`), reason: `limit of ${minute}` },
      ]);
    }
    const first = await list({ limit: 2 });
    expect(first.items.map(({ received_at }) => received_at)).toEqual([
      '2026-11-21T12:04:00.000Z',
      '2026-11-21T12:03:00.000Z',
    ]);
    expect(first.items[0]).toMatchObject({
      kind: 'events',
      events: 3,
      reasons: [
        { reason: 'mapper_parsing_exception', events: 2 },
        { reason: 'limit of 4', events: 1 },
      ],
      redriven_at: null,
    });
    const second = await list({ limit: 2, cursor: first.next_cursor });
    const third = await list({ limit: 2, cursor: second.next_cursor });
    expect([...second.items, ...third.items].map(({ received_at }) => received_at.slice(14, 16))).toEqual([
      '02',
      '01',
      '00',
    ]);
    expect(third.next_cursor).toBeNull();
    expect((await list({ reason: 'LIMIT of 3' })).items).toHaveLength(1);
    expect((await list({ from: '2026-11-21T12:01:30Z', to: '2026-11-21T12:03:30Z' })).items).toHaveLength(2);
  });

  it('shows a project its own entries alone', async () => {
    const { refuse, list, preview } = start();
    const { id } = await refuse([{ line: event('a'), reason: 'no' }]);
    const other = callOf(ProjectId.parse('demo-2'));
    expect((await list({}, other)).items).toEqual([]);
    await expect(preview(`${id}-events`, other)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows the first events as they would have been stored, cut where they are long', async () => {
    const { refuse, preview } = start();
    const exact = '{"id":"a","attributes":{"n":12345678901234567890,"q":"\\"},\\"event\\":"}}';
    const { id } = await refuse([
      { line: exact, reason: 'a "quoted" \\ reason' },
      { line: event('b', 'x'.repeat(5_000)), reason: 'long' },
      { line: 'this is no JSON', reason: 'not a record' },
    ]);
    const { preview: shown } = await preview(`${id}-events`);
    expect(shown[0]).toEqual({ reason: 'a "quoted" \\ reason', text: exact, truncated: false });
    expect(shown[1]).toMatchObject({ reason: 'long', truncated: true });
    expect(shown[1]?.text).toHaveLength(4_096);
    expect(shown[2]).toEqual({ reason: 'not a record', text: 'this is no JSON', truncated: false });
  });

  it('stores again what the store takes by now, keeps the rest with its new reason, and tells the ledger', async () => {
    const { clock, refuse, events, ledger, audit, objects, list, redriveOne } = start();
    const { id } = await refuse(
      [
        { line: event('a'), reason: 'old' },
        { line: event('b', 'poison'), reason: 'old' },
      ],
      5,
    );
    events.outcome = (line) => (line.includes('poison') ? { kind: 'refused', reason: 'new' } : undefined);
    clock.now += 1_000;
    expect(await redriveOne(`${id}-events`)).toEqual({
      entries: 1,
      stored: 1,
      refused: 1,
      reasons: ['new'],
      next_cursor: null,
    });
    expect([...events.lines.keys()]).toEqual(['a']);
    expect(ledger.frames.get(id)).toEqual({ indexed: 4, quarantined: 1 });
    expect((await list()).items).toEqual([
      expect.objectContaining({ events: 1, reasons: [{ reason: 'new', events: 1 }], redriven_at: expect.any(String) }),
    ]);
    events.outcome = () => undefined;
    expect(await redriveOne(`${id}-events`)).toMatchObject({ stored: 1, refused: 0 });
    expect(ledger.frames.get(id)).toEqual({ indexed: 5, quarantined: 0 });
    expect(objects.objects.size).toBe(0);
    await expect(redriveOne(`${id}-events`)).rejects.toMatchObject({ code: 'not_found' });
    expect(audit.changes).toEqual([
      `quarantine.redriven ${id}-events success`,
      `quarantine.redriven ${id}-events success`,
      `quarantine.redriven ${id}-events failure`,
    ]);
  });

  it('changes nothing where an entry is redriven again after its end was not told', async () => {
    const { refuse, events, objects, redriveOne } = start();
    const { id } = await refuse([{ line: event('a'), reason: 'no' }]);
    const remove = objects.delete.bind(objects);
    objects.delete = () => Promise.reject(new Error('power cut'));
    await expect(redriveOne(`${id}-events`)).rejects.toThrow('power cut');
    objects.delete = remove;
    expect(await redriveOne(`${id}-events`)).toMatchObject({ stored: 1, refused: 0 });
    expect(events.lines.size).toBe(1);
  });

  it('keeps an entry as it is while the store is away', async () => {
    const { refuse, events, objects, redriveOne } = start();
    const { id } = await refuse([{ line: event('a'), reason: 'no' }]);
    const before = [...objects.objects];
    events.outcome = () => ({ kind: 'retry', reason: '503' });
    await expect(redriveOne(`${id}-events`)).rejects.toMatchObject({ code: 'unavailable' });
    expect([...objects.objects]).toEqual(before);
  });

  it('brings a whole frame back, and keeps what is refused of it', async () => {
    const { quarantine, events, ledger, list, preview, redriveOne } = start();
    const [frame] = packFrames(
      { project: PROJECT, index: 'logs-30d-2026.11.21' as FrameHeader['index'], received: NOON },
      [event('a'), event('b', 'poison')],
      () => ulid(NOON),
    );
    if (frame === undefined) throw new Error('no frame');
    await quarantine.record(toDelivery(encodeFrame(frame)), 'ended the function');
    const id = `${frame.header.id}-frame`;
    expect((await list()).items).toEqual([expect.objectContaining({ id, kind: 'frame', events: 2 })]);
    expect((await preview(id)).preview[0]).toEqual({
      reason: 'ended the function',
      text: event('a'),
      truncated: false,
    });
    events.outcome = (line) => (line.includes('poison') ? { kind: 'refused', reason: 'no' } : undefined);
    expect(await redriveOne(id)).toMatchObject({ stored: 1, refused: 1 });
    expect((await list()).items.map((entry) => entry.id)).toEqual([`${frame.header.id}-events`]);
    expect(ledger.frames.get(frame.header.id)).toEqual({ indexed: 1, quarantined: 1 });
  });

  it('shows the first bytes of a frame that cannot be read, and keeps it', async () => {
    const { quarantine, list, preview, redriveOne } = start();
    const header = headerOf(NOON, 3);
    await quarantine.record(toDelivery(encodeFrame({ header, body: Buffer.from('broken') })), 'body is broken');
    const id = `${header.id}-frame`;
    expect((await preview(id)).preview[0]?.text).toMatch(/^54524231/);
    expect(await redriveOne(id)).toMatchObject({ stored: 0, refused: 1 });
    expect((await list()).items).toHaveLength(1);
  });

  it('redrives all that a filter names, each once, and says where to go on', async () => {
    const { clock, refuse, events, objects, redriveAll, list } = start();
    for (let minute = 0; minute < 4; minute++) {
      clock.now = NOON + minute * 60_000;
      await refuse([{ line: event(`e${minute}`), reason: minute < 3 ? 'mapping' : 'other' }]);
    }
    let calls = 0;
    const create = events.create.bind(events);
    events.create = (groups) => {
      // away from the third entry on
      if (++calls === 3) events.outcome = () => ({ kind: 'retry', reason: '503' });
      return create(groups);
    };
    const cut = await redriveAll({ reason: 'mapping' });
    expect(cut).toMatchObject({ entries: 2, stored: 2, next_cursor: expect.any(String) });
    events.outcome = () => undefined;
    expect(await redriveAll({ reason: 'mapping', cursor: cut.next_cursor })).toMatchObject({
      entries: 1,
      next_cursor: null,
    });
    expect((await list()).items.map(({ reasons }) => reasons[0]?.reason)).toEqual(['other']);
    expect(objects.objects.size).toBe(1);
  });
});
