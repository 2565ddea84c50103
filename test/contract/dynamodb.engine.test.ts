import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe } from 'vitest';
import { MOTO_CLIENT, MOTO_URL, uniqueName } from '../support/aws-engine.ts';
import { DYNAMODB_TABLES, dynamoDbContract } from './dynamodb.contract.ts';

describe.skipIf(MOTO_URL === undefined)('against moto', () => {
  dynamoDbContract('moto', async () => {
    const client = new DynamoDBClient(MOTO_CLIENT);
    const suffix = uniqueName('contract');
    const tableName = (table: string) => `${table}-${suffix}`;
    for (const [table, properties] of Object.entries(DYNAMODB_TABLES)) {
      await client.send(
        new CreateTableCommand({ TableName: tableName(table), ...structuredClone(properties) } as never),
      );
    }
    return {
      client,
      tableName,
      stop: async () => {
        for (const table of Object.keys(DYNAMODB_TABLES))
          await client.send(new DeleteTableCommand({ TableName: tableName(table) }));
        client.destroy();
      },
    };
  });
});
