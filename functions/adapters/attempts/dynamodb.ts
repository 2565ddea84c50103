import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../../core/kinesis.ts';
import type { Attempts } from './port.ts';

const MAXIMUM = 3;
/** A record alone in its batch and this old was halved down to: a fresh one costs no call. */
const SUSPICIOUS_AFTER_MILLIS = 60_000;
const KEPT_SECONDS = 4 * 86_400;

/** Counts in the ledger's table, by sequence number. */
export class DynamoDbAttempts implements Attempts {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;
  /** Records that this instance has tried: it is still alive, so they did not end it. */
  readonly #survived = new Set<string>();

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async exhausted({ shard, sequenceNumber, arrivedAt }: Delivery, batchSize: number): Promise<boolean> {
    const record = `${shard}:${sequenceNumber}`;
    if (batchSize > 1 || this.#now() - arrivedAt < SUSPICIOUS_AFTER_MILLIS || this.#survived.has(record)) return false;
    if (this.#survived.size > 10_000) this.#survived.clear();
    this.#survived.add(record);
    const { Attributes } = await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { pk: `A#${record}`, sk: '-' },
        UpdateExpression: 'ADD attempts :one SET expires_at = :end',
        ExpressionAttributeValues: { ':one': 1, ':end': Math.floor(this.#now() / 1000) + KEPT_SECONDS },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(Attributes?.attempts) > MAXIMUM;
  }
}
