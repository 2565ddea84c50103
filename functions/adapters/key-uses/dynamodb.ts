import { BatchGetCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { log } from '../../core/log.ts';
import type { KeyUses } from './port.ts';

const EVERY_MILLIS = 60_000;
const KEPT_SECONDS = 400 * 86_400;
/** A BatchGetItem takes a hundred keys. */
const BATCH = 100;
const SELF = '-';

const UseItem = z.object({ key_id: z.string(), used_at: z.string() });

/** Uses beside the counts of limits: whoever counts a key's requests may note them, and nothing else of the key. */
export class DynamoDbKeyUses implements KeyUses {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;
  readonly #noted = new Map<string, number>();

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async note(id: string): Promise<void> {
    const now = this.#now();
    const last = this.#noted.get(id);
    if (last !== undefined && now - last < EVERY_MILLIS) return;
    if (this.#noted.size > 10_000) this.#noted.clear();
    this.#noted.set(id, now);
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: toKey(id), sk: SELF },
          UpdateExpression: 'SET key_id = :id, used_at = :now, expires_at = :end',
          ExpressionAttributeValues: {
            ':id': id,
            ':now': new Date(now).toISOString(),
            ':end': Math.floor(now / 1000) + KEPT_SECONDS,
          },
        }),
      );
    } catch (error) {
      log('warn', 'use of a key is not noted', {}, error);
    }
  }

  async read(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const uses = new Map<string, string>();
    for (let start = 0; start < ids.length; start += BATCH) {
      let wanted: Record<string, unknown>[] = ids
        .slice(start, start + BATCH)
        .map((id) => ({ pk: toKey(id), sk: SELF }));
      while (wanted.length > 0) {
        const { Responses = {}, UnprocessedKeys = {} } = await this.#client.send(
          new BatchGetCommand({ RequestItems: { [this.#table]: { Keys: wanted } } }),
        );
        for (const item of Responses[this.#table] ?? []) {
          const { key_id, used_at } = UseItem.parse(item);
          uses.set(key_id, used_at);
        }
        wanted = UnprocessedKeys[this.#table]?.Keys ?? [];
      }
    }
    return uses;
  }
}

const toKey = (id: string): string => `KU#${id}`;
