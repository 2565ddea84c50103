import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { EventId, type IndexName, idPrefixOf } from '../../core/event-id.ts';
import { ProjectId, tenantKey } from '../../core/project.ts';
import type { DynamoDbAuditTrail, Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import type { DueTombstone, Tombstone, Tombstones } from './port.ts';

const DUE = 'due';
/** What was purged is kept out for longer than the archive can bring it back. */
const PURGED_SECONDS = 400 * 86_400;
/** A restored event's tombstone outlives every look that was asked for. */
const RESTORED_SECONDS = 2 * 86_400;

const Item = z
  .object({ sk: EventId, state: z.enum(['deleted', 'restored', 'purged']), deleted_at: z.int(), purge_at: z.int() })
  .transform((item) => ({ id: item.sk, state: item.state, deletedAt: item.deleted_at, purgeAt: item.purge_at }));
const DueItem = z.object({ project: ProjectId, id: EventId, at: z.int() });

/**
 * Tombstones in their DynamoDB table, an item each under its project; ids begin with what names their index, so those of an index are one
 * range. Beside them, in a partition of its own, an item for each look that is due, by time.
 */
export class DynamoDbTombstones implements Tombstones {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #audit: Pick<DynamoDbAuditTrail, 'write'> | undefined;

  /** @param audit needed by those who change tombstones */
  constructor(client: DynamoDBDocumentClient, table: string, audit?: Pick<DynamoDbAuditTrail, 'write'>) {
    this.#client = client;
    this.#table = table;
    this.#audit = audit;
  }

  async find(project: ProjectId, id: EventId): Promise<Tombstone | undefined> {
    const { Item: item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(project, id), ConsistentRead: true }),
    );
    return item === undefined ? undefined : { project, ...Item.parse(item) };
  }

  async listIn(project: ProjectId, index: IndexName): Promise<ReadonlyMap<EventId, 'deleted' | 'purged'>> {
    const found = new Map<EventId, 'deleted' | 'purged'>();
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': partitionOf(project), ':prefix': idPrefixOf(index) },
          ConsistentRead: true,
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const item of page.Items ?? []) {
        const { id, state } = Item.parse(item);
        if (state !== 'restored') found.set(id, state);
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return found;
  }

  async delete(
    { project, id, deletedAt, purgeAt }: Pick<Tombstone, 'project' | 'id' | 'deletedAt' | 'purgeAt'>,
    checkAt: number,
    audit: AuditEvent,
  ): Promise<Tombstone> {
    const written = await this.#write(
      [
        {
          Put: {
            TableName: this.#table,
            Item: { ...keyOf(project, id), state: 'deleted', deleted_at: deletedAt, purge_at: purgeAt },
            ConditionExpression: 'attribute_not_exists(pk) OR #state = :restored',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':restored': 'restored' },
          },
        },
        this.#putDue({ project, id, at: checkAt }),
      ],
      audit,
    );
    if (written) return { project, id, state: 'deleted', deletedAt, purgeAt };
    const standing = await this.find(project, id);
    if (standing === undefined) throw new Error('a tombstone was in the way and is not there');
    return standing;
  }

  restore(project: ProjectId, id: EventId, now: number, checkAt: number, audit: AuditEvent): Promise<boolean> {
    return this.#write(
      [
        {
          Update: {
            TableName: this.#table,
            Key: keyOf(project, id),
            UpdateExpression: 'SET #state = :restored, expires_at = :end',
            // a second restore does nothing more, and may finish what a first one could not
            ConditionExpression: '#state = :restored OR (#state = :deleted AND purge_at > :now)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':restored': 'restored',
              ':deleted': 'deleted',
              ':now': now,
              ':end': Math.floor(checkAt / 1000) + RESTORED_SECONDS,
            },
          },
        },
        this.#putDue({ project, id, at: checkAt }),
      ],
      audit,
    );
  }

  purge(project: ProjectId, id: EventId, now: number, audit: AuditEvent): Promise<boolean> {
    return this.#write(
      [
        {
          Update: {
            TableName: this.#table,
            Key: keyOf(project, id),
            UpdateExpression: 'SET #state = :purged, expires_at = :end',
            ConditionExpression: '#state = :deleted AND purge_at <= :now',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':purged': 'purged',
              ':deleted': 'deleted',
              ':now': now,
              ':end': Math.floor(now / 1000) + PURGED_SECONDS,
            },
          },
        },
      ],
      audit,
    );
  }

  async listDue(now: number, limit: number): Promise<readonly DueTombstone[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk < :end',
        ExpressionAttributeValues: { ':pk': DUE, ':end': toDigits(now + 1) },
        Limit: limit,
      }),
    );
    return Items.map((item) => DueItem.parse(item));
  }

  async settle(due: DueTombstone, next?: number): Promise<void> {
    if (next !== undefined) {
      const { Put: put } = this.#putDue({ ...due, at: next });
      await this.#client.send(new PutCommand(put));
    }
    await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: dueKeyOf(due) }));
  }

  #putDue(due: DueTombstone) {
    return { Put: { TableName: this.#table, Item: { ...dueKeyOf(due), ...due } } };
  }

  /** @returns false where a condition was not met */
  async #write(writes: readonly Write[], audit: AuditEvent): Promise<boolean> {
    if (this.#audit === undefined) throw new Error('tombstones are changed with their audit entry only');
    try {
      await this.#audit.write(writes, audit);
      return true;
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
      throw error;
    }
  }
}

const partitionOf = (project: ProjectId): string => tenantKey(project, 'tombstones');
const keyOf = (project: ProjectId, id: EventId) => ({ pk: partitionOf(project), sk: id });
const dueKeyOf = ({ project, id, at }: DueTombstone) => ({ pk: DUE, sk: `${toDigits(at)}#${project}#${id}` });
/** Milliseconds as text that sorts as they do. */
const toDigits = (millis: number): string => String(millis).padStart(15, '0');
