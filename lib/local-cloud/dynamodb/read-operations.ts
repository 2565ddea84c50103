import { z } from 'zod';
import { type Operation, operation } from '../aws-server/json-service.ts';
import { type Item, sizeOfItem } from './attribute-value.ts';
import { Placeholders } from './expression/placeholders.ts';
import { parseProjection, project } from './expression/projection.ts';
import { Names, NoCapacity, parseKey, RawItem, TableName, type Tables } from './request.ts';
import { invalid } from './validation.ts';

const MAX_BATCH_KEYS = 100;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;

const BatchGet = z.strictObject({
  Keys: z.array(RawItem).min(1),
  ConsistentRead: z.boolean().optional(),
  ProjectionExpression: z.string().optional(),
  ExpressionAttributeNames: Names,
});

/** `GetItem` and `BatchGetItem`. */
export function readOperations(tables: Tables): Readonly<Record<string, Operation>> {
  return {
    GetItem: operation(
      z.strictObject({
        TableName,
        Key: RawItem,
        ConsistentRead: z.boolean().optional(),
        ProjectionExpression: z.string().optional(),
        ExpressionAttributeNames: Names,
        ...NoCapacity,
      }),
      (input) => [tables.need('GetItem', input.TableName, [input.Key])],
      (input) => {
        const choose = chooser(input);
        const table = tables.get(input.TableName);
        const item = tables.store.get(table, parseKey(table, input.Key).bytes);
        return item === undefined ? {} : { Item: choose(item) };
      },
    ),

    BatchGetItem: operation(
      z.strictObject({
        RequestItems: z.record(TableName, BatchGet),
        ...NoCapacity,
      }),
      ({ RequestItems }) =>
        Object.entries(RequestItems).map(([name, { Keys }]) => tables.need('BatchGetItem', name, Keys)),
      ({ RequestItems }) => {
        const requests = Object.entries(RequestItems).map(([name, request]) => {
          const table = tables.get(name);
          const keys = request.Keys.map((raw) => ({
            raw,
            ...parseKey(table, raw),
          }));
          if (new Set(keys.map(({ item }) => JSON.stringify(Object.entries(item).sort()))).size < keys.length) {
            throw invalid('Provided list of item keys contains duplicates');
          }
          return { name, table, keys, request, choose: chooser(request) };
        });
        const count = requests.reduce((sum, { keys }) => sum + keys.length, 0);
        if (count === 0) throw invalid('The requestItems parameter is required for BatchGetItem');
        if (count > MAX_BATCH_KEYS) throw invalid('Too many items requested for the BatchGetItem call');
        let size = 0;
        const responses: [string, Item[]][] = [];
        const unprocessed: [string, object][] = [];
        for (const { name, table, keys, request, choose } of requests) {
          const found: Item[] = [];
          const left = keys.filter(({ bytes }) => {
            const item = size > MAX_BATCH_BYTES ? undefined : tables.store.get(table, bytes);
            size += item === undefined ? 0 : sizeOfItem(item);
            if (size > MAX_BATCH_BYTES) return true;
            if (item !== undefined) found.push(choose(item));
            return false;
          });
          responses.push([name, found]);
          if (left.length > 0) unprocessed.push([name, { ...request, Keys: left.map(({ raw }) => raw) }]);
        }
        return {
          Responses: Object.fromEntries(responses),
          UnprocessedKeys: Object.fromEntries(unprocessed),
        };
      },
    ),
  };
}

/** What a read gives of an item. @throws AwsError for a projection that is not well formed */
export function chooser(request: {
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
}): (item: Item) => Item {
  const placeholders = new Placeholders(request.ExpressionAttributeNames, undefined);
  const paths =
    request.ProjectionExpression === undefined
      ? undefined
      : parseProjection(request.ProjectionExpression, placeholders);
  placeholders.checkUsed(paths !== undefined);
  return paths === undefined ? (item) => item : (item) => project(item, paths);
}
