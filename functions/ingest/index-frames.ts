import type { Attempts } from '../adapters/attempts/port.ts';
import type { EventWriter, WriteOutcome } from '../adapters/event-store/port.ts';
import type { Ledger, StoredFrame } from '../adapters/ledger/port.ts';
import type { ObjectStore } from '../adapters/object-store/port.ts';
import { type Frame, FrameError } from '../core/frame.ts';
import type { Delivery } from '../core/kinesis.ts';
import { log } from '../core/log.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import { readFrame } from './read-frame.ts';

/** What indexing stands on. */
export interface IndexParts {
  readonly events: EventWriter;
  readonly ledger: Ledger;
  /** Holds the lines of frames that were too large for the stream. */
  readonly objects: ObjectStore;
  readonly quarantine: Quarantine;
  readonly attempts: Attempts;
}

/** Lines written in one go; bounds what a batch holds in memory once inflated. */
const MAX_LINES_BYTES = 24 * 1_048_576;

interface Opened {
  readonly delivery: Delivery;
  readonly frame: Frame;
  readonly lines: readonly string[];
}

/**
 * Stores the events of a batch of frames. Each event is created, was there already, or goes to quarantine; a frame with an event that the
 * store could not take now comes again.
 */
export function makeIndexFrames({ events, ledger, objects, quarantine, attempts }: IndexParts) {
  return async (batch: readonly Delivery[], signal: AbortSignal): Promise<readonly Delivery[]> => {
    const again: Delivery[] = [];
    let opened: Opened[] = [];
    let bytes = 0;
    const flush = async () => {
      again.push(...(await store(opened, signal)));
      opened = [];
      bytes = 0;
    };
    for (const delivery of batch) {
      try {
        const lines = await open(delivery, batch.length);
        if (lines === undefined) continue;
        opened.push(lines);
        bytes += lines.frame.header.bytes;
      } catch (error) {
        log(
          'error',
          'record cannot be read or put aside, it will come again',
          { 'aws.kinesis.sequence_number': delivery.sequenceNumber },
          error,
        );
        again.push(delivery);
      }
      if (bytes > MAX_LINES_BYTES) await flush();
    }
    await flush();
    await survive(batch);
    return again;
  };

  async function survive(batch: readonly Delivery[]): Promise<void> {
    try {
      await attempts.survived(batch);
    } catch (error) {
      log('warn', 'end of work on a record cannot be noted', {}, error);
    }
  }

  /** @returns undefined where the record went to quarantine */
  async function open(delivery: Delivery, batchSize: number): Promise<Opened | undefined> {
    if (await attempts.exhausted(delivery, batchSize)) {
      await putAside(delivery, 'the function ended three times while it worked on this record');
      return undefined;
    }
    const { frame } = delivery;
    try {
      if (frame instanceof Error) throw frame;
      return { delivery, frame, lines: await readFrame(frame, objects) };
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      await putAside(delivery, error.message);
      return undefined;
    }
  }

  /** Quarantines a record undecoded. The ledger counts its events as far as its header can be read. */
  async function putAside(delivery: Delivery, reason: string): Promise<void> {
    await quarantine.record(delivery, reason);
    if (delivery.frame instanceof Error) return;
    const { header } = delivery.frame;
    await ledger.stored([{ header, indexed: 0, quarantined: header.events }]);
  }

  async function store(frames: readonly Opened[], signal: AbortSignal): Promise<readonly Delivery[]> {
    if (frames.length === 0) return [];
    const outcomes = await events.create(
      frames.map(({ frame: { header }, lines }) => ({ project: header.project, index: header.index, lines })),
      signal,
    );
    const retry = outcomes
      .map((group) => group.find(({ kind }) => kind === 'retry'))
      .find((found) => found !== undefined);
    if (retry?.kind === 'retry')
      log('warn', 'events cannot be stored now, their frames will come again', {}, retry.reason);
    const settled = await Promise.all(frames.map((frame, at) => settle(frame, outcomes[at] ?? [])));
    return (await enter(settled.filter((each) => each !== undefined)))
      ? frames.flatMap(({ delivery }, at) => (settled[at] === undefined ? [delivery] : []))
      : frames.map(({ delivery }) => delivery);
  }

  /** @returns undefined where the frame must come again */
  async function settle(
    { frame: { header }, lines }: Opened,
    outcomes: readonly WriteOutcome[],
  ): Promise<StoredFrame | undefined> {
    if (outcomes.length !== lines.length || outcomes.some(({ kind }) => kind === 'retry')) return undefined;
    const refused = outcomes.flatMap((outcome, at) =>
      outcome.kind === 'refused' ? [{ line: lines[at] ?? '', reason: outcome.reason }] : [],
    );
    try {
      if (refused.length > 0) await quarantine.events(header, refused);
    } catch (error) {
      log(
        'error',
        'events cannot be put aside, their frame will come again',
        { 'tributary.frame.id': header.id },
        error,
      );
      return undefined;
    }
    return { header, indexed: lines.length - refused.length, quarantined: refused.length };
  }

  /** Tells the ledger once of all that is done: events can be searched by now, and wait for nothing here. @returns whether it took it */
  async function enter(done: readonly StoredFrame[]): Promise<boolean> {
    try {
      if (done.length > 0) await ledger.stored(done);
      return true;
    } catch (error) {
      log(
        'error',
        'the ledger does not take outcomes, their frames will come again',
        { 'messaging.batch.message_count': done.length },
        error,
      );
      return false;
    }
  }
}
