import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Credentials } from '../iam/credentials.ts';
import type { ShardPosition, StreamReader } from './stream-record.ts';

/** How long the emulator may hold an answer at the tip of a shard; a real stream ignores the header. */
const WAIT_MILLIS = 1_000;

/** A Kinesis stream over HTTP. */
export class KinesisReader implements StreamReader {
  readonly #client: KinesisClient;
  readonly #streamArn: string;

  constructor(streamArn: string, endpoint: string, region: string, credentials: Credentials) {
    this.#streamArn = streamArn;
    // its default handler speaks HTTP/2, which plain-HTTP endpoints do not
    this.#client = new KinesisClient({
      endpoint,
      region,
      credentials,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    });
    this.#client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-tributary-wait'] = String(WAIT_MILLIS);
        return next(args);
      },
      // before signing, as any header
      { step: 'build', name: 'longPoll' },
    );
  }

  async listShards(): Promise<readonly string[]> {
    const shards: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.#client.send(
        new ListShardsCommand(NextToken === undefined ? { StreamARN: this.#streamArn } : { NextToken }),
      );
      shards.push(...(page.Shards ?? []).map(({ ShardId }) => ShardId ?? ''));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return shards;
  }

  async openShard(shardId: string, position: ShardPosition): Promise<string> {
    const { ShardIterator } = await this.#client.send(
      new GetShardIteratorCommand({
        StreamARN: this.#streamArn,
        ShardId: shardId,
        ...(typeof position === 'string'
          ? { ShardIteratorType: position }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: position.after }),
      }),
    );
    if (ShardIterator === undefined) throw new Error(`Kinesis gave no iterator for ${shardId}`);
    return ShardIterator;
  }

  async read(iterator: string) {
    const { Records = [], NextShardIterator } = await this.#client.send(
      new GetRecordsCommand({ StreamARN: this.#streamArn, ShardIterator: iterator }),
    );
    return {
      records: Records.map(({ SequenceNumber = '', PartitionKey = '', Data, ApproximateArrivalTimestamp }) => ({
        sequenceNumber: SequenceNumber,
        partitionKey: PartitionKey,
        data: Data ?? new Uint8Array(),
        arrivedAt: ApproximateArrivalTimestamp?.getTime() ?? 0,
      })),
      iterator: NextShardIterator,
    };
  }

  close(): void {
    this.#client.destroy();
  }
}
