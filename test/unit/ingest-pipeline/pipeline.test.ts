import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { RetryLater } from '../../../functions/core/errors.ts';
import { type EventId, indexOf } from '../../../functions/core/event-id.ts';
import type { Delivery } from '../../../functions/core/kinesis.ts';
import type { LogRecord } from '../../../functions/core/log-record.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeAccept } from '../../../functions/ingest/accept.ts';
import { makeArchiveFrames } from '../../../functions/ingest/archive-frames.ts';
import type { Draft } from '../../../functions/ingest/draft.ts';
import { makeIndexFrames } from '../../../functions/ingest/index-frames.ts';
import { Quarantine } from '../../../functions/ingest/quarantine/quarantine.ts';
import { makeRedrive, QUARANTINE_NOT_EMPTY } from '../../../functions/ingest/redrive.ts';
import {
  DEFAULT_POLICY,
  MemoryEventWriter,
  MemoryLedger,
  MemoryObjectStore,
  MemoryStream,
  toDelivery,
} from '../../support/fakes.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SIGNAL = new AbortController().signal;
const arrival = { project: 'demo' as ProjectId, retention: '30d' as const, source: { protocol: 'test' }, hints: {} };
const line = (text: string): Draft => ({ body: text, attributes: {}, resource: {}, original: text });

function start() {
  const stream = new MemoryStream();
  const quarantine = new MemoryObjectStore();
  const archive = new MemoryObjectStore();
  const events = new MemoryEventWriter();
  const ledger = new MemoryLedger();
  const exhausted = new Set<string>();
  const survived = { times: 0 };
  const accept = makeAccept({ stream, quarantine, ...DEFAULT_POLICY, now: () => NOW });
  const index = makeIndexFrames({
    events,
    ledger,
    objects: quarantine,
    quarantine: new Quarantine(quarantine),
    attempts: {
      exhausted: async ({ sequenceNumber }) => exhausted.has(sequenceNumber),
      survived: async () => {
        survived.times++;
      },
    },
  });
  return {
    stream,
    quarantine,
    archive,
    events,
    ledger,
    exhausted,
    survived,
    accept: (drafts: readonly Draft[], more = {}) => accept(drafts, { ...arrival, ...more }, SIGNAL),
    index: (batch = stream.deliveries()) => index(batch, SIGNAL),
    archiveFrames: makeArchiveFrames({ archive, ledger }),
    redrive: () => makeRedrive({ quarantine, stream })(SIGNAL),
  };
}

