import type { InvocationResult } from '../workers/function-pool.ts';
import type { FailedBatch } from './batch-runner.ts';
import { Checkpoints } from './checkpoints.ts';
import { type KinesisEventContext, toKinesisEvent } from './kinesis-event.ts';
import type { MappingSettings } from './mapping-settings.ts';
import { ShardConsumer } from './shard-consumer.ts';
import type { StreamReader, StreamRecord } from './stream-record.ts';

export interface KinesisMappingOptions {
  readonly settings: MappingSettings;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly region: string;
  readonly reader: StreamReader;
  readonly invoke: (event: string) => Promise<InvocationResult>;
  /** Stores given-up records under a key prefix; undefined drops them, as without a destination in the account. */
  readonly storeFailure: ((prefix: string, content: unknown) => Promise<void>) | undefined;
  /** File of the checkpoints. */
  readonly checkpointPath: string;
  /** Longest wait between tries of a batch. */
  readonly maximumBackoffMillis: number;
  readonly now: () => number;
  readonly log: (message: string) => void;
}

/** An event source mapping: consumes every shard of a stream until it is closed. */
export class KinesisMapping {
  readonly #options: KinesisMappingOptions;
  readonly #stop = new AbortController();
  readonly #checkpoints: Checkpoints;
  readonly #consumers = new Map<string, Promise<void>>();
  #watching: Promise<void> = Promise.resolve();

  constructor(options: KinesisMappingOptions) {
    this.#options = options;
    this.#checkpoints = new Checkpoints(options.checkpointPath);
  }

  start(): void {
    this.#watching = this.#watch();
  }

  /** Ends after the batches that are running; what is not done comes again after a restart. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await Promise.all(this.#consumers.values());
    this.#checkpoints.flush();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const shards = await this.#options.reader.listShards();
        for (const shardId of shards) {
          if (!this.#consumers.has(shardId) && !signal.aborted) this.#consumers.set(shardId, this.#consume(shardId));
        }
        if (shards.length > 0) return;
      } catch (error) {
        const { settings, log } = this.#options;
        if (!signal.aborted)
          log(`event source mapping ${settings.id}: ${error instanceof Error ? error.message : String(error)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
      });
    }
  }

  #consume(shardId: string): Promise<void> {
    const { settings, reader, maximumBackoffMillis, now, log, invoke, region, roleArn } = this.#options;
    const context: KinesisEventContext = { shardId, streamArn: settings.streamArn, region, roleArn };
    return new ShardConsumer({
      shardId,
      settings,
      reader,
      checkpoints: this.#checkpoints,
      maximumBackoffMillis,
      now,
      log,
      signal: this.#stop.signal,
      invoke: (records) => invoke(JSON.stringify(toKinesisEvent(records, context))),
      storeFailure: (failed) => this.#storeFailure(failed, context),
    }).run();
  }

  async #storeFailure(failed: FailedBatch, context: KinesisEventContext): Promise<void> {
    const { settings, storeFailure, log } = this.#options;
    if (storeFailure === undefined) {
      log(
        `event source mapping ${settings.id}: ${failed.records.length} records dropped, ${failed.reason}, no on-failure destination`,
      );
      return;
    }
    await storeFailure(`aws/lambda/${settings.id}/${context.shardId}`, this.#failureContent(failed, context));
  }

  /** As in https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html, with the records, as S3 gets them. */
  #failureContent({ records, reason, invocations, last }: FailedBatch, context: KinesisEventContext) {
    const first = records[0] as StreamRecord;
    const end = records.at(-1) as StreamRecord;
    return {
      requestContext: {
        requestId: last?.requestId ?? '',
        functionArn: this.#options.functionArn,
        condition: reason,
        approximateInvokeCount: invocations,
      },
      ...(last === undefined
        ? {}
        : {
            responseContext: {
              statusCode: 200,
              executedVersion: '$LATEST',
              ...(last.error === undefined ? {} : { functionError: 'Unhandled' }),
            },
          }),
      version: '1.0',
      timestamp: new Date(this.#options.now()).toISOString(),
      KinesisBatchInfo: {
        shardId: context.shardId,
        startSequenceNumber: first.sequenceNumber,
        endSequenceNumber: end.sequenceNumber,
        approximateArrivalOfFirstRecord: new Date(first.arrivedAt).toISOString(),
        approximateArrivalOfLastRecord: new Date(end.arrivedAt).toISOString(),
        batchSize: records.length,
        streamArn: context.streamArn,
      },
      // S3 gets the whole invocation record, which carries the batch as text
      payload: JSON.stringify(toKinesisEvent(records, context)),
    };
  }
}
