import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { ProjectId } from '../../core/project.ts';
import type { DynamoDbAuditTrail } from './dynamodb.ts';
import { auditKeys } from './keys.ts';
import type { AuditEvent, AuditSettings, AuditSettingsReader, AuditSettingsStore } from './port.ts';
import { writeVersion } from './write-version.ts';

const SELF = '-';
const SettingsItem = z.object({
  version: z.int(),
  record_searches: z.boolean(),
  keep_days: z.int(),
  updated_at: z.string(),
  updated_by: z.string(),
});

/** Reads what projects say about their trails. */
export class DynamoDbAuditSettingsReader implements AuditSettingsReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async find(project: ProjectId): Promise<AuditSettings | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk: auditKeys.settings(project), sk: SELF },
        ConsistentRead: true,
      }),
    );
    if (Item === undefined) return undefined;
    const { record_searches, keep_days, updated_at, updated_by, version } = SettingsItem.parse(Item);
    return {
      version,
      recordSearches: record_searches,
      keepDays: keep_days,
      updatedAt: updated_at,
      updatedBy: updated_by,
    };
  }
}

/** What projects say about their trails, each change with its audit entry. */
export class DynamoDbAuditSettings extends DynamoDbAuditSettingsReader implements AuditSettingsStore {
  readonly #table: string;
  readonly #audit: Pick<DynamoDbAuditTrail, 'write'>;

  constructor(client: DynamoDBDocumentClient, table: string, audit: Pick<DynamoDbAuditTrail, 'write'>) {
    super(client, table);
    this.#table = table;
    this.#audit = audit;
  }

  async replace(project: ProjectId, settings: AuditSettings, audit: AuditEvent): Promise<void> {
    const item: z.input<typeof SettingsItem> = {
      version: settings.version,
      record_searches: settings.recordSearches,
      keep_days: settings.keepDays,
      updated_at: settings.updatedAt,
      updated_by: settings.updatedBy,
    };
    await writeVersion(this.#audit, this.#table, { pk: auditKeys.settings(project), sk: SELF, ...item }, audit);
  }
}
