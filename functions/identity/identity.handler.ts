import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { DynamoDbAccounts } from '../adapters/accounts/dynamodb.ts';
import { DynamoDbAuditTrail } from '../adapters/audit-trail/dynamodb.ts';
import { AuditTrailEnv } from '../adapters/audit-trail/env.ts';
import { makeDynamoDb } from '../adapters/dynamodb.ts';
import { makeEdge } from '../adapters/edge/edge.ts';
import { EdgeEnv } from '../adapters/edge/env.ts';
import { SigningKeyEnv } from '../adapters/signing-key/env.ts';
import { SecretsManagerSigningKeys } from '../adapters/signing-key/secrets-manager.ts';
import { readEnv } from '../core/env.ts';
import { httpHandler, serve } from '../core/http.ts';
import * as api from './api.ts';
import { makeCreateApiKey, makeListApiKeys, makeRevokeApiKey } from './api-keys.ts';
import { IdentityEnv } from './env.ts';
import * as keysApi from './keys-api.ts';
import type { IdentityParts } from './parts.ts';
import { makeReadProfile, makeUpdateProfile } from './profile.ts';
import { makeCreateProject, makeListProjects } from './projects.ts';
import * as projectsApi from './projects-api.ts';
import { makeLogout, makeRefresh } from './refresh.ts';
import { makeRegister } from './register.ts';
import { makeSignIn } from './sign-in.ts';

const env = readEnv(
  z.object({
    ...EdgeEnv.shape,
    ...AuditTrailEnv.shape,
    ...SigningKeyEnv.shape,
    ...IdentityEnv.shape,
  }),
);
const dynamoDb = makeDynamoDb();
const secrets = new SecretsManagerClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
});
const audit = new DynamoDbAuditTrail(dynamoDb, env.AUDIT_TABLE_NAME);
const accounts = new DynamoDbAccounts(dynamoDb, env.DIRECTORY_TABLE_NAME, audit);
const { limiter, options } = makeEdge(env, dynamoDb);

const FirstPassword = z.object({ password: z.string() });

const parts: IdentityParts = {
  accounts,
  audit,
  limiter,
  signingKeys: new SecretsManagerSigningKeys(secrets, env.SIGNING_KEY_SECRET_ARN, (keys) =>
    accounts.publishSigningKeys(keys),
  ),
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

export const handler = httpHandler(
  [
    serve(api.registerRoute, makeRegister(parts)),
    serve(api.loginRoute, makeSignIn(parts)),
    serve(api.refreshRoute, makeRefresh(parts)),
    serve(api.logoutRoute, makeLogout(parts)),
    serve(api.readProfileRoute, makeReadProfile(parts)),
    serve(api.updateProfileRoute, makeUpdateProfile(parts)),
    serve(projectsApi.listProjectsRoute, makeListProjects(parts)),
    serve(projectsApi.createProjectRoute, makeCreateProject(parts)),
    serve(keysApi.listApiKeysRoute, makeListApiKeys(parts)),
    serve(keysApi.createApiKeyRoute, makeCreateApiKey(parts)),
    serve(keysApi.revokeApiKeyRoute, makeRevokeApiKey(parts)),
  ],
  options,
);
