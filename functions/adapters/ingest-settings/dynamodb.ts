import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { parseJson, stringifyJson } from '../../core/json.ts';
import { type ProjectId, tenantKey } from '../../core/project.ts';
import type { DynamoDbAuditTrail, Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import { writeVersion } from '../audit-trail/write-version.ts';
import type { IngestSettingsReader, IngestSettingsStore, StoredIngestSettings } from './port.ts';

const SETTINGS = 'settings';
const HASH_KEY = 'hash-key';

const SettingsItem = z.object({
  sk: z.literal(SETTINGS),
  version: z.int(),
  /** JSON, so that any name can stand in it. */
  settings: z.string(),
  updated_at: z.string(),
  updated_by: z.string(),
});
const HashKeyItem = z.object({ sk: z.literal(HASH_KEY), key: z.string() });

/** Reads settings of ingest from the table of settings: one query of a project's own partition. */
export class DynamoDbIngestSettingsReader implements IngestSettingsReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async find(project: ProjectId) {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partitionOf(project) },
        ConsistentRead: true,
      }),
    );
    const settings = Items.find(({ sk }) => sk === SETTINGS);
    const key = Items.map((item) => HashKeyItem.safeParse(item)).find(({ success }) => success)?.data;
    // settings that cannot be read are an error, not none: what they take out must not be stored
    return {
      ...(settings !== undefined && { stored: toStored(SettingsItem.parse(settings)) }),
      ...(key !== undefined && { hashKey: key.key }),
    };
  }
}

/** Settings of ingest in the table of settings, each change with its audit entry. */
export class DynamoDbIngestSettings extends DynamoDbIngestSettingsReader implements IngestSettingsStore {
  readonly #table: string;
  readonly #audit: Pick<DynamoDbAuditTrail, 'write'>;

  constructor(client: DynamoDBDocumentClient, table: string, audit: Pick<DynamoDbAuditTrail, 'write'>) {
    super(client, table);
    this.#table = table;
    this.#audit = audit;
  }

  async replace(
    project: ProjectId,
    { version, settings, updatedAt, updatedBy }: StoredIngestSettings,
    hashKey: string | undefined,
    audit: AuditEvent,
  ): Promise<void> {
    const pk = partitionOf(project);
    const item: z.input<typeof SettingsItem> = {
      sk: SETTINGS,
      version,
      settings: stringifyJson(settings),
      updated_at: updatedAt,
      updated_by: updatedBy,
    };
    const key: z.input<typeof HashKeyItem> | undefined =
      hashKey === undefined ? undefined : { sk: HASH_KEY, key: hashKey };
    const more: Write[] =
      key === undefined
        ? []
        : [{ Put: { TableName: this.#table, Item: { pk, ...key }, ConditionExpression: 'attribute_not_exists(pk)' } }];
    await writeVersion(this.#audit, this.#table, { pk, ...item }, audit, more);
  }
}

const toStored = ({
  version,
  settings,
  updated_at,
  updated_by,
}: z.output<typeof SettingsItem>): StoredIngestSettings => ({
  version,
  settings: parseJson(settings),
  updatedAt: updated_at,
  updatedBy: updated_by,
});

const partitionOf = (project: ProjectId): string => tenantKey(project, 'ingest');
