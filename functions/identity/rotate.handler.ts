import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { DirectoryEnv } from '../adapters/directory/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makePublishSigningKeys } from '../adapters/signing-key/dynamodb.ts';
import { SigningKeyEnv } from '../adapters/signing-key/env.ts';
import { SecretsManagerSigningKeys } from '../adapters/signing-key/secrets-manager.ts';
import { readEnv } from '../core/env.ts';
import { scheduleHandler } from '../core/schedule.ts';

const LASTS_MILLIS = 30 * 86_400_000;

const env = readEnv(z.object({ ...DirectoryEnv.shape, ...SigningKeyEnv.shape }));
const signingKeys = new SecretsManagerSigningKeys(
  new SecretsManagerClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } }),
  env.SIGNING_KEY_SECRET_ARN,
  makePublishSigningKeys(makeDynamoDb(), env.DIRECTORY_TABLE_NAME),
);

export const handler = scheduleHandler(async () => ({
  'tributary.signing_keys.rotated': (await signingKeys.rotate(LASTS_MILLIS)) ? 1 : 0,
}));
