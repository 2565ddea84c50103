import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { tenantKey } from '../../core/project.ts';
import { ulid } from '../../core/ulid.ts';
import type { AuditEvent, AuditTrail } from './port.ts';

/** The trail in its DynamoDB table: one item an entry, sorted by time within its project. */
export class DynamoDbAuditTrail implements AuditTrail {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async record(event: AuditEvent): Promise<void> {
    await this.#client.send(new PutCommand(this.toPut(event)));
  }

  /** The entry as a write, to stand in one transaction with the change that it tells of. */
  toPut(event: AuditEvent) {
    const now = this.#now();
    const id = ulid(now);
    return {
      TableName: this.#table,
      Item: {
        pk: tenantKey(event.project, 'audit'),
        sk: id,
        id,
        timestamp: new Date(now).toISOString(),
        actor: event.actor,
        action: event.action,
        entity_type: event.entityType,
        entity_id: event.entityId,
        result: event.result,
        old_values: event.oldValues,
        new_values: event.newValues,
        metadata: event.metadata ?? {},
        ip_address: event.ipAddress,
        user_agent: event.userAgent,
        trace_id: event.traceId,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    };
  }
}
