import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RetryLater } from '../../core/errors.ts';
import type { Attempt, BackOff } from './port.ts';

/** So many failures cost nothing: people mistype. */
const FREE = 4;
const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 15 * 60;
/** After so long without a failure all is forgotten. */
const FORGOTTEN_SECONDS = 3_600;
const SELF = '-';

const FailureItem = z.object({ failures: z.number(), last_at: z.number(), expires_at: z.number() });

/** Failures beside the counts of limits. */
export class DynamoDbBackOff implements BackOff {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async begin(who: string): Promise<Attempt> {
    const key = { pk: `B#${who}`, sk: SELF };
    const { Item } = await orUnavailable(
      this.#client.send(new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true })),
    );
    const { data } = FailureItem.safeParse(Item);
    const seconds = this.#now() / 1000;
    const known = data !== undefined && data.expires_at > seconds ? data : undefined;
    const left = known === undefined ? 0 : known.last_at + waitOf(known.failures) - seconds;
    if (left > 0) throw new RetryLater('rate_limited', 'too many failed attempts; wait before the next', left);
    return {
      failed: () => orUnavailable(this.#count(key)),
      succeeded: async () => {
        if (known === undefined) return;
        await orUnavailable(this.#client.send(new DeleteCommand({ TableName: this.#table, Key: key })));
      },
    };
  }

  async #count(key: { readonly pk: string; readonly sk: string }): Promise<void> {
    const now = Math.floor(this.#now() / 1000);
    const end = now + FORGOTTEN_SECONDS;
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { ...key },
          UpdateExpression: 'ADD failures :one SET last_at = :now, expires_at = :end',
          // the table takes its time to remove what has ended
          ConditionExpression: 'attribute_not_exists(expires_at) OR expires_at > :now',
          ExpressionAttributeValues: { ':one': 1, ':now': now, ':end': end },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { ...key },
          UpdateExpression: 'SET failures = :one, last_at = :now, expires_at = :end',
          ExpressionAttributeValues: { ':one': 1, ':now': now, ':end': end },
        }),
      );
    }
  }
}

/** Twice as long with each failure. @returns seconds */
const waitOf = (failures: number): number =>
  failures <= FREE ? 0 : Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (failures - FREE - 1));

async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new RetryLater('unavailable', 'attempts cannot be counted now, so none is let through', 5, { cause: error });
  }
}
