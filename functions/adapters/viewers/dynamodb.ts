import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { ProjectId, tenantKey } from '../../core/project.ts';
import type { Connection, Subscription, Ticket, ViewerRegister } from './port.ts';

const SELF = '-';
/** A connection of a WebSocket API lasts two hours at most. */
const CONNECTION_SECONDS = 2 * 3600 + 600;

const TicketItem = z
  .object({
    project: ProjectId,
    user_id: z.string(),
    query: z.string(),
    user_name: z.string().default(''),
    ends_at: z.number().optional(),
    session_id: z.string().optional(),
    epoch: z.number().optional(),
    expires_at: z.number(),
  })
  .transform((item): Ticket & { expiresAt: number } => ({
    project: item.project,
    userId: item.user_id,
    userName: item.user_name,
    query: item.query,
    ...(item.ends_at !== undefined && { endsAt: item.ends_at }),
    ...(item.session_id !== undefined && { sessionId: item.session_id }),
    ...(item.epoch !== undefined && { epoch: item.epoch }),
    expiresAt: item.expires_at,
  }));
const HeldItem = z.object({ sk: z.string() });
const SubscriptionItem = z.object({
  sk: z.string(),
  query: z.string(),
  ends_at: z.number().optional(),
  expires_at: z.number(),
});

/** The register in its DynamoDB table. */
export class DynamoDbViewerRegister implements ViewerRegister {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async putTicket(hash: string, ticket: Ticket, expiresAt: number): Promise<void> {
    await this.#put(`T#${hash}`, SELF, toItem(ticket), expiresAt);
  }

  async takeTicket(hash: string): Promise<Ticket | undefined> {
    try {
      const { Attributes } = await this.#client.send(
        new DeleteCommand({
          TableName: this.#table,
          Key: { pk: `T#${hash}`, sk: SELF },
          // of two that come with the same ticket one finds it
          ConditionExpression: 'attribute_exists(pk)',
          ReturnValues: 'ALL_OLD',
        }),
      );
      const { data } = TicketItem.safeParse(Attributes);
      return data !== undefined && data.expiresAt * 1000 > this.#now() ? data : undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async connect(connection: Connection): Promise<void> {
    const item = toItem(connection);
    await this.#put(`C#${connection.id}`, SELF, item, this.#end());
    await this.#put(ofHolder(connection.userId), connection.id, item, this.#end());
  }

  async find(connectionId: string): Promise<Connection | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: `C#${connectionId}`, sk: SELF }, ConsistentRead: true }),
    );
    const { data } = TicketItem.safeParse(Item);
    return data === undefined ? undefined : { ...data, id: connectionId };
  }

  async disconnect(connectionId: string): Promise<void> {
    const connection = await this.find(connectionId);
    if (connection === undefined) return;
    await this.unsubscribe(connection.project, connectionId);
    await this.#delete(ofHolder(connection.userId), connectionId);
    await this.#delete(`C#${connectionId}`, SELF);
  }

  async connectionsOf(userId: string): Promise<readonly Connection[]> {
    const connections: Connection[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': ofHolder(userId) },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      for (const item of page.Items ?? []) {
        const ticket = TicketItem.parse(item);
        if (ticket.expiresAt * 1000 > this.#now()) connections.push({ ...ticket, id: HeldItem.parse(item).sk });
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return connections;
  }

  async subscribe(project: ProjectId, { connectionId, query, endsAt }: Subscription): Promise<void> {
    await this.#put(tenantKey(project, 'viewers'), connectionId, { query, ends_at: endsAt }, this.#end());
  }

  async unsubscribe(project: ProjectId, connectionId: string): Promise<void> {
    await this.#delete(tenantKey(project, 'viewers'), connectionId);
  }

  async list(project: ProjectId): Promise<readonly Subscription[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': tenantKey(project, 'viewers') },
        ConsistentRead: true,
      }),
    );
    const seconds = this.#now() / 1000;
    return Items.flatMap((item) => {
      const { data } = SubscriptionItem.safeParse(item);
      if (data === undefined || data.expires_at <= seconds) return [];
      const { sk: connectionId, query, ends_at: endsAt } = data;
      return [{ connectionId, query, ...(endsAt !== undefined && { endsAt }) }];
    });
  }

  #end(): number {
    return Math.floor(this.#now() / 1000) + CONNECTION_SECONDS;
  }

  async #put(pk: string, sk: string, members: Readonly<Record<string, unknown>>, expiresAt: number): Promise<void> {
    await this.#client.send(
      new PutCommand({ TableName: this.#table, Item: { pk, sk, ...members, expires_at: expiresAt } }),
    );
  }

  async #delete(pk: string, sk: string): Promise<void> {
    await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: { pk, sk } }));
  }
}

/** Partition of the connections of a user or key. */
const ofHolder = (userId: string): string => `V#${userId}`;

const toItem = ({ project, userId, userName, query, endsAt, sessionId, epoch }: Ticket) => ({
  project,
  user_id: userId,
  user_name: userName,
  query,
  ends_at: endsAt,
  session_id: sessionId,
  epoch,
});
