import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { PROJECT_ROLES, SCOPES } from '../../core/permissions.ts';
import { ProjectId } from '../../core/project.ts';
import { RequestClass } from '../limiter/env.ts';
import { directoryKeys, ENDED, SELF } from './keys.ts';
import type { Directory, ProjectLimits, ProjectLimitsReader, Standing, StoredKey } from './port.ts';

const KeyItem = z.object({
  id: z.string(),
  name: z.string(),
  project: ProjectId,
  scopes: z.array(z.enum(SCOPES)),
  hash: z.string(),
  ends_at: z.number().optional(),
});
const StandingItem = z.object({
  sk: z.literal(SELF),
  epoch: z.number(),
  disabled: z.boolean(),
  platform_admin: z.boolean(),
});
const EndedItem = z.object({ sk: z.templateLiteral([ENDED, z.string()]) });
const RoleItem = z.object({
  sk: ProjectId,
  role: z.enum(PROJECT_ROLES),
});
const SigningKeysItem = z.object({
  keys: z.array(z.record(z.string(), z.any())),
});

export const LimitsItem = z.object({ limits: z.partialRecord(RequestClass, z.int().min(1)) });

/** The directory in its DynamoDB table. */
export class DynamoDbDirectory implements Directory, ProjectLimitsReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async findKey(id: string): Promise<StoredKey | undefined> {
    const item = KeyItem.safeParse(await this.#get(directoryKeys.apiKey(id)));
    if (!item.success) return undefined;
    const { ends_at: expiresAt, ...key } = item.data;
    return { ...key, ...(expiresAt !== undefined && { expiresAt }) };
  }

  async findStanding(userId: string): Promise<Standing | undefined> {
    const Items = await this.#query(directoryKeys.standing(userId));
    const self = Items.map((item) => StandingItem.safeParse(item)).find((parsed) => parsed.success)?.data;
    if (self === undefined) return undefined;
    const roles = Items.map((item) => RoleItem.safeParse(item)).flatMap(({ data }) =>
      data ? [[data.sk, data.role] as const] : [],
    );
    const ended = Items.flatMap((item) => EndedItem.safeParse(item).data?.sk.slice(ENDED.length) ?? []);
    return {
      epoch: self.epoch,
      disabled: self.disabled,
      platformAdmin: self.platform_admin,
      ended: new Set(ended),
      roles: new Map(roles),
    };
  }

  async readSigningKeys() {
    return SigningKeysItem.parse((await this.#get(directoryKeys.signingKeys)) ?? { keys: [] }).keys;
  }

  async findLimits(project: ProjectId): Promise<ProjectLimits> {
    return LimitsItem.parse((await this.#get(directoryKeys.limits(project))) ?? { limits: {} }).limits;
  }

  async #query(pk: string): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
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

  async #get(pk: string): Promise<unknown> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk, sk: SELF }, ConsistentRead: true }),
    );
    return Item;
  }
}
