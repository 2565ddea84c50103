import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchRunnerOptions, runBatch } from './batch-runner.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { StreamReader, StreamRecord } from './stream-record.ts';

/** Event JSON that a batch may make, below Lambda's 6 MB so that the rest of the event fits. */
const PAYLOAD_BYTES = 6 * 1024 * 1024 - 64 * 1024;

/** What a record adds to the event beside its data. */
const RECORD_OVERHEAD_BYTES = 700;

/** Records read ahead of the function, bytes a shard. */
const BUFFER_BYTES = 16 * 1024 * 1024;

const IDLE_MILLIS = 100;

export interface ShardConsumerOptions extends Omit<BatchRunnerOptions, 'onDone'> {
  readonly shardId: string;
  readonly reader: StreamReader;
  readonly checkpoints: Checkpoints;
}

/**
 * Reads one shard and feeds it to the function in batches: in order, or by `ParallelizationFactor` lanes in the order of each partition key.
 * The checkpoint is the last record before which all are done.
 */
export class ShardConsumer {
  readonly #options: ShardConsumerOptions;
  readonly #lanes: Lane[];
  /** Read and not yet below the checkpoint, in the order of the shard. */
  readonly #pending: { readonly sequenceNumber: string; done: boolean }[] = [];
  readonly #bySequenceNumber = new Map<string, { done: boolean }>();

  constructor(options: ShardConsumerOptions) {
    this.#options = options;
    this.#lanes = Array.from({ length: options.settings.parallelization }, () => new Lane(options));
  }

  /** Runs until the signal ends it or the shard is closed and read to its end. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const workers = this.#lanes.map(async (lane) => {
      for (let batch = await lane.take(); batch !== undefined; batch = await lane.take()) {
        await runBatch(batch, { ...this.#options, onDone: (records) => this.#finish(records) });
        if (signal.aborted) return;
      }
    });
    await this.#read();
    for (const lane of this.#lanes) lane.end();
    await Promise.all(workers);
  }

  async #read(): Promise<void> {
    const { reader, shardId, checkpoints, settings, signal, log } = this.#options;
    let position = checkpoints.get(shardId);
    let iterator: string | undefined;
    while (!signal.aborted) {
      try {
        iterator ??= await reader.openShard(
          shardId,
          position === undefined ? settings.startingPosition : { after: position },
        );
        const asked = performance.now();
        const page = await reader.read(iterator);
        iterator = page.iterator;
        for (const record of page.records) this.#add(record);
        position = page.records.at(-1)?.sequenceNumber ?? position;
        if (iterator === undefined) return;
        // a stream that does not hold its answer is asked again a little later
        if (page.records.length === 0 && performance.now() - asked < IDLE_MILLIS / 2) await pause(IDLE_MILLIS, signal);
        while (!signal.aborted && this.#lanes.reduce((sum, { bytes }) => sum + bytes, 0) > BUFFER_BYTES)
          await pause(10, signal);
      } catch (error) {
        if (signal.aborted) return;
        log(
          `event source mapping ${settings.id}, ${shardId}: ${error instanceof Error ? error.message : String(error)}`,
        );
        // the iterator may have expired; where it stood is known
        iterator = undefined;
        await pause(1_000, signal);
      }
    }
  }

  #add(record: StreamRecord): void {
    const entry = { sequenceNumber: record.sequenceNumber, done: false };
    this.#pending.push(entry);
    this.#bySequenceNumber.set(record.sequenceNumber, entry);
    const lane = this.#lanes.length === 1 ? 0 : hash(record.partitionKey) % this.#lanes.length;
    this.#lanes[lane]?.put(record);
  }

  #finish(records: readonly StreamRecord[]): void {
    for (const { sequenceNumber } of records) {
      const entry = this.#bySequenceNumber.get(sequenceNumber);
      if (entry !== undefined) entry.done = true;
      this.#bySequenceNumber.delete(sequenceNumber);
    }
    const firstOpen = this.#pending.findIndex(({ done }) => !done);
    const finished = this.#pending.splice(0, firstOpen < 0 ? this.#pending.length : firstOpen);
    const last = finished.at(-1);
    if (last !== undefined) this.#options.checkpoints.set(this.#options.shardId, last.sequenceNumber);
  }
}

/** Records of one lane, taken out in batches. */
class Lane {
  readonly #settings: ShardConsumerOptions['settings'];
  readonly #signal: AbortSignal;
  #records: { readonly record: StreamRecord; readonly size: number; readonly at: number }[] = [];
  #ended = false;
  #wake: (() => void) | undefined;
  bytes = 0;

  constructor({ settings, signal }: ShardConsumerOptions) {
    this.#settings = settings;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.());
  }

  put(record: StreamRecord): void {
    const size = Math.ceil(record.data.length / 3) * 4 + record.partitionKey.length + RECORD_OVERHEAD_BYTES;
    this.#records.push({ record, size, at: performance.now() });
    this.bytes += size;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next batch: as soon as it is full, or its oldest record has waited for the window. Undefined at the end. */
  async take(): Promise<readonly StreamRecord[] | undefined> {
    while (!this.#signal.aborted) {
      const full = this.#count();
      const [oldest] = this.#records;
      if (oldest === undefined) {
        if (this.#ended) return undefined;
        await this.#woken(undefined);
        continue;
      }
      const waited = performance.now() - oldest.at;
      if (full.isFull || this.#ended || waited >= this.#settings.windowMillis) {
        const batch = this.#records.splice(0, full.length);
        for (const { size } of batch) this.bytes -= size;
        return batch.map(({ record }) => record);
      }
      await this.#woken(this.#settings.windowMillis - waited);
    }
    return undefined;
  }

  #count(): { readonly length: number; readonly isFull: boolean } {
    let bytes = 0;
    let length = 0;
    for (const { size } of this.#records) {
      if (length === this.#settings.batchSize || (length > 0 && bytes + size > PAYLOAD_BYTES))
        return { length, isFull: true };
      bytes += size;
      length++;
    }
    return { length, isFull: length === this.#settings.batchSize };
  }

  async #woken(millis: number | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = millis === undefined ? undefined : setTimeout(resolve, millis);
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

function hash(partitionKey: string): number {
  return createHash('md5').update(partitionKey).digest().readUInt32BE(0);
}

async function pause(millis: number, signal: AbortSignal): Promise<void> {
  await sleep(millis, undefined, { signal }).catch(() => {});
}
