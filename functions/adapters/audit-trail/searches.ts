import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { parseJson, stringifyJson } from '../../core/json.ts';
import type { ProjectId } from '../../core/project.ts';
import { SearchEntry } from '../../core/search-entry.ts';
import { auditKeys } from './keys.ts';
import type { SearchEntries } from './port.ts';

const EntryItem = z.object({ entry: z.string() });

/** Reads of events in the audit table: an item each, which ends by itself. */
export class DynamoDbSearchEntries implements SearchEntries {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async add(project: ProjectId, entry: SearchEntry, expiresAt: number, signal: AbortSignal): Promise<void> {
    const Item = {
      pk: auditKeys.searches(project),
      sk: entry.id,
      entry: stringifyJson(entry),
      expires_at: expiresAt,
    };
    await this.#client.send(new PutCommand({ TableName: this.#table, Item }), { abortSignal: signal });
  }

  async before(project: ProjectId, before: string, limit: number): Promise<readonly SearchEntry[]> {
    const found: SearchEntry[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND sk < :before',
          ExpressionAttributeValues: { ':pk': auditKeys.searches(project), ':before': before },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: limit - found.length,
          ExclusiveStartKey: from,
        }),
      );
      found.push(...Items.map((item) => SearchEntry.parse(parseJson(EntryItem.parse(item).entry))));
      from = LastEvaluatedKey;
    } while (from !== undefined && found.length < limit);
    return found;
  }
}