describe('accepting', () => {
  it('gives each event an id that names its index, and stores it as it was settled', async () => {
    const { accept, index, events } = start();
    const ids = await accept([line('one'), line('two')]);
    await index();
    expect(ids).toHaveLength(2);
    expect(ids.map(indexOf)).toEqual(['logs-30d-2026.11.21', 'logs-30d-2026.11.21']);
    const record = JSON.parse(events.lines.get(ids[0] ?? '') ?? '{}') as LogRecord;
    expect(record).toMatchObject({
      body: 'one',
      original: 'one',
      observedTimeUnixNano: '1795262400000000000',
      severityNumber: 0,
      source: { protocol: 'test' },
    });
    expect(record.marks).toEqual(['timestamp_missing', 'level_missing', 'service_missing']);
  });

  it('puts an event of the day before into that day, an older one into the day of receipt', async () => {
    const { accept } = start();
    const at = (iso: string): Draft => ({ ...line(iso), time: `${Date.parse(iso)}000000` as never });
    const ids = await accept([
      at('2026-11-20T23:00:00Z'),
      at('2025-01-01T00:00:00Z'),
      at('2026-11-22T01:00:00Z'),
      at('2099-01-01T00:00:00Z'),
    ]);
    expect(ids.map(indexOf)).toEqual([
      'logs-30d-2026.11.20',
      'logs-30d-2026.11.21',
      'logs-30d-2026.11.22',
      'logs-30d-2026.11.21',
    ]);
  });

  it('knows a resend by the client id, whatever day it comes, and does not swallow other content', async () => {
    const { accept } = start();
    const clientId = { dataset: 'test', id: 'batch-1', day: 20_777 };
    const [first] = await accept([line('one')], { clientId });
    const [again] = await accept([line('one')], { clientId });
    const [other] = await accept([line('two')], { clientId });
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('knows a resend after midnight by the day of the client id, also of an event of the day before that', async () => {
    const { stream, quarantine } = start();
    const midnight = Date.parse('2026-11-22T00:00:00Z');
    const clientId = { dataset: 'test', id: 'batch-1', day: Math.floor(NOW / 86_400_000) };
    const draft = { ...line('one'), time: `${Date.parse('2026-11-20T10:00:00Z')}000000` as never };
    const sendAt = (now: number) =>
      makeAccept({ stream, quarantine, ...DEFAULT_POLICY, now: () => now })([draft], { ...arrival, clientId }, SIGNAL);
    expect(await sendAt(midnight + 60_000)).toEqual(await sendAt(midnight - 60_000));
  });

  it('makes no index of the day in a client id that a wrong clock made', async () => {
    const { accept } = start();
    for (const day of [0, 10_000_000]) {
      const [id] = await accept([line('one')], { clientId: { dataset: 'test', id: 'batch-1', day } });
      expect(indexOf(id as EventId)).toBe('logs-30d-2026.11.21');
    }
  });

  it('answers 503 where the stream takes nothing, and keeps nothing', async () => {
    const { accept, stream, quarantine } = start();
    stream.takes = () => false;
    await expect(accept([line('one')])).rejects.toThrow(RetryLater);
    expect(quarantine.objects.size).toBe(0);
  });

  it('puts aside what the stream did not take of a request, and the redrive brings it back', async () => {
    const { accept, stream, quarantine, redrive, index, events } = start();
    stream.takes = (position) => position === 0;
    const drafts = [line('today'), { ...line('yesterday'), time: '1795180000000000000' as never }];
    const ids = await accept(drafts);
    expect([...quarantine.objects.keys()]).toEqual([expect.stringMatching(/^spill\/project=demo\//)]);
    stream.takes = () => true;
    expect(await redrive()).toBe(1);
    await index();
    expect([...events.lines.keys()].sort()).toEqual([...ids].sort());
    expect(quarantine.objects.size).toBe(0);
  });

  it('keeps what is put aside until the stream took it', async () => {
    const { quarantine, stream, redrive } = start();
    await quarantine.put('spill/project=demo/x', Buffer.from('frame'));
    stream.takes = () => false;
    expect(await redrive()).toBe(0);
    expect(quarantine.objects.has('spill/project=demo/x')).toBe(true);
  });

  it('brings back a batch that was given up, whatever else lies before it', async () => {
    const { accept, stream, quarantine, redrive } = start();
    await accept([line('one')]);
    const [record] = stream.records.splice(0);
    const payload = JSON.stringify({ Records: [{ kinesis: { data: record?.toString('base64') } }] });
    await quarantine.put('aws/lambda/1/other', Buffer.from('{"not":"ours"}'));
    await quarantine.put('aws/lambda/2/batch', Buffer.from(JSON.stringify({ payload })));
    expect(await redrive()).toBe(1);
    expect(stream.records).toEqual([record]);
    expect([...quarantine.objects.keys()]).toEqual(['aws/lambda/1/other']);
  });

  it('tells of what waits in quarantine at every run of the redrive, which an alarm counts, and leaves it there', async () => {
    const { quarantine, redrive } = start();
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await redrive();
    expect(write).not.toHaveBeenCalled();
    await quarantine.put('quarantine/project=demo/x.ndjson', Buffer.from('{}'));
    for (let run = 1; run <= 2; run++) {
      expect(await redrive()).toBe(0);
      expect(JSON.parse(String(write.mock.lastCall?.[0]))).toMatchObject({
        body: QUARANTINE_NOT_EMPTY,
        attributes: { 'tributary.quarantine.objects': 1 },
      });
      expect(write).toHaveBeenCalledTimes(run);
    }
    write.mockRestore();
    expect(quarantine.objects.size).toBe(1);
  });

  it('takes an event that is too large for the stream by way of S3', async () => {
    const { accept, index, events, stream } = start();
    const text = randomBytes(1_200_000).toString('base64');
    const [id] = await accept([line(text)]);
    for (const record of stream.records) expect(record.length).toBeLessThan(1_048_576);
    await index();
    expect((JSON.parse(events.lines.get(id ?? '') ?? '{}') as LogRecord).body).toBe(text);
  });
});

describe('indexing', () => {
  it('shows an event once, however often its frame comes', async () => {
    const { accept, index, events, ledger } = start();
    await accept([line('one'), line('two')]);
    expect(await index()).toEqual([]);
    expect(await index()).toEqual([]);
    expect(events.lines.size).toBe(2);
    expect([...ledger.frames.values()]).toEqual([{ indexed: 2, quarantined: 0 }]);
  });

  it('lets a frame come again that the store could not take, and only that', async () => {
    const { accept, index, events, stream, ledger } = start();
    await accept([line('good')]);
    await accept([line('late')]);
    events.outcome = (text) => (text.includes('late') ? { kind: 'retry', reason: '429' } : undefined);
    expect((await index()).map(({ sequenceNumber }) => sequenceNumber)).toEqual([
      stream.deliveries()[1]?.sequenceNumber,
    ]);
    expect(ledger.frames.size).toBe(1);
  });

  it('quarantines an event that the store refuses, whole and with the reason, and stores its neighbours', async () => {
    const { accept, index, events, quarantine, ledger } = start();
    await accept([line('good'), line('poison'), line('fine')]);
    events.outcome = (text) =>
      text.includes('poison') ? { kind: 'refused', reason: 'mapper_parsing_exception' } : undefined;
    expect(await index()).toEqual([]);
    expect(events.lines.size).toBe(2);
    const [key, body] = [...quarantine.objects][0] ?? [];
    expect(key).toMatch(/^quarantine\/project=demo\/\w{26}-events$/);
    expect(JSON.parse(String(body).split('\n')[1] ?? '')).toMatchObject({
      reason: 'mapper_parsing_exception',
      event: { body: 'poison' },
    });
    expect([...ledger.frames.values()]).toEqual([{ indexed: 2, quarantined: 1 }]);
  });

  it('quarantines a record that is no frame, and goes on', async () => {
    const { accept, index, stream, quarantine, events } = start();
    stream.records.push(Buffer.from('junk'));
    await accept([line('good')]);
    expect(await index()).toEqual([]);
    expect(events.lines.size).toBe(1);
    const body = JSON.parse(String([...quarantine.objects.values()][0]));
    expect(Buffer.from(body.data, 'base64').toString()).toBe('junk');
  });

  it('quarantines undecoded what ended the function three times', async () => {
    const { accept, index, stream, exhausted, quarantine, events, ledger } = start();
    await accept([line('killer')]);
    exhausted.add(stream.deliveries()[0]?.sequenceNumber ?? '');
    expect(await index()).toEqual([]);
    expect(events.lines.size).toBe(0);
    expect([...quarantine.objects.keys()]).toEqual([expect.stringMatching(/^quarantine\/project=demo\/\w{26}-frame$/)]);
    // so that the ledger balances
    expect([...ledger.frames.values()]).toEqual([{ indexed: 0, quarantined: 1 }]);
  });

  it('notes that it came to its end, also where the store took nothing', async () => {
    const { accept, index, events, survived } = start();
    await accept([line('one')]);
    events.outcome = () => ({ kind: 'retry', reason: '503' });
    expect(await index()).toHaveLength(1);
    expect(survived.times).toBe(1);
  });

  it('lets a record come again that can neither be read nor put aside', async () => {
    const { index, quarantine } = start();
    quarantine.broken = true;
    const junk = toDelivery(Buffer.from('junk'));
    expect(await index([junk])).toEqual([junk]);
  });
});

describe('archiving', () => {
  it('keeps every frame as it came, with a manifest that proves it, and tells the ledger', async () => {
    const { accept, stream, archiveFrames, archive, ledger } = start();
    await accept([line('one'), line('two')]);
    await accept([line('three')]);
    expect(await archiveFrames(stream.deliveries())).toEqual([]);
    const [key, body] = [...archive.objects][0] ?? [];
    expect(key).toMatch(/^frames\/project=demo\/day=2026-11-21\//);
    const end = body?.indexOf('\n') ?? -1;
    expect(JSON.parse(String(body?.subarray(0, end)))).toMatchObject({ v: 1, frames: 2, events: 3 });
    const length = body?.readUInt32BE(end + 1) ?? 0;
    expect(body?.subarray(end + 5, end + 5 + length)).toEqual(stream.records[0]);
    expect([...ledger.frames.values()]).toEqual([
      { accepted: 2, dropped: 0 },
      { accepted: 1, dropped: 0 },
    ]);
  });

  it('never leaves less in the archive than was there, when a part of a batch comes again', async () => {
    const { accept, stream, archiveFrames, archive } = start();
    await accept([line('one')]);
    await accept([line('two')]);
    const [first, second] = stream.deliveries();
    await archiveFrames([first as Delivery, second as Delivery]);
    const [[key, whole] = []] = archive.objects;
    await archiveFrames([first as Delivery]);
    expect(archive.objects.get(key ?? '')).toEqual(whole);
    await archiveFrames([first as Delivery, second as Delivery]);
    expect(archive.objects.size).toBe(2);
  });

  it('lets frames come again that it could not keep', async () => {
    const { accept, stream, archiveFrames, archive, ledger } = start();
    await accept([line('one')]);
    archive.broken = true;
    expect(await archiveFrames(stream.deliveries())).toHaveLength(1);
    expect(ledger.frames.size).toBe(0);
  });
});
