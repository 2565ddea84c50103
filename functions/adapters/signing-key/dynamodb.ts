import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { JWK } from 'jose';
import { directoryKeys, SELF } from '../directory/keys.ts';

/** Lets everyone who reads the directory verify what is signed with these. */
export const makePublishSigningKeys =
  (client: DynamoDBDocumentClient, table: string) =>
  async (keys: readonly JWK[]): Promise<void> => {
    await client.send(new PutCommand({ TableName: table, Item: { pk: directoryKeys.signingKeys, sk: SELF, keys } }));
  };
