import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { DynamoDbApiKeys } from '../adapters/accounts/api-keys.ts';
import { DynamoDbProjects } from '../adapters/accounts/projects.ts';
import { DynamoDbSessions } from '../adapters/accounts/sessions.ts';
import { DirectoryTable } from '../adapters/accounts/table.ts';
import { DynamoDbUsers } from '../adapters/accounts/users.ts';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { DynamoDbBackOff } from '../adapters/back-off/dynamodb.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { DynamoDbLimitUses } from '../adapters/limiter/uses.ts';
import { MailEnv } from '../adapters/mail/env.ts';
import { SesMail } from '../adapters/mail/ses.ts';
import { makePublishSigningKeys } from '../adapters/signing-key/dynamodb.ts';
import { SigningKeyEnv } from '../adapters/signing-key/env.ts';
import { SecretsManagerSigningKeys } from '../adapters/signing-key/secrets-manager.ts';
import { DynamoDbViewerRegister } from '../adapters/viewers/dynamodb.ts';
import { LiveEnv, ViewersEnv } from '../adapters/viewers/env.ts';
import { WebSocketApiConnections } from '../adapters/viewers/web-socket-api.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler } from '../core/http.ts';
import { IdentityEnv } from './env.ts';
import { identityOperations } from './operations.ts';
import type { IdentityParts } from './parts.ts';

const env = readEnv(
  z.object({
    ...EdgeEnv.shape,
    ...AuditTrailEnv.shape,
    ...SigningKeyEnv.shape,
    ...LiveEnv.shape,
    ...ViewersEnv.shape,
    ...MailEnv.shape,
    ...IdentityEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const secrets = new SecretsManagerClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
});
const audit = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const table = new DirectoryTable(dynamoDb, env.DIRECTORY_TABLE_NAME, audit);
const register = new DynamoDbViewerRegister(dynamoDb, env.LIVE_TABLE_NAME);
const connections = new WebSocketApiConnections(env.WEBSOCKET_CALLBACK_URL);
const { limiter, keyUses, options } = makeEdge(env, dynamoDb);

const FirstPassword = z.object({ password: z.string() });

const parts: IdentityParts = {
  users: new DynamoDbUsers(table),
  projects: new DynamoDbProjects(table),
  keys: new DynamoDbApiKeys(table),
  keyUses,
  sessions: new DynamoDbSessions(table),
  audit,
  limiter,
  backOff: new DynamoDbBackOff(dynamoDb, env.LIMITS_TABLE_NAME),
  signingKeys: new SecretsManagerSigningKeys(
    secrets,
    env.SIGNING_KEY_SECRET_ARN,
    makePublishSigningKeys(dynamoDb, env.DIRECTORY_TABLE_NAME),
  ),
  viewers: {
    connectionsOf: (holder) => register.connectionsOf(holder),
    disconnect: (id) => register.disconnect(id),
    close: (id) => connections.close(id),
  },
  mail: env.MAIL_FROM === undefined ? undefined : new SesMail(env.MAIL_FROM),
  dashboardUrl: env.DASHBOARD_URL,
  readFirstPassword: async () => {
    const { SecretString = '{}' } = await secrets.send(
      new GetSecretValueCommand({ SecretId: env.FIRST_PASSWORD_SECRET_ARN }),
    );
    return FirstPassword.safeParse(JSON.parse(SecretString)).data?.password;
  },
  changeFirstPassword: env.CHANGE_FIRST_PASSWORD,
  registration: env.REGISTRATION,
  secureCookies: env.STAGE !== 'local',
  stage: env.STAGE,
  now: Date.now,
};

const limits = {
  uses: new DynamoDbLimitUses(dynamoDb, env.LIMITS_TABLE_NAME, {
    factor: env.LIMITS_FACTOR,
    units: env.LIMITS_UNITS,
  }),
  audit,
};

export const handler = httpHandler(identityOperations(parts, limits), options);
