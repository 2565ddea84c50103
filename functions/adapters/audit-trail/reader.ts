import { type DynamoDBDocumentClient, GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type ChainedEntry, type ChainHead, entityKey, toSortKey } from '../../core/audit-entry.ts';
import { ProjectId } from '../../core/project.ts';
import { auditKeys, ENTITY_INDEX } from './keys.ts';
import type { AuditReader, StoredEntry } from './port.ts';

const HeadItem = z.object({ seq: z.int(), hash: z.string(), at: z.int() });
const NamedHead = HeadItem.extend({ sk: ProjectId }).transform(({ sk, ...head }) => ({ ...head, project: sk }));
// what somebody changed by hand must be seen, not trip over
const text = z.string().catch('');
const EntryItem = z
  .object({ sk: text, entry: text, hash: text, entity: text })
  .transform((item): StoredEntry => ({ key: item.sk, text: item.entry, hash: item.hash, entity: item.entity }));
const OpenItem = z.object({ sk: z.coerce.number(), done: z.boolean().optional() });

/** The end that an entry makes. */
export const toHead = ({ content, hash }: ChainedEntry): ChainHead => ({
  seq: content.seq,
  hash,
  at: Date.parse(content.timestamp),
});

/** Reads chains from their DynamoDB table. */
export class DynamoDbAuditReader implements AuditReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  head(project: ProjectId): Promise<ChainHead | undefined> {
    return this.#head(auditKeys.heads, project);
  }

  sealed(project: ProjectId): Promise<ChainHead | undefined> {
    return this.#head(auditKeys.sealed, project);
  }

  async *heads() {
    for await (const item of this.#all(partition(auditKeys.heads))) yield NamedHead.parse(item);
  }

  async get(project: ProjectId, seq: number): Promise<StoredEntry | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk: auditKeys.entries(project), sk: toSortKey(seq) },
        ConsistentRead: true,
      }),
    );
    return Item && EntryItem.parse(Item);
  }

  async *range(project: ProjectId, first: number, last?: number) {
    // keys that somebody slipped in before the first, behind the last or between two belong to the range, too
    const [from, to] = [first === 1 ? ' ' : toSortKey(first), last === undefined ? '~' : `${toSortKey(last)}~`];
    const items = this.#all({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': auditKeys.entries(project), ':from': from, ':to': to },
    });
    for await (const item of items) yield EntryItem.parse(item);
  }

  before(project: ProjectId, before: number, limit: number): Promise<readonly StoredEntry[]> {
    return this.#newest(limit, {
      KeyConditionExpression: 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: { ':pk': auditKeys.entries(project), ':before': toSortKey(before) },
      ConsistentRead: true,
    });
  }

  ofEntity(
    project: ProjectId,
    entity: { readonly type: string; readonly id: string },
    before: number,
    limit: number,
  ): Promise<readonly StoredEntry[]> {
    return this.#newest(limit, {
      IndexName: ENTITY_INDEX,
      KeyConditionExpression: 'entity = :entity AND sk < :before',
      ExpressionAttributeValues: { ':entity': entityKey(project, entity), ':before': toSortKey(before) },
    });
  }

  async unfinished(project: ProjectId): Promise<ReadonlySet<number>> {
    const open = new Set<number>();
    for await (const item of this.#all(partition(auditKeys.open(project)))) {
      const { sk: seq, done } = OpenItem.parse(item);
      if (!done) open.add(seq);
    }
    return open;
  }

  async #head(pk: string, project: ProjectId): Promise<ChainHead | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk, sk: project }, ConsistentRead: true }),
    );
    return Item && HeadItem.parse(Item);
  }

  /** A page of DynamoDB may be shorter than asked, where its entries are large. */
  async #newest(limit: number, query: Omit<QueryCommandInput, 'TableName'>): Promise<StoredEntry[]> {
    const found: StoredEntry[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          ScanIndexForward: false,
          Limit: limit - found.length,
          ...(from && { ExclusiveStartKey: from }),
          ...query,
        }),
      );
      found.push(...Items.map((item) => EntryItem.parse(item)));
      from = LastEvaluatedKey;
    } while (from !== undefined && found.length < limit);
    return found;
  }

  async *#all(query: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<unknown> {
    let from: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          ConsistentRead: true,
          ...(from && { ExclusiveStartKey: from }),
          ...query,
        }),
      );
      yield* Items;
      from = LastEvaluatedKey;
    } while (from !== undefined);
  }
}

const partition = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': pk },
});
