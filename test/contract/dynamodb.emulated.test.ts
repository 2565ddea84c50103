import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../lib/local-cloud/dynamodb/dynamodb.ts';
import { ACCOUNT_ID, emulatorOptions, OPERATOR, REGION, temporaryFolder } from '../support/emulated-aws.ts';
import { DYNAMODB_TABLES, dynamoDbContract } from './dynamodb.contract.ts';

dynamoDbContract('emulated', async () => {
  const folder = await temporaryFolder();
  const tables = Object.entries(DYNAMODB_TABLES).map(([name, properties]) => ({
    logicalId: name,
    type: 'AWS::DynamoDB::Table',
    name,
    arn: `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${name}`,
    properties,
  }));
  const emulator = await startDynamoDb(emulatorOptions(folder.path, tables));
  const client = new DynamoDBClient({ endpoint: emulator.url, region: REGION, credentials: OPERATOR });
  return {
    client,
    tableName: (table) => table,
    stop: async () => {
      client.destroy();
      await emulator.close();
      await folder.remove();
    },
  };
});
