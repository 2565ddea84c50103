import { z } from 'zod';
import { type Operation, operation } from '../aws-server/json-service.ts';
import { NoMetrics, RawItem, TableName, type Tables } from './request.ts';
import { invalid } from './validation.ts';
import {
  DeleteShape,
  PutShape,
  perform,
  returned,
  toDelete,
  toPut,
  toUpdate,
  UpdateShape,
  type Write,
} from './write.ts';

const MAX_BATCH_WRITES = 25;

const OldOnly = z.enum(['NONE', 'ALL_OLD']).default('NONE');
const WriteRequest = z.strictObject({
  PutRequest: z.strictObject({ Item: RawItem }).optional(),
  DeleteRequest: z.strictObject({ Key: RawItem }).optional(),
});

/** `PutItem`, `UpdateItem`, `DeleteItem` and `BatchWriteItem`. */
export function writeOperations(tables: Tables): Readonly<Record<string, Operation>> {
  const one = (write: Write, wanted: string) => {
    const written = tables.store.transact(() => perform(tables, write));
    return returned(wanted, written, write.paths);
  };
  return {
    PutItem: operation(
      z.strictObject({ ...PutShape, ...NoMetrics, ReturnValues: OldOnly }),
      (input) => [tables.need('PutItem', input.TableName, [input.Item])],
      (input) => one(toPut(tables, input), input.ReturnValues),
    ),

    UpdateItem: operation(
      z.strictObject({
        ...UpdateShape,
        ...NoMetrics,
        ReturnValues: z.enum(['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']).default('NONE'),
      }),
      (input) => [tables.need('UpdateItem', input.TableName, [input.Key])],
      (input) => one(toUpdate(tables, input), input.ReturnValues),
    ),

    DeleteItem: operation(
      z.strictObject({ ...DeleteShape, ...NoMetrics, ReturnValues: OldOnly }),
      (input) => [tables.need('DeleteItem', input.TableName, [input.Key])],
      (input) => one(toDelete(tables, input), input.ReturnValues),
    ),

    BatchWriteItem: operation(
      z.strictObject({
        RequestItems: z.record(TableName, z.array(WriteRequest).min(1)),
        ...NoMetrics,
      }),
      ({ RequestItems }) =>
        Object.entries(RequestItems).map(([name, requests]) =>
          tables.need(
            'BatchWriteItem',
            name,
            requests.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {}),
          ),
        ),
      ({ RequestItems }) => {
        const writes = Object.entries(RequestItems).flatMap(([name, requests]) =>
          requests.map((request) => toWrite(tables, name, request)),
        );
        if (writes.length === 0) throw invalid('The batch write request list for a table cannot be null or empty');
        if (writes.length > MAX_BATCH_WRITES) throw invalid('Too many items requested for the BatchWriteItem call');
        if (new Set(writes.map(placeOf)).size < writes.length)
          throw invalid('Provided list of item keys contains duplicates');
        tables.store.transact(() => {
          for (const write of writes) perform(tables, write);
        });
        return { UnprocessedItems: {} };
      },
    ),
  };
}

/** Text that tells apart the items of writes. */
export const placeOf = ({ table, key }: Write): string =>
  `${table.name} ${key.hash.toString('hex')} ${key.range.toString('hex')}`;

function toWrite(tables: Tables, name: string, { PutRequest, DeleteRequest }: z.output<typeof WriteRequest>): Write {
  const common = {
    TableName: name,
    ReturnValuesOnConditionCheckFailure: 'NONE',
  } as const;
  if (PutRequest !== undefined && DeleteRequest === undefined)
    return toPut(tables, { ...common, Item: PutRequest.Item });
  if (DeleteRequest !== undefined && PutRequest === undefined)
    return toDelete(tables, { ...common, Key: DeleteRequest.Key });
  throw invalid(
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
}
