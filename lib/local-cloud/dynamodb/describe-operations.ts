import { z } from 'zod';
import { AwsError } from '../aws-server/aws-error.ts';
import { type Operation, operation } from '../aws-server/json-service.ts';
import { TableName, type Tables } from './request.ts';
import { type KeySchema, keyAttributes, type Table } from './table.ts';

/** `DescribeTable`, `DescribeTimeToLive` and `ListTables`. */
export function describeOperations(tables: Tables): Readonly<Record<string, Operation>> {
  const find = (name: string): Table => {
    const table = tables.find(name);
    if (table === undefined)
      throw new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
    return table;
  };
  return {
    DescribeTable: operation(
      z.strictObject({ TableName }),
      ({ TableName: name }) => [tables.need('DescribeTable', name)],
      ({ TableName: name }) => ({
        Table: describe(find(name), tables.store.count(find(name))),
      }),
    ),

    DescribeTimeToLive: operation(
      z.strictObject({ TableName }),
      ({ TableName: name }) => [tables.need('DescribeTimeToLive', name)],
      ({ TableName: name }) => {
        const { ttlAttribute } = find(name);
        const description =
          ttlAttribute === undefined
            ? { TimeToLiveStatus: 'DISABLED' }
            : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute };
        return { TimeToLiveDescription: description };
      },
    ),

    ListTables: operation(
      z.strictObject({
        ExclusiveStartTableName: TableName.optional(),
        Limit: z.number().int().min(1).max(100).default(100),
      }),
      () => [{ action: 'dynamodb:ListTables', resource: '*' }],
      ({ ExclusiveStartTableName: start, Limit }) => {
        const names = tables.names().filter((name) => start === undefined || name > start);
        const page = names.slice(0, Limit);
        return {
          TableNames: page,
          LastEvaluatedTableName: names.length > Limit ? page.at(-1) : undefined,
        };
      },
    ),
  };
}

function describe(table: Table, itemCount: number) {
  const indexes = (kind: string) => {
    const all = table.indexes.filter((index) => index.kind === kind);
    return all.length === 0
      ? undefined
      : all.map((index) => ({
          IndexName: index.name,
          IndexArn: index.arn,
          IndexStatus: kind === 'global' ? 'ACTIVE' : undefined,
          KeySchema: schemaOf(index),
          Projection: index.projection,
        }));
  };
  const keys = new Map([table, ...table.indexes].flatMap(keyAttributes).map(({ name, type }) => [name, type]));
  return {
    TableName: table.name,
    TableArn: table.arn,
    TableStatus: 'ACTIVE',
    ItemCount: itemCount,
    KeySchema: schemaOf(table),
    AttributeDefinitions: [...keys].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    BillingModeSummary: table.onDemand ? { BillingMode: 'PAY_PER_REQUEST' } : undefined,
    GlobalSecondaryIndexes: indexes('global'),
    LocalSecondaryIndexes: indexes('local'),
  };
}

const schemaOf = ({ hash, range }: KeySchema) => [
  { AttributeName: hash.name, KeyType: 'HASH' },
  ...(range === undefined ? [] : [{ AttributeName: range.name, KeyType: 'RANGE' }]),
];
