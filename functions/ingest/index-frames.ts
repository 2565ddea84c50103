import type { Attempts } from '../adapters/attempts/port.ts';
import type { ObjectStore } from '../adapters/object-store/port.ts';
import { FrameError } from '../core/frame.ts';
import type { Delivery } from '../core/kinesis.ts';
import { log } from '../core/log.ts';
import { readFrame } from './read-frame.ts';
import { MAX_LINES_BYTES, makeStoreFrames, type OpenedFrame, type StoreParts } from './store-frames.ts';

/** What indexing stands on. */
export interface IndexParts extends StoreParts {
  /** Holds the lines of frames that were too large for the stream. */
  readonly objects: ObjectStore;
  readonly attempts: Attempts;
}

interface Opened extends OpenedFrame {
  readonly delivery: Delivery;
}

/**
 * Stores the events of a batch of frames. Each event is created, was there already, or goes to quarantine; a frame with an event that the
 * store could not take now comes again.
 */
export function makeIndexFrames({ objects, attempts, ...parts }: IndexParts) {
  const { ledger, quarantine } = parts;
  const store = makeStoreFrames(parts);

  return async (batch: readonly Delivery[], signal: AbortSignal): Promise<readonly Delivery[]> => {
    const again: Delivery[] = [];
    let opened: Opened[] = [];
    let bytes = 0;
    const flush = async () => {
      const stored = await store(opened, signal);
      again.push(...opened.flatMap(({ delivery }, at) => (stored[at] === undefined ? [delivery] : [])));
      opened = [];
      bytes = 0;
    };
    for (const delivery of batch) {
      try {
        const lines = await open(delivery, batch.length);
        if (lines === undefined) continue;
        opened.push(lines);
        bytes += lines.header.bytes;
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
    await survive();
    return again;
  };

  async function survive(): Promise<void> {
    try {
      await attempts.survived();
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
      return { delivery, header: frame.header, lines: await readFrame(frame, objects) };
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
}
