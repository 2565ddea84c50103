import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Failure } from '../../core/errors.ts';
import type { DynamoDbAuditTrail, Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';

/** A BatchGetItem takes a hundred keys. */
const BATCH = 100;

interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The directory table as those use it who change it: consistent reads, and writes in one transaction with their audit entry. */
export class DirectoryTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  readonly #audit: DynamoDbAuditTrail;

  constructor(client: DynamoDBDocumentClient, name: string, audit: DynamoDbAuditTrail) {
    this.client = client;
    this.name = name;
    this.#audit = audit;
  }

  async get(pk: string, sk: string): Promise<unknown> {
    const { Item } = await this.client.send(
      new GetCommand({ TableName: this.name, Key: { pk, sk }, ConsistentRead: true }),
    );
    return Item;
  }

  /** In no order; what is not there is left out. */
  async getMany(keys: readonly Key[]): Promise<readonly unknown[]> {
    const found: unknown[] = [];
    for (let start = 0; start < keys.length; start += BATCH) {
      let wanted: Record<string, unknown>[] = keys.slice(start, start + BATCH).map((key) => ({ ...key }));
      while (wanted.length > 0) {
        const { Responses = {}, UnprocessedKeys = {} } = await this.client.send(
          new BatchGetCommand({ RequestItems: { [this.name]: { Keys: wanted, ConsistentRead: true } } }),
        );
        found.push(...(Responses[this.name] ?? []));
        wanted = UnprocessedKeys[this.name]?.Keys ?? [];
      }
    }
    return found;
  }

  async query(pk: string): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.client.send(
        new QueryCommand({
          TableName: this.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return items;
  }

  /** Changes one item without an audit entry: for what nobody would ask after. */
  async update(key: Key, update: Omit<UpdateCommandInput, 'TableName' | 'Key'>): Promise<void> {
    await this.client.send(new UpdateCommand({ TableName: this.name, Key: { ...key }, ...update }));
  }

  /** @throws Failure `conflict` with these words where a condition is not met */
  async write(writes: readonly Write[], audit: AuditEvent, conflict: string): Promise<void> {
    try {
      await this.#audit.write(writes, audit);
    } catch (error) {
      const failed =
        error instanceof TransactionCanceledException &&
        error.CancellationReasons?.some(({ Code }) => Code === 'ConditionalCheckFailed');
      if (failed) throw new Failure('conflict', conflict, { cause: error });
      throw error;
    }
  }

  toPutNew(pk: string, sk: string, members: Readonly<Record<string, unknown>>): Write {
    return {
      Put: { TableName: this.name, Item: { pk, sk, ...members }, ConditionExpression: 'attribute_not_exists(pk)' },
    };
  }

  /** Sets members of an item that is there; those that are undefined stay. `condition` is asked besides. */
  toUpdate(
    pk: string,
    sk: string,
    members: Readonly<Record<string, unknown>>,
    condition: Condition = { expression: 'attribute_exists(pk)' },
  ): Write {
    const set = Object.entries(members).filter(([, value]) => value !== undefined);
    return {
      Update: {
        TableName: this.name,
        Key: { pk, sk },
        UpdateExpression: `SET ${set.map((_, n) => `#m${n} = :m${n}`).join(', ')}`,
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: {
          ...Object.fromEntries(set.map(([name], n) => [`#m${n}`, name])),
          ...condition.names,
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(set.map(([, value], n) => [`:m${n}`, value])),
          ...condition.values,
        },
      },
    };
  }

  toDelete(pk: string, sk: string, condition: Condition = { expression: 'attribute_exists(pk)' }): Write {
    return { Delete: { TableName: this.name, Key: { pk, sk }, ...toInput(condition) } };
  }

  toCheck(pk: string, sk: string, condition: Condition): Write {
    return { ConditionCheck: { TableName: this.name, Key: { pk, sk }, ...toInput(condition) } };
  }
}

/** What must be true of an item for a transaction to be made. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** An item that has these values. */
export function having(members: Readonly<Record<string, unknown>>): Condition {
  const wanted = Object.entries(members);
  return {
    expression: wanted.map((_, n) => `#c${n} = :c${n}`).join(' AND '),
    names: Object.fromEntries(wanted.map(([name], n) => [`#c${n}`, name])),
    values: Object.fromEntries(wanted.map(([, value], n) => [`:c${n}`, value])),
  };
}

const toInput = ({ expression, names, values }: Condition) => ({
  ConditionExpression: expression,
  ...(names && { ExpressionAttributeNames: { ...names } }),
  ...(values && { ExpressionAttributeValues: { ...values } }),
});
