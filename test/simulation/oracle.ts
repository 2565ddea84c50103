import { createHash } from 'node:crypto';
import { EventId, indexOf } from '../../functions/core/event-id.ts';
import { decodeFrame, type Frame, readLines } from '../../functions/core/frame.ts';
import type { LogRecord } from '../../functions/core/log-record.ts';
import {
  type Manifest,
  type Refused,
  readManifest,
  readRefused,
} from '../../functions/ingest/quarantine/quarantine.ts';
import type { Bucket } from './bucket-model.ts';
import { DEADLY, REFUSED, type Store } from './store-model.ts';
import type { Stream } from './stream-model.ts';
import type { Tables } from './tables-model.ts';
import type { TailLog, TailRun } from './tail-log.ts';
import { isRepeatable, isUnchanged, type SentEvent, type Shipment } from './traffic.ts';

/** What is left when all is at rest. */
export interface Evidence {
  readonly shipments: readonly Shipment[];
  readonly stream: Stream;
  readonly store: Store;
  readonly tables: Tables;
  readonly quarantine: Bucket;
  readonly archive: Bucket;
  readonly tailLog: TailLog;
  /** Projects with a viewer who watches all. */
  readonly watched: readonly string[];
  /** How often the indexing function ended with a record alone, by shard and sequence number. */
  readonly deaths: ReadonlyMap<string, number>;
}

/** A frame that is quarantined undecoded ended the function so often. */
const DEATHS = 3;
const MAX_MESSAGE_BYTES = 32_768;

/**
 * What the platform promises, held against what it holds: each acknowledged event is shown or in quarantine with a cause, once, unchanged,
 * in its project, and in the archive; the ledger balances; viewers were shown or told of all.
 * @returns what is not so
 */
export function judge(evidence: Evidence): string[] {
  const court = new Court(evidence);
  court.judgeSearch();
  court.judgeQuarantine();
  court.judgeArchive();
  court.judgeAcknowledged();
  court.judgeLedger();
  court.judgeTail();
  return court.violations;
}

interface Known {
  readonly shipment: Shipment;
  readonly event: SentEvent;
}

