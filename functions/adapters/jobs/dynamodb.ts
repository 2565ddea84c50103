import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { ProjectId, tenantKey } from '../../core/project.ts';
import type { Job, JobKey, JobKind, JobLease, Jobs } from './port.ts';

const KEPT_MILLIS = 30 * 86_400_000;
/** What ended without a word is gone on with after this. */
const LEASE_MILLIS = 2 * 60_000;
const OPEN = 'jobs#open';

const Key = z.object({ project: ProjectId, kind: z.enum(['replay', 'upload']), id: z.string() });
const Item = Key.extend({
  state: z.string(),
  done: z.boolean(),
  failures: z.int(),
  created_at: z.int(),
  updated_at: z.int(),
});

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Jobs in the ledger's table: an item each under its project, and one beside it, in a partition for all, while there is something to do. */
export class DynamoDbJobs implements Jobs {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async create({ project, kind, id, state }: JobKey & { readonly state: string }, open: boolean): Promise<Job> {
    const now = this.#now();
    const job: Job = { project, kind, id, state, done: false, failures: 0, createdAt: now, updatedAt: now };
    await this.#write([
      {
        Put: {
          TableName: this.#table,
          Item: {
            ...keyOf(job),
            project,
            kind,
            id,
            state,
            done: false,
            failures: 0,
            created_at: now,
            updated_at: now,
            expires_at: this.#expiry(),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      ...(open ? [this.#putOpen(job)] : []),
    ]);
    return job;
  }

  async find(key: JobKey): Promise<Job | undefined> {
    const { Item: item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf(key), ConsistentRead: true }),
    );
    return item === undefined ? undefined : toJob(item);
  }

  async list(project: ProjectId, kind: JobKind): Promise<readonly Job[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partitionOf(project, kind) },
        ScanIndexForward: false,
        Limit: 100,
      }),
    );
    return Items.map(toJob);
  }

  async open(job: Job, state: string): Promise<boolean> {
    return this.#write([
      {
        Update: {
          TableName: this.#table,
          Key: keyOf(job),
          UpdateExpression: 'SET #state = :state, updated_at = :now',
          ConditionExpression: '#state = :before',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':state': state, ':before': job.state, ':now': this.#now() },
        },
      },
      this.#putOpen(job),
    ]);
  }

  async *listOpen(): AsyncGenerator<JobKey> {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': OPEN },
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const item of page.Items ?? []) yield Key.parse(item);
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }

  async lease(key: JobKey): Promise<JobLease | undefined> {
    const token = randomUUID();
    try {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: keyOf(key),
          UpdateExpression: 'SET lease = :token, lease_until = :until',
          ConditionExpression: 'done = :false AND (attribute_not_exists(lease_until) OR lease_until < :now)',
          ExpressionAttributeValues: {
            ':token': token,
            ':until': this.#now() + LEASE_MILLIS,
            ':now': this.#now(),
            ':false': false,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return this.#toLease(toJob(Attributes ?? {}), token);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // nothing is left to do for one that is done or forgotten
      const job = await this.find(key);
      if (job === undefined || job.done)
        await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: openKeyOf(key) }));
      return undefined;
    }
  }

  #toLease(job: Job, token: string): JobLease {
    return {
      job,
      save: ({ state, done, failures }) =>
        this.#write([
          {
            Update: {
              TableName: this.#table,
              Key: keyOf(job),
              UpdateExpression:
                'SET #state = :state, done = :done, failures = :failures, updated_at = :now, lease_until = :until, expires_at = :end',
              ConditionExpression: 'lease = :token',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: {
                ':state': state,
                ':done': done,
                ':failures': failures,
                ':now': this.#now(),
                ':until': this.#now() + LEASE_MILLIS,
                ':end': this.#expiry(),
                ':token': token,
              },
            },
          },
          ...(done ? [{ Delete: { TableName: this.#table, Key: openKeyOf(job) } }] : []),
        ]),
      release: async () => {
        await this.#write([
          {
            Update: {
              TableName: this.#table,
              Key: keyOf(job),
              UpdateExpression: 'REMOVE lease, lease_until',
              ConditionExpression: 'lease = :token',
              ExpressionAttributeValues: { ':token': token },
            },
          },
        ]);
      },
    };
  }

  #putOpen({ project, kind, id }: JobKey): Write {
    return {
      Put: {
        TableName: this.#table,
        Item: { ...openKeyOf({ project, kind, id }), project, kind, id, expires_at: this.#expiry() },
      },
    };
  }

  /** @returns false where a condition was not met */
  async #write(writes: readonly Write[]): Promise<boolean> {
    try {
      await this.#client.send(new TransactWriteCommand({ TransactItems: [...writes] }));
      return true;
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
      throw error;
    }
  }

  #expiry = (): number => Math.floor((this.#now() + KEPT_MILLIS) / 1000);
}

function toJob(item: Record<string, unknown>): Job {
  const { created_at: createdAt, updated_at: updatedAt, ...job } = Item.parse(item);
  return { ...job, createdAt, updatedAt };
}

const partitionOf = (project: ProjectId, kind: JobKind): string => tenantKey(project, `jobs#${kind}`);
const keyOf = ({ project, kind, id }: JobKey) => ({ pk: partitionOf(project, kind), sk: id });
const openKeyOf = ({ project, kind, id }: JobKey) => ({ pk: OPEN, sk: `${id}#${kind}#${project}` });
