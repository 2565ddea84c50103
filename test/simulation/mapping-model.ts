import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { Bucket } from './bucket-model.ts';
import { Instance, type Network } from './faults.ts';
import type { Result } from './function-pool.ts';
import type { Random } from './random.ts';
import type { Shard, Stream, StreamRecord } from './stream-model.ts';
import type { World } from './world.ts';

export interface MappingOptions {
  readonly name: string;
  readonly world: World;
  readonly network: Network;
  readonly random: Random;
  readonly stream: Stream;
  /** Gets the batches that are given up, under `aws/lambda/`. */
  readonly onFailure: Bucket;
  readonly batchSize: number;
  readonly windowMillis: number;
  /** Batches of a shard at the same time. */
  readonly lanes: number;
  readonly maximumAgeMillis: number;
  readonly invoke: (event: KinesisStreamEvent) => Promise<Result<KinesisStreamBatchResponse>>;
}

/** Lambda's limit of an event is 6 MB, in which the data stands as base64. */
const PAYLOAD_BYTES = 4_500_000;
const FIRST_BACKOFF_MILLIS = 100;
const LAST_BACKOFF_MILLIS = 60_000;

/**
 * An event source mapping as Lambda documents it: a batch gathers, is invoked, goes on from the lowest reported item, is halved where the
 * function ended (which spends no retry), waits longer each time it got nowhere, and is given up to S3 when its records are too old.
 */
export class Mapping {
  readonly #options: MappingOptions;
  readonly #readers = new Map<Shard, ShardReader>();

  constructor(options: MappingOptions) {
    this.#options = options;
  }

