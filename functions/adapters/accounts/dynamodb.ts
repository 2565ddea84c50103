import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { JWK } from 'jose';
import { z } from 'zod';
import { Failure } from '../../core/errors.ts';
import { PROJECT_ROLES, type ProjectRole, SCOPES } from '../../core/permissions.ts';
import { ProjectId, tenantKey } from '../../core/project.ts';
import type { DynamoDbAuditTrail, Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import { directoryKeys, SELF } from '../directory/keys.ts';
import type { StoredKey } from '../directory/port.ts';
import type { Accounts, KeyEntry, Project, RefreshFamily, User, UserChanges } from './port.ts';

const UserItem = z
  .object({
    id: z.string(),
    username: z.string(),
    email: z.string(),
    full_name: z.string().optional(),
    password_hash: z.string(),
    platform_admin: z.boolean(),
    default_project: ProjectId,
    must_change_password: z.boolean(),
    created_at: z.string(),
  })
  .transform(
    (item): User => ({
      id: item.id,
      username: item.username,
      email: item.email,
      ...(item.full_name !== undefined && { fullName: item.full_name }),
      passwordHash: item.password_hash,
      platformAdmin: item.platform_admin,
      defaultProject: item.default_project,
      mustChangePassword: item.must_change_password,
      createdAt: item.created_at,
    }),
  );
const PointerItem = z.object({ user_id: z.string() });
const RoleItem = z.object({
  sk: ProjectId,
  role: z.enum(PROJECT_ROLES),
});
const ProjectItem = z.object({
  id: ProjectId,
  name: z.string(),
  created_at: z.string(),
});
const KeyItem = z
  .object({
    id: z.string(),
    name: z.string(),
    project: ProjectId,
    scopes: z.array(z.enum(SCOPES)),
    prefix: z.string(),
    created_at: z.string(),
    expires_at: z.number().optional(),
  })
  .transform(
    ({ created_at, expires_at, ...key }): KeyEntry => ({
      ...key,
      createdAt: created_at,
      ...(expires_at !== undefined && { expiresAt: expires_at }),
    }),
  );

const RefreshItem = z
  .object({
    id: z.string(),
    user_id: z.string(),
    epoch: z.number(),
    current_hash: z.string(),
    previous_hash: z.string().optional(),
    rotated_at: z.number(),
    expires_at: z.number(),
  })
  .transform(
    (item): RefreshFamily => ({
      id: item.id,
      userId: item.user_id,
      epoch: item.epoch,
      current: item.current_hash,
      ...(item.previous_hash !== undefined && { previous: item.previous_hash }),
      rotatedAt: item.rotated_at,
      expiresAt: item.expires_at,
    }),
  );

/** Accounts in the directory table, each change in one transaction with its audit entry. */
export class DynamoDbAccounts implements Accounts {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #audit: DynamoDbAuditTrail;

  constructor(client: DynamoDBDocumentClient, table: string, audit: DynamoDbAuditTrail) {
    this.#client = client;
    this.#table = table;
    this.#audit = audit;
  }

  async findUserByLogin(login: string): Promise<User | undefined> {
    const key = login.includes('@') ? directoryKeys.email(login) : directoryKeys.userName(login);
    const pointer = PointerItem.safeParse(await this.#get(key, SELF));
    return pointer.success ? this.findUser(pointer.data.user_id) : undefined;
  }

  async findUser(id: string): Promise<User | undefined> {
    return UserItem.safeParse(await this.#get(directoryKeys.user(id), SELF)).data;
  }

  async createUser(user: User, project: Project, audit: AuditEvent): Promise<void> {
    await this.#write(
      [
        this.#putNew(directoryKeys.user(user.id), SELF, toUserItem(user)),
        this.#putNew(directoryKeys.userName(user.username), SELF, {
          user_id: user.id,
        }),
        this.#putNew(directoryKeys.email(user.email), SELF, {
          user_id: user.id,
        }),
        this.#putNew(directoryKeys.standing(user.id), SELF, {
          epoch: 1,
          disabled: false,
          platform_admin: user.platformAdmin,
        }),
        ...this.#projectWrites(project, user.id),
      ],
      audit,
      'user name, e-mail address or project exists already',
    );
  }

  async updateUser(user: User, changes: UserChanges, audit: AuditEvent): Promise<number> {
    const changed = { ...user, ...changes };
    const writes: Write[] = [
      {
        Put: {
          TableName: this.#table,
          Item: {
            pk: directoryKeys.user(user.id),
            sk: SELF,
            ...toUserItem(changed),
          },
          ConditionExpression: 'attribute_exists(pk)',
        },
      },
    ];
    if (changed.email.toLowerCase() !== user.email.toLowerCase()) {
      writes.push(
        this.#putNew(directoryKeys.email(changed.email), SELF, {
          user_id: user.id,
        }),
        {
          Delete: {
            TableName: this.#table,
            Key: { pk: directoryKeys.email(user.email), sk: SELF },
          },
        },
      );
    }
    if (changed.passwordHash !== user.passwordHash) {
      writes.push({
        Update: {
          TableName: this.#table,
          Key: { pk: directoryKeys.standing(user.id), sk: SELF },
          UpdateExpression: 'ADD epoch :one',
          ExpressionAttributeValues: { ':one': 1 },
        },
      });
    }
    await this.#write(writes, audit, 'e-mail address belongs to another user');
    return this.readEpoch(user.id);
  }

  async readEpoch(userId: string): Promise<number> {
    const item = await this.#get(directoryKeys.standing(userId), SELF);
    return z.object({ epoch: z.number() }).parse(item).epoch;
  }

  async listProjects(userId: string): Promise<readonly (Project & { readonly role: ProjectRole })[]> {
    const roles = (await this.#query(directoryKeys.standing(userId))).flatMap(
      (item) => RoleItem.safeParse(item).data ?? [],
    );
    if (roles.length === 0) return [];
    const { Responses = {} } = await this.#client.send(
      new BatchGetCommand({
        RequestItems: {
          [this.#table]: {
            Keys: roles.map(({ sk }) => ({
              pk: tenantKey(sk, 'project'),
              sk: SELF,
            })),
            ConsistentRead: true,
          },
        },
      }),
    );
    const projects = new Map(
      (Responses[this.#table] ?? []).map((item) => ProjectItem.parse(item)).map((item) => [item.id, item]),
    );
    return roles
      .flatMap(({ sk, role }) => {
        const project = projects.get(sk);
        return project === undefined
          ? []
          : [
              {
                id: project.id,
                name: project.name,
                createdAt: project.created_at,
                role,
              },
            ];
      })
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  async createProject(project: Project, owner: string, audit: AuditEvent): Promise<void> {
    await this.#write(this.#projectWrites(project, owner), audit, `project ${project.id} exists already`);
  }

  async createKey({ hash, ...key }: StoredKey, entry: KeyEntry, audit: AuditEvent): Promise<void> {
    const expires = entry.expiresAt === undefined ? {} : { expires_at: entry.expiresAt };
    const shared = {
      id: key.id,
      name: key.name,
      project: key.project,
      scopes: key.scopes,
      ...expires,
    };
    await this.#write(
      [
        this.#putNew(directoryKeys.apiKey(key.id), SELF, { ...shared, hash }),
        this.#putNew(tenantKey(key.project, 'keys'), key.id, {
          ...shared,
          prefix: entry.prefix,
          created_at: entry.createdAt,
        }),
      ],
      audit,
      'key exists already',
    );
  }

  async listKeys(project: ProjectId): Promise<readonly KeyEntry[]> {
    const keys = (await this.#query(tenantKey(project, 'keys'))).flatMap((item) => KeyItem.safeParse(item).data ?? []);
    return keys.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  async revokeKey(project: ProjectId, id: string, audit: AuditEvent): Promise<boolean> {
    const listed = await this.#get(tenantKey(project, 'keys'), id);
    if (listed === undefined) return false;
    await this.#write(
      [
        {
          Delete: {
            TableName: this.#table,
            Key: { pk: directoryKeys.apiKey(id), sk: SELF },
          },
        },
        {
          Delete: {
            TableName: this.#table,
            Key: { pk: tenantKey(project, 'keys'), sk: id },
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
      ],
      audit,
      'key was revoked at the same time',
    );
    return true;
  }

  async putRefreshFamily({ id, userId, epoch, current, rotatedAt, expiresAt }: RefreshFamily): Promise<void> {
    const item = { id, user_id: userId, epoch, current_hash: current, rotated_at: rotatedAt, expires_at: expiresAt };
    await this.#client.send(
      new PutCommand({ TableName: this.#table, Item: { pk: directoryKeys.sessions(id), sk: SELF, ...item } }),
    );
  }

  async findRefreshFamily(id: string): Promise<RefreshFamily | undefined> {
    return RefreshItem.safeParse(await this.#get(directoryKeys.sessions(id), SELF)).data;
  }

  async rotateRefreshFamily({ id, current }: RefreshFamily, next: string, now: number): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: directoryKeys.sessions(id), sk: SELF },
          UpdateExpression: 'SET current_hash = :next, previous_hash = :current, rotated_at = :now',
          ConditionExpression: 'current_hash = :current',
          ExpressionAttributeValues: { ':next': next, ':current': current, ':now': now },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async endRefreshFamily(id: string): Promise<void> {
    await this.#client.send(
      new DeleteCommand({ TableName: this.#table, Key: { pk: directoryKeys.sessions(id), sk: SELF } }),
    );
  }

  async publishSigningKeys(keys: readonly JWK[]): Promise<void> {
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: { pk: directoryKeys.signingKeys, sk: SELF, keys },
      }),
    );
  }

  #projectWrites(project: Project, owner: string): Write[] {
    return [
      this.#putNew(tenantKey(project.id, 'project'), SELF, {
        id: project.id,
        name: project.name,
        created_at: project.createdAt,
      }),
      this.#putNew(tenantKey(project.id, 'members'), owner, { role: 'admin' }),
      this.#putNew(directoryKeys.standing(owner), project.id, {
        role: 'admin',
      }),
    ];
  }

  #putNew(pk: string, sk: string, members: Readonly<Record<string, unknown>>): Write {
    return {
      Put: {
        TableName: this.#table,
        Item: { pk, sk, ...members },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
  }

  async #write(writes: readonly Write[], audit: AuditEvent, conflict: string): Promise<void> {
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

  async #get(pk: string, sk: string): Promise<unknown> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk, sk },
        ConsistentRead: true,
      }),
    );
    return Item;
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
}

const toUserItem = (user: User) => ({
  id: user.id,
  username: user.username,
  email: user.email,
  full_name: user.fullName,
  password_hash: user.passwordHash,
  platform_admin: user.platformAdmin,
  default_project: user.defaultProject,
  must_change_password: user.mustChangePassword,
  created_at: user.createdAt,
});