class Court {
  readonly violations: string[] = [];
  readonly #evidence: Evidence;
  readonly #known = new Map<string, Known>();
  /** Ids by name of the event. */
  readonly #shown = new Map<string, Set<string>>();
  readonly #quarantined = new Map<string, Set<string>>();
  readonly #archived = new Map<string, Set<string>>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    for (const shipment of evidence.shipments)
      for (const event of shipment.events) this.#known.set(event.name, { shipment, event });
  }

  judgeSearch(): void {
    for (const { index, id, project, line } of this.#evidence.store.documents.values()) {
      const record = this.#recognise('search', project, line);
      if (record === undefined) continue;
      if (record.id !== id || indexOf(record.id) !== index)
        this.#accuse('changed', `${nameOf(record)} is ${record.id} inside and ${index}/${id} outside`);
      note(this.#shown, record);
    }
  }

  judgeQuarantine(): void {
    for (const [key, object] of this.#evidence.quarantine.objects) {
      if (!key.startsWith('quarantine/')) continue;
      const { manifest, body } = readManifest(object) ?? {};
      if (manifest === undefined || body === undefined) this.#accuse('quarantine', `${key} does not say what it is`);
      else if (manifest.kind === 'events') this.#judgeQuarantinedEvents(key, readRefused(body));
      else this.#judgeQuarantinedFrame(key, manifest, body);
    }
  }

  #judgeQuarantinedEvents(key: string, refused: readonly Refused[]): void {
    for (const { reason, line } of refused) {
      if (!reason) this.#accuse('quarantine', `${key} gives no reason`);
      const record = this.#recognise('quarantine', projectOf(key), line);
      if (record === undefined) continue;
      if (!line.includes(REFUSED)) this.#accuse('quarantine', `${nameOf(record)} is in quarantine without a cause`);
      note(this.#quarantined, record);
    }
  }

  #judgeQuarantinedFrame(key: string, { reasons, from }: Manifest, body: Buffer): void {
    if (!reasons[0]?.reason) this.#accuse('quarantine', `${key} gives no reason`);
    const frame = decodeFrame(body);
    const lines = this.#linesOf(frame);
    const record = `${from?.shard}:${from?.sequenceNumber}`;
    const deaths =
      (this.#evidence.deaths.get(record) ?? 0) + (this.#evidence.tables.untoldEnds.get(`A#${record}`) ?? 0);
    if (deaths < DEATHS && !lines.some((line) => line.includes(DEADLY)))
      this.#accuse('quarantine', `${key} is in quarantine after ${deaths} ends of the function`);
    for (const line of lines) {
      const record = this.#recognise('quarantine', projectOf(key), line);
      if (record !== undefined) note(this.#quarantined, record);
    }
  }

  judgeArchive(): void {
    for (const [key, body] of this.#evidence.archive.objects) {
      const end = body.indexOf('\n');
      const manifest = JSON.parse(body.toString('utf8', 0, end)) as { frames: number; events: number; sha256: string };
      const frames = framesOf(body.subarray(end + 1));
      const events = frames.reduce((sum, { header }) => sum + header.events, 0);
      const sha256 = createHash('sha256')
        .update(body.subarray(end + 1))
        .digest('hex');
      if (manifest.frames !== frames.length || manifest.events !== events || manifest.sha256 !== sha256)
        this.#accuse('archive', `${key} is not what its manifest says`);
      for (const frame of frames) {
        if (frame.header.project !== projectOf(key))
          this.#accuse('foreign', `${key} holds a frame of ${frame.header.project}`);
        for (const line of this.#linesOf(frame)) {
          const record = this.#recognise('archive', frame.header.project, line);
          if (record !== undefined) note(this.#archived, record);
        }
      }
    }
  }

  judgeAcknowledged(): void {
    for (const [name, { shipment, event }] of this.#known) {
      const shown = this.#shown.get(name) ?? new Set();
      // a try that got no answer may have been accepted; without a client's id it cannot be known again
      const most = isRepeatable(shipment, event) ? 1 : shipment.receipts.length;
      if (shown.size > most) this.#accuse('twice', `${name} is shown as ${[...shown].join(', ')}`);
      const at = shipment.events.indexOf(event);
      for (const ids of shipment.acknowledged) {
        const id = ids[at];
        if (id === undefined || !EventId.safeParse(id).success) {
          this.#accuse('lost', `${name} was acknowledged without an id`);
          continue;
        }
        if (!shown.has(id) && !this.#quarantined.get(name)?.has(id))
          this.#accuse('lost', `${name} was acknowledged as ${id} and is neither shown nor in quarantine`);
        if (!this.#archived.get(name)?.has(id)) this.#accuse('lost', `${name} as ${id} is not in the archive`);
      }
    }
  }

  judgeLedger(): void {
    const { ledger } = this.#evidence.tables;
    for (const { data } of this.#evidence.stream.records) {
      const { header } = decodeFrame(data);
      const { accepted, dropped, indexed, quarantined } = ledger.get(header.id) ?? {};
      if (accepted === undefined || dropped === undefined || indexed === undefined || quarantined === undefined)
        this.#accuse(
          'ledger',
          `frame ${header.id} is known to one side: ${JSON.stringify(ledger.get(header.id) ?? {})}`,
        );
      else if (accepted !== indexed + quarantined + dropped || accepted !== header.events + header.dropped)
        this.#accuse('ledger', `frame ${header.id} does not balance: ${JSON.stringify(ledger.get(header.id))}`);
    }
  }

  judgeTail(): void {
    for (const run of this.#evidence.tailLog.runs) {
      for (const { message, bytes } of run.messages) {
        if (bytes > MAX_MESSAGE_BYTES) this.#accuse('tail', `a message has ${bytes} bytes`);
        if (message.sent !== message.logs.length || message.matched !== message.sent + (message.gap?.count ?? 0))
          this.#accuse(
            'tail',
            `a message says ${message.matched} matched, ${message.sent} sent and shows ${message.logs.length}`,
          );
      }
      for (const project of run.isWhole ? this.#evidence.watched : []) this.#judgeRun(run, project);
    }
  }

  #judgeRun({ event, messages }: TailRun, project: string): void {
    // a frame whose taking was not answered may be in the stream twice: its events are due as often
    const due = event.Records.map(({ kinesis }) => decodeFrame(Buffer.from(kinesis.data, 'base64')))
      .filter(({ header }) => header.project === project)
      .flatMap((frame) => this.#linesOf(frame).map((line): string => (JSON.parse(line) as LogRecord).id));
    const mine = messages.filter(({ connectionId }) => connectionId === `viewer-of-${project}`);
    const shown = mine.flatMap(({ message }) => message.logs.map(({ id }) => id));
    const missed = mine.reduce((sum, { message }) => sum + (message.gap?.count ?? 0), 0);
    if (shown.length + missed !== due.length)
      this.#accuse('tail', `a viewer of ${project} was shown ${shown.length} and told of ${missed} of ${due.length}`);
    // of a flood the newest are shown
    if (shown.join() !== due.slice(missed).join())
      this.#accuse('tail', `a viewer of ${project} was shown other events than those of the batch`);
  }

  /** The record of a line, if it is one of the events sent, whole and where it belongs. */
  #recognise(where: string, project: string, line: string): LogRecord | undefined {
    const record = JSON.parse(line) as LogRecord | null;
    const known = this.#known.get(nameOf(record));
    if (record === null || known === undefined) {
      this.#accuse('changed', `${where} holds what was never sent: ${line.slice(0, 100)}`);
      return undefined;
    }
    if (known.shipment.project !== project)
      this.#accuse('foreign', `${where} of ${project} holds ${known.event.name} of ${known.shipment.project}`);
    if (!isUnchanged(known.event, record))
      this.#accuse('changed', `${where} holds ${known.event.name} otherwise than sent`);
    return record;
  }

  #linesOf(frame: Frame): string[] {
    const { object } = frame.header;
    if (object === undefined) return readLines(frame);
    const body = this.#evidence.quarantine.objects.get(object);
    if (body !== undefined) return readLines({ header: frame.header, body });
    this.#accuse('lost', `${object} is gone`);
    return [];
  }

  #accuse(what: string, how: string): void {
    this.violations.push(`${what}: ${how}`);
  }
}

/** The name stands in front of the event's text; what is no record has none. */
const nameOf = (record: LogRecord | null): string => String(record?.body).split(' ', 1)[0] ?? '';

const projectOf = (key: string): string => /\/project=([^/]+)\//.exec(key)?.[1] ?? '';

function note(where: Map<string, Set<string>>, record: LogRecord): void {
  const ids = where.get(nameOf(record));
  if (ids === undefined) where.set(nameOf(record), new Set([record.id]));
  else ids.add(record.id);
}

function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    frames.push(decodeFrame(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return frames;
}
