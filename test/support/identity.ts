import { randomBytes } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { exportJWK, generateKeyPair } from 'jose';
import { DynamoDbApiKeys } from '../../functions/adapters/accounts/api-keys.ts';
import { DynamoDbProjects } from '../../functions/adapters/accounts/projects.ts';
import { DynamoDbSessions } from '../../functions/adapters/accounts/sessions.ts';
import { DirectoryTable } from '../../functions/adapters/accounts/table.ts';
import { DynamoDbUsers } from '../../functions/adapters/accounts/users.ts';
import { DynamoDbAuditTrail } from '../../functions/adapters/audit-trail/dynamodb.ts';
import { DynamoDbBackOff } from '../../functions/adapters/back-off/dynamodb.ts';
import { Authenticator } from '../../functions/adapters/directory/authenticator.ts';
import { DynamoDbDirectory } from '../../functions/adapters/directory/dynamodb.ts';
import { DynamoDbKeyUses } from '../../functions/adapters/key-uses/dynamodb.ts';
import { DynamoDbLimitUses } from '../../functions/adapters/limiter/uses.ts';
import type { Message } from '../../functions/adapters/mail/port.ts';
import { makePublishSigningKeys } from '../../functions/adapters/signing-key/dynamodb.ts';
import type { SigningKey } from '../../functions/adapters/signing-key/port.ts';
import { DynamoDbViewerRegister } from '../../functions/adapters/viewers/dynamodb.ts';
import { type AuthenticatedCall, type Call, httpHandler, type Reply } from '../../functions/core/http.ts';
import type { PermissionName, ProjectRole } from '../../functions/core/permissions.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import type { LoginResponse } from '../../functions/identity/api.ts';
import { makeAcceptInvitation, makeInvite } from '../../functions/identity/invitations.ts';
import { identityOperations } from '../../functions/identity/operations.ts';
import type { IdentityParts } from '../../functions/identity/parts.ts';
import { makeRegister } from '../../functions/identity/register.ts';
import { makeSignIn } from '../../functions/identity/sign-in.ts';
import { startTables } from './tables.ts';

export const PASSWORD = 'a good pass phrase';

/** Identity over emulated tables, with a clock, an outbox and connections of its own. */
export async function startIdentity(start: number) {
  const tables = await startTables('directory', 'audit', 'limits', 'live');
  const { client } = tables;
  const pair = await generateKeyPair('ES256', { extractable: true });
  const kid = 'test-key';
  const signing: SigningKey = {
    private: { ...(await exportJWK(pair.privateKey)), kid, alg: 'ES256' },
    public: { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' },
    derivation: randomBytes(32).toString('base64url'),
  };
  const clock = { now: start };
  const now = () => clock.now;
  const outbox: Message[] = [];
  const closed: string[] = [];
  const audit = new DynamoDbAuditTrail(client, 'audit', now);
  const table = new DirectoryTable(client, 'directory', audit);
  const register = new DynamoDbViewerRegister(client, 'live', now);
  await makePublishSigningKeys(client, 'directory')([signing.public]);
  const parts: IdentityParts = {
    users: new DynamoDbUsers(table),
    projects: new DynamoDbProjects(table, now),
    keys: new DynamoDbApiKeys(table),
    keyUses: new DynamoDbKeyUses(client, 'limits', now),
    sessions: new DynamoDbSessions(table, now),
    audit,
    signingKeys: { current: async () => signing, rotate: async () => false },
    limiter: { take: async () => ({ limit: 1, remaining: 1, resetSeconds: 1 }) },
    backOff: new DynamoDbBackOff(client, 'limits', now),
    viewers: {
      connectionsOf: (holder) => register.connectionsOf(holder),
      disconnect: (id) => register.disconnect(id),
      close: async (id) => {
        closed.push(id);
      },
    },
    mail: {
      send: async (message) => {
        outbox.push(message);
      },
    },
    dashboardUrl: 'https://logs.example.com',
    readFirstPassword: async () => 'first pass phrase',
    changeFirstPassword: true,
    registration: 'open',
    secureCookies: true,
    stage: 'test',
    now,
  };
  /** As an instance that has just begun sees it. */
  const authenticator = () => new Authenticator(new DynamoDbDirectory(client, 'directory'), now);
  const as = async (token: string, project?: string, permission?: PermissionName): Promise<AuthenticatedCall> => ({
    ...CALL,
    caller: await authenticator().session(token, project, permission),
  });
  const uses = new DynamoDbLimitUses(client, 'limits', { factor: 1 }, now);
  /** All operations, behind an instance of their own. */
  const handler = () => {
    const instance = authenticator();
    return httpHandler(identityOperations(parts, { uses, audit }), {
      authenticate: (request, asked) => instance.request(request, asked),
      limit: async () => ({}),
    });
  };
  const signIn = (username: string, password: string, call: Call = CALL) =>
    makeSignIn(parts)({ username, password }, call);
  const person = async () => {
    const name = `person${++people}`;
    const profile = await makeRegister(parts)(
      { username: name, email: `${name}@example.com`, password: PASSWORD },
      CALL,
    );
    const reply = await signIn(name, PASSWORD);
    return { name, id: profile.id, home: profile.default_project_id, profile, reply, token: tokenOf(reply) };
  };
  let people = 0;
  return {
    tables,
    clock,
    outbox,
    /** Ids of connections that were closed, in order. */
    closed,
    parts,
    register,
    authenticator,
    handler,
    as,
    signIn,
    /** A user with a project of their own and a session. */
    person,
    /** Makes somebody a member by an invitation of one who administers the project. */
    join: async (
      { name, token }: { readonly name: string; readonly token: string },
      project: ProjectId,
      role: ProjectRole,
      by: { readonly token: string },
    ) => {
      const unmailed = { ...parts, mail: undefined };
      const made = await makeInvite(unmailed)(
        { project_id: project, email: `${name}@example.com`, role },
        await as(by.token, project, 'project'),
      );
      await makeAcceptInvitation(unmailed)({ token: made.token ?? '' }, await as(token, undefined, 'account'));
    },
    /** As the first administrator is made. */
    makePlatformAdmin: async ({ id }: { readonly id: string }) => {
      for (const Key of [
        { pk: 'USERS', sk: id },
        { pk: `M#${id}`, sk: '-' },
      ])
        await client.send(
          new UpdateCommand({
            TableName: 'directory',
            Key,
            UpdateExpression: 'SET platform_admin = :yes',
            ExpressionAttributeValues: { ':yes': true },
          }),
        );
    },
  };
}

export type Identity = Awaited<ReturnType<typeof startIdentity>>;
export type Person = Awaited<ReturnType<Identity['person']>>;

export const CALL: Call = {
  request: {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    cookies: [],
    body: Buffer.alloc(0),
    sourceIp: '203.0.113.1',
  },
  requestId: 'r1',
  correlationId: 'c1',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  signal: new AbortController().signal,
};

export const bodyOf = (reply: Reply) => JSON.parse(String(reply.body)) as LoginResponse;
export const tokenOf = (reply: Reply) => bodyOf(reply).access_token;

/** Code of the failure, or `allowed`. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'allowed',
    (error: { readonly code?: string }) => error.code ?? String(error),
  );
