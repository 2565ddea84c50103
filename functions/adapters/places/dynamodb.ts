import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { log } from '../../core/log.ts';
import { type ProjectId, tenantKey } from '../../core/project.ts';
import type { Places } from './port.ts';

/** No search lives longer, so what an instance took and could not give back is free again two windows later. */
const WINDOW_MILLIS = 30_000;

/**
 * Places counted in the table of limits, in an item for each window of 30 s. A search counts in the window it began in, so that around the
 * change of a window there may be up to twice as many; that is what it costs to have nothing to tidy up.
 */
export class DynamoDbPlaces implements Places {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #most: number;
  readonly #now: () => number;

  /** @param most places of each project */
  constructor(client: DynamoDBDocumentClient, table: string, most: number, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#most = most;
    this.#now = now;
  }

  async take(project: ProjectId): Promise<(() => Promise<void>) | undefined> {
    const window = Math.floor(this.#now() / WINDOW_MILLIS);
    const item = {
      TableName: this.#table,
      Key: { pk: tenantKey(project, 'places'), sk: String(window) },
    };
    try {
      await this.#client.send(
        new UpdateCommand({
          ...item,
          UpdateExpression: 'ADD taken :one SET expires_at = :end',
          ConditionExpression: 'attribute_not_exists(taken) OR taken < :most',
          ExpressionAttributeValues: {
            ':one': 1,
            ':most': this.#most,
            ':end': Math.ceil(((window + 3) * WINDOW_MILLIS) / 1000),
          },
        }),
      );
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      log('warn', 'limits table does not answer, search passes uncounted', {}, error);
      return async () => undefined;
    }
    return async () => {
      try {
        await this.#client.send(
          new UpdateCommand({
            ...item,
            UpdateExpression: 'ADD taken :less',
            ExpressionAttributeValues: { ':less': -1 },
          }),
        );
      } catch (error) {
        log('warn', 'place of a search is not given back, it ends with its window', {}, error);
      }
    };
  }
}
