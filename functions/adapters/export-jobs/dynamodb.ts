import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { EventId } from '../../core/event-id.ts';
import { ProjectId, tenantKey } from '../../core/project.ts';
import { UnixNano } from '../../core/unix-nano.ts';
import type { DynamoDbAuditTrail } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import type { PointInTime } from '../event-store/port.ts';
import type { DueExport, ExportJob, ExportJobs, ExportLease, ExportProgress } from './port.ts';

const DUE = 'exports';
const MOST_LISTED = 100;

const Progress = z.object({
  rows: z.int(),
  bytes: z.int(),
  total: z.object({ value: z.int(), relation: z.enum(['eq', 'gte']) }).optional(),
  after: z.object({ time: UnixNano, id: EventId }).optional(),
  point: z.custom<PointInTime>((value) => typeof value === 'string').optional(),
  upload: z.string().optional(),
  parts: z.array(z.object({ number: z.int(), etag: z.string(), bytes: z.int() })),
  rest: z.string().optional(),
  isWritten: z.boolean().optional(),
  lacks: z.string().optional(),
  failures: z.int(),
});
const Item = z.object({
  project: ProjectId,
  id: z.string(),
  request: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
  reason: z.string().optional(),
  progress: Progress,
  createdAt: z.int(),
  updatedAt: z.int(),
  expiresAt: z.int(),
});
const DueItem = z.object({ project: ProjectId, id: z.string() });

/**
 * Exports in the table of settings: an item each under its project, and in a partition of its own one for each that has work left.
 * Who works on one holds a lease, which its item names.
 */
export class DynamoDbExportJobs implements ExportJobs {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #audit: Pick<DynamoDbAuditTrail, 'write'>;

  constructor(client: DynamoDBDocumentClient, table: string, audit: Pick<DynamoDbAuditTrail, 'write'>) {
    this.#client = client;
    this.#table = table;
    this.#audit = audit;
  }

  async create(job: ExportJob, audit: AuditEvent): Promise<void> {
    const end = { expires_at: Math.ceil(job.expiresAt / 1000) };
    await this.#audit.write(
      [
        {
          Put: {
            TableName: this.#table,
            Item: { ...keyOf(job), ...job, ...end, lease_until: 0 },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        { Put: { TableName: this.#table, Item: { ...dueKeyOf(job), project: job.project, id: job.id, ...end } } },
      ],
      audit,
    );
  }

  async find(project: ProjectId, id: string): Promise<ExportJob | undefined> {
    const { Item: item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: keyOf({ project, id }), ConsistentRead: true }),
    );
    return item === undefined ? undefined : Item.parse(item);
  }

  async list(project: ProjectId): Promise<readonly ExportJob[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': tenantKey(project, 'exports') },
        ScanIndexForward: false,
        Limit: MOST_LISTED,
        ConsistentRead: true,
      }),
    );
    return Items.map((item) => Item.parse(item));
  }

  async cancel(project: ProjectId, id: string, now: number, audit: AuditEvent): Promise<boolean> {
    const cancelled = {
      TableName: this.#table,
      Key: keyOf({ project, id }),
      UpdateExpression: 'SET #status = :cancelled, updatedAt = :now',
      ConditionExpression: '#status IN (:queued, :running)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':cancelled': 'cancelled',
        ':queued': 'queued',
        ':running': 'running',
        ':now': now,
      },
    };
    return isMet(() => this.#audit.write([{ Update: cancelled }], audit));
  }

  async listDue(limit: number): Promise<readonly DueExport[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': DUE },
        Limit: limit,
        ConsistentRead: true,
      }),
    );
    return Items.map((item) => DueItem.parse(item));
  }

  async lease(due: DueExport, now: number, until: number): Promise<ExportLease | undefined> {
    const lease = randomUUID();
    try {
      const { Attributes: item } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: keyOf(due),
          UpdateExpression: 'SET lease = :lease, lease_until = :until, #status = :running, updatedAt = :now',
          ConditionExpression: '#status IN (:queued, :running) AND lease_until < :now',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':lease': lease,
            ':until': until,
            ':now': now,
            ':queued': 'queued',
            ':running': 'running',
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return this.#leaseOf(Item.parse(item), lease, until);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  #leaseOf(job: ExportJob, lease: string, until: number): ExportLease {
    const held = {
      TableName: this.#table,
      Key: keyOf(job),
      ConditionExpression: 'lease = :lease AND #status = :running',
      ExpressionAttributeNames: { '#status': 'status' },
    };
    const values = (progress: ExportProgress, now: number) => ({
      ':lease': lease,
      ':running': 'running',
      ':progress': progress,
      ':now': now,
    });
    return {
      job,
      save: (progress, now, release = false) =>
        isMet(() =>
          this.#client.send(
            new UpdateCommand({
              ...held,
              UpdateExpression: 'SET progress = :progress, lease_until = :until, updatedAt = :now',
              ExpressionAttributeValues: { ...values(progress, now), ':until': release ? 0 : until },
            }),
          ),
        ),
      finish: ({ status, reason }, progress, now, audit) => {
        const update = {
          ...held,
          UpdateExpression: `SET progress = :progress, #status = :status, updatedAt = :now${reason === undefined ? '' : ', reason = :reason'}`,
          ExpressionAttributeValues: {
            ...values(progress, now),
            ':status': status,
            ...(reason !== undefined && { ':reason': reason }),
          },
        };
        const settled = { Delete: { TableName: this.#table, Key: dueKeyOf(job) } };
        return isMet(() => this.#audit.write([{ Update: update }, settled], audit));
      },
    };
  }

  async settle(due: DueExport): Promise<void> {
    await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: dueKeyOf(due) }));
  }
}

const keyOf = ({ project, id }: DueExport) => ({ pk: tenantKey(project, 'exports'), sk: id });
const dueKeyOf = ({ project, id }: DueExport) => ({ pk: DUE, sk: `${id}#${project}` });

/** Whether the condition of a write held. */
async function isMet(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
    if (
      error instanceof ConditionalCheckFailedException ||
      reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')
    )
      return false;
    throw error;
  }
}
