import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../aws-server/aws-error.ts';
import { type Operation, operation } from '../aws-server/json-service.ts';
import { type Item, sizeOfItem } from './attribute-value.ts';
import { chooser } from './read-operations.ts';
import { Names, NoCapacity, NoMetrics, parseKey, RawItem, TableName, type Tables } from './request.ts';
import { invalid } from './validation.ts';
import {
  CheckShape,
  DeleteShape,
  PutShape,
  perform,
  toCheck,
  toDelete,
  toPut,
  toUpdate,
  UpdateShape,
  type Write,
} from './write.ts';
import { placeOf } from './write-operations.ts';

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const MAX_ACTIONS = 100;
const MAX_BYTES = 4 * 1024 * 1024;

const TransactItem = z.strictObject({
  Put: z.strictObject(PutShape).optional(),
  Delete: z.strictObject(DeleteShape).optional(),
  Update: z.strictObject(UpdateShape).optional(),
  ConditionCheck: z.strictObject(CheckShape).optional(),
});
const TransactGet = z.strictObject({
  Get: z.strictObject({
    TableName,
    Key: RawItem,
    ProjectionExpression: z.string().optional(),
    ExpressionAttributeNames: Names,
  }),
});

/** Why an action cancelled its transaction, or that it did not. */
interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

/** `TransactWriteItems` and `TransactGetItems`. */
export function transactionOperations(tables: Tables): Readonly<Record<string, Operation>> {
  return {
    TransactWriteItems: operation(
      z.strictObject({
        TransactItems: z.array(TransactItem).min(1).max(MAX_ACTIONS),
        ClientRequestToken: z.string().min(1).max(36).optional(),
        ...NoMetrics,
      }),
      ({ TransactItems }) => TransactItems.map((item) => need(tables, item)),
      ({ TransactItems, ClientRequestToken: token }) => {
        const writes = TransactItems.map((item) => toWrite(tables, item));
        if (new Set(writes.map(placeOf)).size < writes.length) {
          throw invalid('Transaction request cannot include multiple operations on one item');
        }
        const request = createHash('sha256').update(JSON.stringify(TransactItems)).digest('hex');
        tables.store.transact(() => {
          const before = token === undefined ? undefined : tables.store.requestOf(token);
          if (before === request) return;
          if (before !== undefined) {
            throw new AwsError(
              'IdempotentParameterMismatchException',
              'Request was not idempotent: the token came with other items before',
            );
          }
          performAll(tables, writes);
          if (token !== undefined) tables.store.keepRequest(token, request);
        });
        return {};
      },
    ),

    TransactGetItems: operation(
      z.strictObject({
        TransactItems: z.array(TransactGet).min(1).max(MAX_ACTIONS),
        ...NoCapacity,
      }),
      ({ TransactItems }) => TransactItems.map(({ Get }) => tables.need('GetItem', Get.TableName, [Get.Key])),
      ({ TransactItems }) => {
        const gets = TransactItems.map(({ Get }) => {
          const table = tables.get(Get.TableName);
          return {
            table,
            key: parseKey(table, Get.Key).bytes,
            choose: chooser(Get),
          };
        });
        return {
          Responses: gets.map(({ table, key, choose }) => {
            const item = tables.store.get(table, key);
            return item === undefined ? {} : { Item: choose(item) };
          }),
        };
      },
    ),
  };
}

/** Does all writes, or none. @throws AwsError `TransactionCanceledException` with a reason for each */
function performAll(tables: Tables, writes: readonly Write[]): void {
  let size = 0;
  const reasons = writes.map((write): Reason => {
    try {
      const { next } = perform(tables, write);
      size += next === undefined ? 0 : sizeOfItem(next);
      return { Code: 'None' };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code, message, members } = error;
      return {
        Code: code.replace(/(Exception|FailedException)$/, (end) => (end === 'Exception' ? 'Error' : 'Failed')),
        Message: message,
        ...members,
      };
    }
  });
  if (size > MAX_BYTES) throw invalid('Collection size limit exceeded: the items of a transaction have more than 4 MB');
  if (reasons.every(({ Code }) => Code === 'None')) return;
  throw new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
    400,
    { CancellationReasons: reasons },
  );
}

function need(tables: Tables, item: z.output<typeof TransactItem>) {
  const [action, name, key] =
    item.Put !== undefined
      ? ['PutItem', item.Put.TableName, item.Put.Item]
      : item.Delete !== undefined
        ? ['DeleteItem', item.Delete.TableName, item.Delete.Key]
        : item.Update !== undefined
          ? ['UpdateItem', item.Update.TableName, item.Update.Key]
          : ['ConditionCheckItem', item.ConditionCheck?.TableName ?? '', item.ConditionCheck?.Key ?? {}];
  const { context, ...rest } = tables.need(action, name, [key]);
  return {
    ...rest,
    context: {
      ...context,
      'dynamodb:EnclosingOperation': ['TransactWriteItems'],
    },
  };
}

function toWrite(tables: Tables, item: z.output<typeof TransactItem>): Write {
  const { Put, Delete, Update, ConditionCheck } = item;
  if (Object.values(item).filter((action) => action !== undefined).length !== 1) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  if (Put !== undefined) return toPut(tables, Put);
  if (Delete !== undefined) return toDelete(tables, Delete);
  if (ConditionCheck !== undefined) return toCheck(tables, ConditionCheck);
  if (Update?.UpdateExpression === undefined) {
    throw invalid('The UpdateExpression parameter is required but was not present in the request');
  }
  return toUpdate(tables, Update);
}
