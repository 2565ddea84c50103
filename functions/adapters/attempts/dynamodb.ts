import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../../core/kinesis.ts';
import type { Attempts } from './port.ts';

const MAXIMUM = 3;
/** A record alone in its batch and this old was halved down to: a fresh one costs no call. */
const SUSPICIOUS_AFTER_MILLIS = 60_000;
const KEPT_SECONDS = 4 * 86_400;

/** Notes in the ledger's table, by sequence number, which execution environments began work on a record and did not tell of its end. */
export class DynamoDbAttempts implements Attempts {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;
  /** An environment that asks again has outlived what it began before, told or not; one that was ended comes back under another name. */
  readonly #environment = randomUUID();
  /** Records whose mark this instance has set and not taken away. */
  readonly #marked = new Set<string>();

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async exhausted(delivery: Delivery, batchSize: number): Promise<boolean> {
    if (batchSize > 1 || this.#now() - delivery.arrivedAt < SUSPICIOUS_AFTER_MILLIS) return false;
    const record = nameOf(delivery);
    this.#marked.add(record);
    const { Attributes } = await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: keyOf(record),
        UpdateExpression: 'ADD environments :this SET expires_at = :end',
        ExpressionAttributeValues: {
          ':this': new Set([this.#environment]),
          ':end': Math.floor(this.#now() / 1000) + KEPT_SECONDS,
        },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    const begun: ReadonlySet<string> = Attributes?.environments ?? new Set();
    return begun.size > MAXIMUM;
  }

  async survived(): Promise<void> {
    // also what ended before and could not be told then
    for (const record of this.#marked) {
      await this.#client.send(
        new UpdateCommand({ TableName: this.#table, Key: keyOf(record), UpdateExpression: 'REMOVE environments' }),
      );
      this.#marked.delete(record);
    }
  }
}

const nameOf = ({ shard, sequenceNumber }: Delivery): string => `${shard}:${sequenceNumber}`;

const keyOf = (record: string) => ({ pk: `A#${record}`, sk: '-' });
