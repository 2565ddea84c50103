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
import { httpHandler, serve } from '../core/http.ts';
import * as api from './api.ts';
import { makeCreateApiKey, makeListApiKeys, makeRevokeApiKey, makeRotateApiKey } from './api-keys.ts';
import { IdentityEnv } from './env.ts';
import {
  makeAcceptInvitation,
  makeInvite,
  makeListInvitations,
  makePreviewInvitation,
  makeRevokeInvitation,
} from './invitations.ts';
import * as keysApi from './keys-api.ts';
import * as limitsApi from './limits-api.ts';
import { makeChangeRole, makeLeaveProject, makeListMembers, makeRemoveMember } from './members.ts';
import type { IdentityParts } from './parts.ts';
import { makeReadProfile, makeUpdateProfile } from './profile.ts';
import {
  makeArchiveProject,
  makeCreateProject,
  makeGetProject,
  makeListProjects,
  makeRenameProject,
} from './projects.ts';
import * as projectsApi from './projects-api.ts';
import { makeLimitsStatus, makeResetLimit, makeResetLimits } from './rate-limits.ts';
import { makeLogout, makeRefresh } from './refresh.ts';
import { makeRegister } from './register.ts';
import { makeConfirmReset, makeResetPassword } from './reset-password.ts';
import { makeListSessions, makeRevokeOtherSessions, makeRevokeSession } from './sessions.ts';
import * as sessionsApi from './sessions-api.ts';
import { makeSignIn } from './sign-in.ts';
import { makeListUsers, makeUpdateUser } from './users.ts';
import * as usersApi from './users-api.ts';

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
  uses: new DynamoDbLimitUses(dynamoDb, env.LIMITS_TABLE_NAME, env.LIMITS_FACTOR),
  audit,
};

export const handler = httpHandler(
  [
    serve(api.registerRoute, makeRegister(parts)),
    serve(api.loginRoute, makeSignIn(parts)),
    serve(api.refreshRoute, makeRefresh(parts)),
    serve(api.logoutRoute, makeLogout(parts)),
    serve(api.readProfileRoute, makeReadProfile(parts)),
    serve(api.updateProfileRoute, makeUpdateProfile(parts)),
    serve(api.resetPasswordRoute, makeResetPassword(parts)),
    serve(api.confirmResetRoute, makeConfirmReset(parts)),
    serve(sessionsApi.listSessionsRoute, makeListSessions(parts)),
    serve(sessionsApi.revokeSessionRoute, makeRevokeSession(parts)),
    serve(sessionsApi.revokeOtherSessionsRoute, makeRevokeOtherSessions(parts)),
    serve(usersApi.listUsersRoute, makeListUsers(parts)),
    serve(usersApi.updateUserRoute, makeUpdateUser(parts)),
    serve(projectsApi.listProjectsRoute, makeListProjects(parts)),
    serve(projectsApi.createProjectRoute, makeCreateProject(parts)),
    serve(projectsApi.getProjectRoute, makeGetProject(parts)),
    serve(projectsApi.renameProjectRoute, makeRenameProject(parts)),
    serve(projectsApi.archiveProjectRoute, makeArchiveProject(parts)),
    serve(projectsApi.leaveProjectRoute, makeLeaveProject(parts)),
    serve(projectsApi.listMembersRoute, makeListMembers(parts)),
    serve(projectsApi.changeRoleRoute, makeChangeRole(parts)),
    serve(projectsApi.removeMemberRoute, makeRemoveMember(parts)),
    serve(projectsApi.inviteRoute, makeInvite(parts)),
    serve(projectsApi.listInvitationsRoute, makeListInvitations(parts)),
    serve(projectsApi.revokeInvitationRoute, makeRevokeInvitation(parts)),
    serve(projectsApi.previewInvitationRoute, makePreviewInvitation(parts)),
    serve(projectsApi.acceptInvitationRoute, makeAcceptInvitation(parts)),
    serve(keysApi.listApiKeysRoute, makeListApiKeys(parts)),
    serve(keysApi.createApiKeyRoute, makeCreateApiKey(parts)),
    serve(keysApi.rotateApiKeyRoute, makeRotateApiKey(parts)),
    serve(keysApi.revokeApiKeyRoute, makeRevokeApiKey(parts)),
    serve(limitsApi.limitsStatusRoute, makeLimitsStatus(limits)),
    serve(limitsApi.resetLimitRoute, makeResetLimit(limits)),
    serve(limitsApi.resetLimitsRoute, makeResetLimits(limits)),
  ],
  options,
);
