import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbAccounts } from '../../../functions/adapters/accounts/dynamodb.ts';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import { Authenticator } from '../../../functions/adapters/directory/authenticator.ts';
import { DynamoDbDirectory } from '../../../functions/adapters/directory/dynamodb.ts';
import type { SigningKey } from '../../../functions/adapters/signing-key/port.ts';
import type { DomainError } from '../../../functions/core/errors.ts';
import type { AuthenticatedCall, Call, Reply } from '../../../functions/core/http.ts';
import type { LoginResponse } from '../../../functions/identity/api.ts';
import { makeCreateApiKey, makeListApiKeys, makeRevokeApiKey } from '../../../functions/identity/api-keys.ts';
import type { IdentityParts } from '../../../functions/identity/parts.ts';
import { makeUpdateProfile } from '../../../functions/identity/profile.ts';
import { makeCreateProject } from '../../../functions/identity/projects.ts';
import { makeLogout, makeRefresh } from '../../../functions/identity/refresh.ts';
import { makeRegister } from '../../../functions/identity/register.ts';
import { makeSignIn } from '../../../functions/identity/sign-in.ts';
import { readAuditTrail, startTables } from '../../support/tables.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
let signing: SigningKey;
beforeAll(async () => {
  tables = await startTables('directory', 'audit');
  const pair = await generateKeyPair('ES256', { extractable: true });
  const kid = 'test-key';
  signing = {
    private: { ...(await exportJWK(pair.privateKey)), kid, alg: 'ES256' },
    public: { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' },
  };
});
afterAll(() => tables.stop());

let now: number;
let parts: IdentityParts;
let accounts: DynamoDbAccounts;
let authenticator: Authenticator;
let people = 0;
beforeEach(async () => {
  now = Date.parse('2026-11-21T12:00:00Z');
  const audit = new DynamoDbAuditTrail(tables.client, 'audit', () => now);
  accounts = new DynamoDbAccounts(tables.client, 'directory', audit);
  await accounts.publishSigningKeys([signing.public]);
  authenticator = new Authenticator(new DynamoDbDirectory(tables.client, 'directory'), () => now);
  parts = {
    accounts,
    audit,
    signingKeys: { current: async () => signing },
    limiter: { take: async () => ({ limit: 1, remaining: 1, resetSeconds: 1 }) },
    readFirstPassword: async () => 'first password',
    changeFirstPassword: true,
    registration: 'open',
    secureCookies: true,
    stage: 'test',
    now: () => now,
  };
});

const call: Call = {
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
const as = async (token: string, project?: string): Promise<AuthenticatedCall> => ({
  ...call,
  caller: await authenticator.session(token, project),
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'allowed',
    (error: DomainError) => error.code,
  );
const signInReply = (username: string, password: string) => makeSignIn(parts)({ username, password }, call);
const bodyOf = (reply: Reply) => JSON.parse(String(reply.body)) as LoginResponse;
const signIn = async (username: string, password: string) => bodyOf(await signInReply(username, password));

async function registered() {
  const name = `person${++people}`;
  const profile = await makeRegister(parts)(
    { username: name, email: `${name}@example.com`, password: 'a good password' },
    call,
  );
  const { access_token: token } = await signIn(name, 'a good password');
  return { name, profile, token };
}

describe('registering', () => {
  it('makes a user who administers a project of their own', async () => {
    const { profile, token } = await registered();
    expect(profile.projects).toMatchObject([{ id: profile.default_project_id, role: 'admin' }]);
    expect((await as(token)).caller.project).toBe(profile.default_project_id);
  });

  it('refuses a name or address that is taken, whatever its case', async () => {
    const { name } = await registered();
    const again = (username: string, email: string) =>
      codeOf(makeRegister(parts)({ username, email, password: 'a good password' }, call));
    expect(await again(name.toUpperCase(), 'fresh@example.com')).toBe('conflict');
    expect(await again('fresh', `${name}@EXAMPLE.com`)).toBe('conflict');
  });

  it('is refused where the stage closes it', async () => {
    parts = { ...parts, registration: 'closed' };
    expect(
      await codeOf(
        makeRegister(parts)({ username: 'late', email: 'late@example.com', password: 'a good password' }, call),
      ),
    ).toBe('forbidden');
  });

  it('stores no password', async () => {
    const { profile } = await registered();
    const { Item } = await tables.client.send(
      new GetCommand({ TableName: 'directory', Key: { pk: `U#${profile.id}`, sk: '-' } }),
    );
    expect(Item?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(Item)).not.toContain('a good password');
  });
});

describe('signing in', () => {
  it('works by name and by e-mail address', async () => {
    const { name } = await registered();
    for (const login of [name, `${name}@example.com`])
      expect((await signIn(login, 'a good password')).token_type).toBe('bearer');
  });

  it('refuses a wrong password and an unknown user in the same words', async () => {
    const { name } = await registered();
    const words = (login: string) => signIn(login, 'wrong').catch((error: Error) => error.message);
    expect(await words(name)).toBe(await words('nobody'));
  });

  it('makes the first administrator of the deployed password, who must change it before anything else', async () => {
    const login = await signIn('admin', 'first password');
    expect(login.must_change_password).toBe(true);
    expect([...(await as(login.access_token)).caller.scopes]).toEqual([]);
    const changed = await makeUpdateProfile(parts)(
      { current_password: 'first password', password: 'my own password' },
      await as(login.access_token),
    );
    expect(changed.must_change_password).toBe(false);
    expect(await codeOf(as(login.access_token).then(() => authenticator.session(login.access_token)))).toBe('allowed');
    now += 61_000;
    expect(await codeOf(authenticator.session(login.access_token))).toBe('unauthenticated');
    expect([...(await as(changed.access_token ?? '')).caller.scopes]).toContain('admin');
    expect(await codeOf(signIn('admin', 'first password'))).toBe('unauthenticated');
  });

  it('leaves an entry in the audit trail, also where it fails', async () => {
    const { name, profile } = await registered();
    now += 1_000;
    await codeOf(signIn(name, 'wrong'));
    const entries = await readAuditTrail(tables.client, 'audit', profile.default_project_id);
    expect(entries.map(({ action, result }) => `${action} ${result}`)).toEqual(
      expect.arrayContaining(['user.created success', 'user.login success', 'user.login failure']),
    );
  });
});

describe('a session that outlives its page', () => {
  /** A request with the cookie of an answer. */
  const withCookieOf = (reply: Reply, headers: Record<string, string> = { 'x-requested-with': 'tributary' }): Call => ({
    ...call,
    request: { ...call.request, headers, cookies: [reply.cookies[0]?.split(';')[0] ?? ''] },
  });
  const refresh = (from: Call) => makeRefresh(parts)({}, from);
  const begin = async () => signInReply((await registered()).name, 'a good password');

  it('has a cookie that no script can read and no other site can send', async () => {
    expect((await begin()).cookies[0]).toMatch(
      /; Path=\/api\/v1\/auth; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  it('goes on with another cookie and another token', async () => {
    const first = await begin();
    const second = await refresh(withCookieOf(first));
    expect(second.cookies[0]).not.toBe(first.cookies[0]);
    expect((await as(bodyOf(second).access_token)).caller.kind).toBe('session');
    expect((await refresh(withCookieOf(second))).status).toBe(200);
  });

  it('gives two tabs that refresh at once the same successor', async () => {
    const first = await begin();
    const [one, two] = [await refresh(withCookieOf(first)), await refresh(withCookieOf(first))];
    expect(two.cookies).toEqual(one.cookies);
    expect((await refresh(withCookieOf(two))).status).toBe(200);
  });

  it('ends for everyone when a cookie comes back that was changed away', async () => {
    const first = await begin();
    const second = await refresh(withCookieOf(first));
    now += 31_000;
    expect(await codeOf(refresh(withCookieOf(first)))).toBe('unauthenticated');
    expect(await codeOf(refresh(withCookieOf(second)))).toBe('unauthenticated');
  });

  it('asks for the header that a form of another site cannot set', async () => {
    expect(await codeOf(refresh(withCookieOf(await begin(), {})))).toBe('unauthenticated');
  });

  it('ends with a sign-out, with a new password, and after two weeks', async () => {
    const out = await begin();
    await makeLogout(parts)({}, withCookieOf(out));
    expect(await codeOf(refresh(withCookieOf(out)))).toBe('unauthenticated');

    const changed = await begin();
    await makeUpdateProfile(parts)(
      { current_password: 'a good password', password: 'another password' },
      await as(bodyOf(changed).access_token),
    );
    expect(await codeOf(refresh(withCookieOf(changed)))).toBe('unauthenticated');

    const old = await begin();
    now += 15 * 86_400_000;
    expect(await codeOf(refresh(withCookieOf(old)))).toBe('unauthenticated');
  });

  it.each(['', 'tributary_refresh=', 'tributary_refresh=x.y', `tributary_refresh=${'a'.repeat(22)}.${'b'.repeat(43)}`])(
    'is not begun by the cookie %s',
    async (cookie) => {
      expect(
        await codeOf(
          refresh({ ...call, request: { ...call.request, headers: { 'x-requested-with': 'x' }, cookies: [cookie] } }),
        ),
      ).toBe('unauthenticated');
    },
  );
});

describe('a profile', () => {
  it('asks for the password before address or password change', async () => {
    const { token } = await registered();
    expect(await codeOf(makeUpdateProfile(parts)({ email: 'new@example.com' }, await as(token)))).toBe(
      'invalid_request',
    );
    const changed = await makeUpdateProfile(parts)(
      { email: `new${people}@example.com`, current_password: 'a good password' },
      await as(token),
    );
    expect(changed.email).toBe(`new${people}@example.com`);
    expect((await signIn(`new${people}@example.com`, 'a good password')).token_type).toBe('bearer');
  });
});

describe('API keys', () => {
  it('are shown once, listed without their secret, and refused after they were revoked', async () => {
    const { token } = await registered();
    const owner = await as(token);
    const { key, id } = await makeCreateApiKey(parts)({ name: 'shipper', scopes: ['ingest'] }, owner);
    expect((await authenticator.key(key)).project).toBe(owner.caller.project);
    const { items } = await makeListApiKeys(parts)(undefined, owner);
    expect(items).toMatchObject([{ id, name: 'shipper', scopes: ['ingest'] }]);
    expect(JSON.stringify(items)).not.toContain(key.slice(-20));
    await makeRevokeApiKey(parts)({ id }, owner);
    now += 61_000;
    expect(await codeOf(authenticator.key(key))).toBe('unauthenticated');
    expect(await codeOf(makeRevokeApiKey(parts)({ id }, owner))).toBe('not_found');
  });

  it('of one project cannot be revoked from another, and give nobody more than they have', async () => {
    const [first, second] = [await registered(), await registered()];
    const { id } = await makeCreateApiKey(parts)({ name: 'k', scopes: ['ingest'] }, await as(first.token));
    expect(await codeOf(makeRevokeApiKey(parts)({ id }, await as(second.token)))).toBe('not_found');
    const limited = await as(first.token);
    const member = { ...limited, caller: { ...limited.caller, scopes: new Set(['read'] as const) } };
    expect(await codeOf(makeCreateApiKey(parts)({ name: 'k', scopes: ['admin'] }, member))).toBe('forbidden');
  });
});

describe('projects', () => {
  it('belong to who makes them, at once', async () => {
    const { token } = await registered();
    const made = await makeCreateProject(parts)({ id: `team-${people}`, name: 'Team' }, await as(token));
    expect((await as(token, made.id)).caller.project).toBe(made.id);
    const other = await registered();
    expect(await codeOf(as(other.token, made.id))).toBe('not_found');
    expect(await codeOf(makeCreateProject(parts)({ id: made.id, name: 'Mine' }, await as(other.token)))).toBe(
      'conflict',
    );
  });
});
