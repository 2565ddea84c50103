import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '../../lib/local-cloud/dynamodb/dynamodb.ts';
import { ACCOUNT_ID, emulatorOptions, OPERATOR, REGION, temporaryFolder } from './emulated-aws.ts';

/** Tables with `pk` and `sk` in the emulated DynamoDB, and a client that may do everything. */
export async function startTables(...names: readonly string[]) {
  const folder = await temporaryFolder();
  const resources = names.map((name) => ({
    logicalId: name,
    type: 'AWS::DynamoDB::Table',
    name,
    arn: `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${name}`,
    properties: {
      TableName: name,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    },
  }));
  const emulator = await startDynamoDb(emulatorOptions(folder.path, resources));
  const plain = new DynamoDBClient({ region: REGION, endpoint: emulator.url, credentials: OPERATOR, maxAttempts: 1 });
  const client = DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } });
  return {
    client,
    stop: async () => {
      plain.destroy();
      await emulator.close();
      await folder.remove();
    },
  };
}
