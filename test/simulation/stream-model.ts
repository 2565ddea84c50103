import type { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { Instance, Network } from './faults.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A record of the stream. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** When the stream took it, Unix milliseconds. */
  readonly arrivedAt: number;
  readonly data: Buffer;
  /** Stands for the hash of its partition key: from 0 to 1. */
  readonly hash: number;
}

/** A shard takes a range of hashes until it is split or merged; then its children do, and it is read to its end first. */
export class Shard {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly parents: readonly Shard[];
  readonly records: StreamRecord[] = [];
  closed = false;

  constructor(id: string, from: number, to: number, parents: readonly Shard[]) {
    this.id = id;
    this.from = from;
    this.to = to;
    this.parents = parents;
  }
}

/** A stream of Kinesis with shards that split and merge. */
export class Stream {
  readonly shards: Shard[] = [];
  /** Tells readers that there are records or shards that there were not. */
  readonly #listeners = new Set<() => void>();
  readonly #world: World;
  readonly #random: Random;
  #sequence = 0;

  constructor(world: World, random: Random, shards: number) {
    this.#world = world;
    this.#random = random;
    for (let at = 0; at < shards; at++) this.#open(at / shards, (at + 1) / shards, []);
  }

  /** Every record that the stream ever took. */
  get records(): StreamRecord[] {
    return this.shards.flatMap(({ records }) => records);
  }

  /** Puts an open shard's range into two of half its size. */
  split(): void {
    const open = this.shards.filter(({ closed }) => !closed);
    const shard = this.#random.pick(open);
    const middle = (shard.from + shard.to) / 2;
    shard.closed = true;
    this.#open(shard.from, middle, [shard]);
    this.#open(middle, shard.to, [shard]);
    this.#tell();
  }

  /** Puts two open shards that are neighbours into one. */
  merge(): void {
    const open = this.shards.filter(({ closed }) => !closed).sort((a, b) => a.from - b.from);
    if (open.length < 2) return;
    const at = this.#random.int(open.length - 1);
    const [low, high] = [open[at] as Shard, open[at + 1] as Shard];
    low.closed = true;
    high.closed = true;
    this.#open(low.from, high.to, [low, high]);
    this.#tell();
  }

  /** Something new may be read after this. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#listeners.add(resolve));
  }

  /** The client that a function puts records through. */
  seenBy(instance: Instance, network: Network): Pick<KinesisClient, 'send'> {
    const send = ({ input }: PutRecordsCommand) =>
      network.call(instance, 'stream', () => {
        const { chances } = network;
        if (chances.throttled()) throw new Error('ProvisionedThroughputExceededException');
        const Records = (input.Records ?? []).map(({ Data }) => {
          if (chances.throttled()) return { ErrorCode: 'ProvisionedThroughputExceededException' };
          return this.#take(Buffer.from(Data ?? Buffer.alloc(0)));
        });
        if (chances.partial()) Records.length = this.#random.int(Records.length);
        return { Records };
      });
    return { send } as unknown as Pick<KinesisClient, 'send'>;
  }

  #take(data: Buffer): { readonly SequenceNumber: string; readonly ShardId: string } {
    const hash = this.#random.next();
    const shard = this.shards.find(({ closed, from, to }) => !closed && hash >= from && hash < to) as Shard;
    const sequenceNumber = String(++this.#sequence).padStart(56, '0');
    shard.records.push({ sequenceNumber, arrivedAt: this.#world.now(), data, hash });
    this.#tell();
    return { SequenceNumber: sequenceNumber, ShardId: shard.id };
  }

  #open(from: number, to: number, parents: readonly Shard[]): void {
    this.shards.push(new Shard(`shardId-${String(this.shards.length).padStart(12, '0')}`, from, to, parents));
  }

  #tell(): void {
    for (const tell of this.#listeners) tell();
    this.#listeners.clear();
  }
}
