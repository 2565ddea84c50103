import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENTITY_INDEX } from '../../functions/adapters/audit-trail/keys.ts';
import { DynamoDbAuditReader } from '../../functions/adapters/audit-trail/reader.ts';
import { type EntryContent, parseEntry } from '../../functions/core/audit-entry.ts';
import { ProjectId } from '../../functions/core/project.ts';
import { startDynamoDb } from '../../lib/local-cloud/dynamodb/dynamodb.ts';
import { ACCOUNT_ID, emulatorOptions, OPERATOR, REGION, temporaryFolder } from './emulated-aws.ts';

/** Tables with `pk` and `sk` (the audit table's index, too) in the emulated DynamoDB, and a client that may do everything. */
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
        { AttributeName: 'entity', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: ENTITY_INDEX,
          KeySchema: [
            { AttributeName: 'entity', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    },
  }));
  // tests have clocks of their own: nothing ends by the wall's
  const emulator = await startDynamoDb({ ...emulatorOptions(folder.path, resources), now: () => 0 });
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

/** Entries of a project's audit trail, oldest first. */
export async function readAuditTrail(client: DynamoDBDocumentClient, table: string, project: string) {
  const entries: EntryContent[] = [];
  for await (const { text } of new DynamoDbAuditReader(client, table).range(ProjectId.parse(project), 1)) {
    const entry = parseEntry(text);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}
