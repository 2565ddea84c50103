import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { log } from '../../core/log.ts';
import type { FrameStream } from './port.ts';

/** PutRecords takes 500 records and 10 MiB, partition keys included. */
const MAX_RECORDS = 500;
const MAX_BYTES = 10 * 1_048_576 - 65_536;
/** A request waits for a throttled stream no longer than this; then its frames go to S3. */
const PATIENCE_MILLIS = 5_000;
const FIRST_PAUSE_MILLIS = 40;

/** What waiting goes by. */
export interface Pace {
  readonly now: () => number;
  readonly sleep: (millis: number) => Promise<unknown>;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** The stream in Kinesis. */
export class KinesisFrameStream implements FrameStream {
  readonly #client: Pick<KinesisClient, 'send'>;
  readonly #name: string;
  readonly #pace: Pace;

  /** @param client `makeKinesis()`, or a fake in tests */
  constructor(
    client: Pick<KinesisClient, 'send'>,
    name: string,
    pace: Pace = { now: Date.now, sleep, random: Math.random },
  ) {
    this.#client = client;
    this.#name = name;
    this.#pace = pace;
  }

  async put(records: readonly Buffer[], signal: AbortSignal): Promise<readonly boolean[]> {
    const { now, sleep, random } = this.#pace;
    const taken = records.map(() => false);
    const end = now() + PATIENCE_MILLIS;
    let waiting = records.map((_, position) => position);
    for (let pause = FIRST_PAUSE_MILLIS; waiting.length > 0; pause *= 2) {
      for (const batch of toBatches(waiting, records)) {
        for (const position of await this.#putBatch(batch, records, signal)) taken[position] = true;
      }
      waiting = waiting.filter((position) => !taken[position]);
      const wait = pause * (0.5 + random());
      if (waiting.length === 0 || signal.aborted || now() + wait > end) break;
      await sleep(wait);
    }
    return taken;
  }

  /** @returns positions that were taken */
  async #putBatch(
    batch: readonly number[],
    records: readonly Buffer[],
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    try {
      const { Records = [] } = await this.#client.send(
        new PutRecordsCommand({
          StreamName: this.#name,
          Records: batch.map((position) => ({ Data: records[position], PartitionKey: randomBytes(8).toString('hex') })),
        }),
        { abortSignal: signal },
      );
      return batch.filter((_, at) => Records[at]?.SequenceNumber !== undefined && Records[at].ErrorCode === undefined);
    } catch (error) {
      log('warn', 'stream does not take records', { 'messaging.batch.message_count': batch.length }, error);
      return [];
    }
  }
}

/** HTTP/1.1: the SDK's own HTTP/2 gains nothing for a few large calls and needs TLS. Retries are ours, record by record. */
export const makeKinesis = (): KinesisClient =>
  new KinesisClient({
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout: 4_000 }),
  });

function toBatches(positions: readonly number[], records: readonly Buffer[]): number[][] {
  const batches: number[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const position of positions) {
    const size = (records[position]?.length ?? 0) + 16;
    const last = batches.at(-1);
    if (last === undefined || last.length === MAX_RECORDS || bytes + size > MAX_BYTES) {
      batches.push([position]);
      bytes = size;
    } else {
      last.push(position);
      bytes += size;
    }
  }
  return batches;
}