  /** Reads every shard, those to come too. */
  async run(): Promise<never> {
    for (;;) {
      for (const shard of this.#options.stream.shards) {
        if (this.#readers.has(shard)) continue;
        const reader = new ShardReader(shard, this.#options);
        this.#readers.set(shard, reader);
        void Promise.all(shard.parents.map((parent) => this.#readers.get(parent)?.finished)).then(() =>
          reader.restart(),
        );
      }
      await this.#options.stream.changed();
    }
  }

  /** All that the stream took is done with. */
  get isAtEnd(): boolean {
    return this.#options.stream.shards.every((shard) => this.#readers.get(shard)?.isAtEnd ?? false);
  }

  /** The poller of a shard is replaced: another one goes on from the checkpoint, while the function still runs for the old one. */
  restart(random: Random): void {
    const readers = [...this.#readers.values()].filter(({ isReading }) => isReading);
    if (readers.length > 0) random.pick(readers).restart();
  }
}

class ShardReader {
  readonly #shard: Shard;
  readonly #options: MappingOptions;
  readonly #finish = Promise.withResolvers<void>();
  readonly #done = new Set<StreamRecord>();
  /** Records before it are done. */
  #checkpoint = 0;
  #generation = 0;

  /** Settles when a closed shard is read to its end. */
  readonly finished = this.#finish.promise;

  constructor(shard: Shard, options: MappingOptions) {
    this.#shard = shard;
    this.#options = options;
  }

  get isReading(): boolean {
    return this.#generation > 0 && !this.isAtEnd;
  }

  get isAtEnd(): boolean {
    return this.#checkpoint === this.#shard.records.length;
  }

  restart(): void {
    this.#generation++;
    this.#done.clear();
    for (let lane = 0; lane < this.#options.lanes; lane++) void this.#read(lane, this.#generation);
    this.#finishIfAtEnd();
  }

  async #read(lane: number, generation: number): Promise<void> {
    const { world, random, windowMillis, stream } = this.#options;
    let position = this.#checkpoint;
    while (generation === this.#generation) {
      if (!this.#hasNext(position, lane)) {
        if (this.#shard.closed) return this.#finishIfAtEnd();
        await stream.changed();
        continue;
      }
      await world.sleep(random.between(0, windowMillis));
      const batch: StreamRecord[] = [];
      // a poller takes what it has got by then
      const size = 1 + random.int(this.#options.batchSize);
      let bytes = 0;
      for (; position < this.#shard.records.length && batch.length < size; position++) {
        const record = this.#shard.records[position] as StreamRecord;
        if (this.#laneOf(record) !== lane) continue;
        bytes += record.data.length;
        if (bytes > PAYLOAD_BYTES && batch.length > 0) break;
        batch.push(record);
      }
      await this.#work(batch, generation);
    }
  }

  #hasNext(position: number, lane: number): boolean {
    return this.#shard.records.slice(position).some((record) => this.#laneOf(record) === lane);
  }

  #laneOf({ hash }: StreamRecord): number {
    return Math.floor(hash * 1_000) % this.#options.lanes;
  }

  /** Works on a batch until each record of it is done or given up. */
  async #work(batch: readonly StreamRecord[], generation: number): Promise<void> {
    const { world, random, maximumAgeMillis } = this.#options;
    const parts: (readonly StreamRecord[])[] = [batch];
    let backoff = FIRST_BACKOFF_MILLIS;
    const wait = async () => {
      await world.sleep(backoff * random.between(0.5, 1));
      backoff = Math.min(backoff * 2, LAST_BACKOFF_MILLIS);
    };
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const limit = world.now() - maximumAgeMillis;
      const old = part.filter(({ arrivedAt }) => arrivedAt < limit);
      if (old.length > 0) {
        await this.#giveUp(old);
        this.#finishRecords(old, generation);
        part = part.filter((record) => !old.includes(record));
      }
      if (part.length === 0) continue;
      const failedAt = await this.#invoke(part);
      if (generation !== this.#generation) return;
      if (failedAt === undefined) {
        this.#finishRecords(part, generation);
        backoff = FIRST_BACKOFF_MILLIS;
        continue;
      }
      if (failedAt.index > 0) {
        this.#finishRecords(part.slice(0, failedAt.index), generation);
        backoff = FIRST_BACKOFF_MILLIS;
      }
      const rest = part.slice(failedAt.index);
      if (!failedAt.reported && rest.length > 1) {
        const middle = Math.ceil(rest.length / 2);
        parts.unshift(rest.slice(0, middle), rest.slice(middle));
      } else {
        parts.unshift(rest);
        await wait();
      }
      if (generation !== this.#generation) return;
    }
  }

  /** @returns the first record that must come again, undefined where all are done */
  async #invoke(
    part: readonly StreamRecord[],
  ): Promise<{ readonly index: number; readonly reported: boolean } | undefined> {
    const { invoke, network } = this.#options;
    const whole = { index: 0, reported: false };
    if (network.chances.throttled()) return { index: 0, reported: true };
    const result = await invoke(this.#toEvent(part));
    if ('error' in result || network.chances.partial()) return whole;
    const failures = result.output.batchItemFailures;
    if (failures.length === 0) return undefined;
    const indices = failures.map(({ itemIdentifier }) =>
      part.findIndex(({ sequenceNumber }) => sequenceNumber === itemIdentifier),
    );
    // an identifier that is not of the batch fails all of it
    return indices.includes(-1) ? whole : { index: Math.min(...indices), reported: true };
  }

  async #giveUp(records: readonly StreamRecord[]): Promise<void> {
    const { world, random, network, onFailure, name } = this.#options;
    const lambda = onFailure.seenBy(new Instance(false), network);
    const body = Buffer.from(JSON.stringify({ payload: JSON.stringify(this.#toEvent(records)) }));
    for (;;) {
      try {
        // each try makes a name of its own
        await lambda.put(`aws/lambda/${name}/${this.#shard.id}/${random.int(1e9)}`, body);
        return;
      } catch {
        await world.sleep(LAST_BACKOFF_MILLIS);
      }
    }
  }

  #toEvent(records: readonly StreamRecord[]): KinesisStreamEvent {
    return {
      Records: records.map(({ sequenceNumber, arrivedAt, data, hash }) => ({
        eventID: `${this.#shard.id}:${sequenceNumber}`,
        kinesis: {
          sequenceNumber,
          partitionKey: String(hash),
          data: data.toString('base64'),
          approximateArrivalTimestamp: arrivedAt / 1_000,
          kinesisSchemaVersion: '1.0',
        },
      })),
    } as KinesisStreamEvent;
  }

  #finishRecords(records: readonly StreamRecord[], generation: number): void {
    if (generation !== this.#generation) return;
    for (const record of records) this.#done.add(record);
    for (let next = this.#next(); next !== undefined && this.#done.delete(next); next = this.#next())
      this.#checkpoint++;
    this.#finishIfAtEnd();
  }

  #next(): StreamRecord | undefined {
    return this.#shard.records[this.#checkpoint];
  }

  #finishIfAtEnd(): void {
    if (this.#shard.closed && this.isAtEnd) this.#finish.resolve();
  }
}
