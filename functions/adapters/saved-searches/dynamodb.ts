import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Failure, RetryLater } from '../../core/errors.ts';
import { type ProjectId, tenantKey } from '../../core/project.ts';
import type { DynamoDbAuditTrail, Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import type { DefaultChange, DefaultOf, SavedSearch, SavedSearches } from './port.ts';

const SEARCH = 'search#';
const DEFAULT = 'default#';

const SearchItem = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  query: z.string(),
  columns: z.array(z.string()),
  range: z.object({ from: z.string().optional(), to: z.string().optional() }),
  visibility: z.enum(['shared', 'private']),
  owner: z.object({ id: z.string(), name: z.string() }),
  createdAt: z.string(),
  updatedAt: z.string(),
});
const DefaultItem = z.object({ sk: z.string(), search_id: z.string() });

/** Saved searches in the table of settings: a project's partition has an item for each, and one for each default that points at one. */
export class DynamoDbSavedSearches implements SavedSearches {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #audit: Pick<DynamoDbAuditTrail, 'write'>;

  constructor(client: DynamoDBDocumentClient, table: string, audit: Pick<DynamoDbAuditTrail, 'write'>) {
    this.#client = client;
    this.#table = table;
    this.#audit = audit;
  }

  async list(project: ProjectId) {
    const searches: SavedSearch[] = [];
    const defaults = new Map<DefaultOf, string>();
    let from: Record<string, unknown> | undefined;
    do {
      const page: QueryCommandOutput = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': partitionOf(project) },
          ConsistentRead: true,
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const item of page.Items ?? []) {
        const { data: pointer } = DefaultItem.safeParse(item);
        if (pointer === undefined) searches.push(SearchItem.parse(item));
        else defaults.set(pointer.sk.slice(DEFAULT.length) as DefaultOf, pointer.search_id);
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return { searches, defaults };
  }

  create(project: ProjectId, search: SavedSearch, change: DefaultChange, audit: AuditEvent): Promise<void> {
    return this.#write(project, search.id, this.#put(project, search, 'attribute_not_exists(pk)'), change, audit);
  }

  update(project: ProjectId, search: SavedSearch, change: DefaultChange, audit: AuditEvent): Promise<void> {
    return this.#write(project, search.id, this.#put(project, search, 'attribute_exists(pk)'), change, audit);
  }

  delete(project: ProjectId, id: string, change: DefaultChange, audit: AuditEvent): Promise<void> {
    const write = {
      Delete: {
        TableName: this.#table,
        Key: { pk: partitionOf(project), sk: SEARCH + id },
        ConditionExpression: 'attribute_exists(pk)',
      },
    };
    return this.#write(project, id, write, change, audit);
  }

  #put(project: ProjectId, search: SavedSearch, condition: string): Write {
    return {
      Put: {
        TableName: this.#table,
        Item: { pk: partitionOf(project), sk: SEARCH + search.id, ...search },
        ConditionExpression: condition,
      },
    };
  }

  #defaults(project: ProjectId, id: string, { set, unset = [] }: DefaultChange): Write[] {
    const keyOf = (of: DefaultOf) => ({ pk: partitionOf(project), sk: DEFAULT + of });
    return [
      ...(set === undefined ? [] : [{ Put: { TableName: this.#table, Item: { ...keyOf(set), search_id: id } } }]),
      ...unset.map((of) => ({
        Delete: {
          TableName: this.#table,
          Key: keyOf(of),
          // somebody may have made another search the default meanwhile; then this change begins anew
          ConditionExpression: 'search_id = :id',
          ExpressionAttributeValues: { ':id': id },
        },
      })),
    ];
  }

  async #write(project: ProjectId, id: string, write: Write, change: DefaultChange, audit: AuditEvent): Promise<void> {
    try {
      await this.#audit.write([write, ...this.#defaults(project, id, change)], audit);
    } catch (error) {
      const [own, ...others] =
        error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []).map(({ Code }) => Code) : [];
      if (own === 'ConditionalCheckFailed')
        throw new Failure('not_found', `there is no saved search "${id}"`, { cause: error });
      if (others.includes('ConditionalCheckFailed'))
        throw new RetryLater('unavailable', 'somebody else changes these searches at this moment', 1, { cause: error });
      throw error;
    }
  }
}

const partitionOf = (project: ProjectId): string => tenantKey(project, 'searches');
