import { argon2Sync } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbBackOff } from '../../../functions/adapters/back-off/dynamodb.ts';
import type { Call } from '../../../functions/core/http.ts';
import { makeUpdateProfile } from '../../../functions/identity/profile.ts';
import { makeRegister } from '../../../functions/identity/register.ts';
import { makeSignIn } from '../../../functions/identity/sign-in.ts';
import { makeUpdateUser } from '../../../functions/identity/users.ts';
import { bodyOf, CALL, codeOf, type Identity, PASSWORD, startIdentity, tokenOf } from '../../support/identity.ts';
import { readAuditTrail } from '../../support/tables.ts';

const START = Date.parse('2026-11-21T12:00:00Z');

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity(START);
});
afterAll(() => identity.tables.stop());
beforeEach(() => {
  identity.clock.now += 2 * 3_600_000;
});

const register = (fields: { username: string; email: string; password?: string; invitation_token?: string }) =>
  makeRegister(identity.parts)({ password: PASSWORD, ...fields }, CALL);
const from = (sourceIp: string): Call => ({ ...CALL, request: { ...CALL.request, sourceIp } });

describe('registering', () => {
  it('makes a user who administers a project of their own', async () => {
    const { profile, token, home } = await identity.person();
    expect(profile.projects).toMatchObject([
      { id: home, role: 'admin', permissions: expect.arrayContaining(['admin']) },
    ]);
    expect(profile.permissions).toEqual(['account', 'profile']);
    expect((await identity.as(token)).caller.project).toBe(home);
  });

  it('refuses a name or address that is taken, whatever its case', async () => {
    const { name } = await identity.person();
    expect(await codeOf(register({ username: name.toUpperCase(), email: 'fresh@example.com' }))).toBe('conflict');
    expect(await codeOf(register({ username: 'fresh', email: `${name}@EXAMPLE.com` }))).toBe('conflict');
  });

  it.each(['admin', 'Admin', 'platform', 'default'])('keeps the name %s for the platform', async (username) => {
    expect(await codeOf(register({ username, email: 'clever@example.com' }))).toBe('invalid_request');
  });

  it.each([
    ['12345678', 'a list of common passwords'],
    ['Password1!', 'a common password in another dress'],
    ['aaaabbbb', 'few characters'],
    ['guessable1', 'the user name and a digit'],
    ['guess.able', 'the address'],
  ])('refuses the password %s: %s', async (password) => {
    expect(await codeOf(register({ username: 'guessable', email: 'guess.able@example.com', password }))).toBe(
      'invalid_request',
    );
  });

  it('takes the password of the seed', async () => {
    expect(await codeOf(register({ username: 'alice', email: 'alice@example.com', password: 'secure123' }))).toBe(
      'allowed',
    );
  });

  it.each(['closed', 'invitation'] as const)(
    'is refused without an invitation where it is %s',
    async (registration) => {
      const parts = { ...identity.parts, registration };
      const late = { username: 'late', email: 'late@example.com', password: PASSWORD };
      expect(await codeOf(makeRegister(parts)(late, CALL))).toBe('forbidden');
    },
  );

  it('stores no password', async () => {
    const { id } = await identity.person();
    const { Item } = await identity.tables.client.send(
      new GetCommand({ TableName: 'directory', Key: { pk: 'USERS', sk: id } }),
    );
    expect(Item?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(Item)).not.toContain(PASSWORD);
  });
});

describe('signing in', () => {
  it('works by name and by e-mail address, whatever their case', async () => {
    const { name } = await identity.person();
    for (const login of [name, name.toUpperCase(), `${name}@Example.com`])
      expect(bodyOf(await identity.signIn(login, PASSWORD)).token_type).toBe('bearer');
  });

  it('refuses a wrong password, an unknown user and a disabled one in the same words', async () => {
    const [someone, disabled, admin] = [await identity.person(), await identity.person(), await firstAdmin()];
    await makeUpdateUser(identity.parts)(
      { id: disabled.id, disabled: true },
      await identity.as(admin, undefined, 'platform'),
    );
    const words = (login: string, password: string) =>
      identity.signIn(login, password).catch((error: Error) => error.message);
    const wrong = await words(someone.name, 'wrong');
    expect(await words('nobody', 'wrong')).toBe(wrong);
    expect(await words(disabled.name, PASSWORD)).toBe(wrong);
  });

  it('makes the first administrator of the deployed password, who must change it before anything else', async () => {
    const fresh = await startIdentity(START);
    try {
      const login = bodyOf(await fresh.signIn('admin', 'first pass phrase'));
      expect(login.must_change_password).toBe(true);
      const caller = await fresh.as(login.access_token);
      expect([...caller.caller.scopes]).toEqual([]);
      const changed = await makeUpdateProfile(fresh.parts)(
        { current_password: 'first pass phrase', password: 'my own pass phrase' },
        caller,
      );
      expect(changed.must_change_password).toBe(false);
      expect(await codeOf(fresh.as(login.access_token))).toBe('unauthenticated');
      expect([...(await fresh.as(changed.access_token ?? '')).caller.scopes]).toContain('admin');
      expect(await codeOf(fresh.signIn('admin', 'first pass phrase'))).toBe('unauthenticated');
    } finally {
      await fresh.tables.stop();
    }
  });

  it('makes who fails again and again from one address wait there, even with the right password, and nobody for good', async () => {
    const { name } = await identity.person();
    const attempt = (password: string, call = CALL) => codeOf(identity.signIn(name, password, call));
    for (let failures = 0; failures < 5; failures++) expect(await attempt('wrong')).toBe('unauthenticated');
    expect(await attempt(PASSWORD)).toBe('rate_limited');
    expect(await attempt(PASSWORD, from('198.51.100.7'))).toBe('allowed');
    identity.clock.now += 1_000;
    expect(await attempt(PASSWORD)).toBe('allowed');
  });

  it('lets nobody in while failures cannot be counted', async () => {
    const { name } = await identity.person();
    const backOff = new DynamoDbBackOff(identity.tables.client, 'no-such-table');
    const signIn = makeSignIn({ ...identity.parts, backOff });
    expect(await codeOf(signIn({ username: name, password: PASSWORD }, CALL))).toBe('unavailable');
  });

  it('keeps a password under a hash of today, once it was given', async () => {
    const { id, name } = await identity.person();
    const user = await identity.parts.users.find(id);
    if (user === undefined) throw new Error('the user is gone');
    const nonce = Buffer.alloc(16);
    const tag = argon2Sync('argon2id', {
      message: PASSWORD,
      nonce,
      memory: 1024,
      passes: 1,
      parallelism: 1,
      tagLength: 32,
    });
    const [salt, hashed] = [nonce, tag].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
    const hash = `$argon2id$v=19$m=1024,t=1,p=1$${salt}$${hashed}`;
    await identity.parts.users.rehash(user, hash);
    expect(await codeOf(identity.signIn(name, PASSWORD))).toBe('allowed');
    expect((await identity.parts.users.find(id))?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await codeOf(identity.signIn(name, PASSWORD))).toBe('allowed');
  });

  it('leaves an entry in the audit trail, also where it fails', async () => {
    const { name, home } = await identity.person();
    identity.clock.now += 1_000;
    await codeOf(identity.signIn(name, 'wrong'));
    const entries = await readAuditTrail(identity.tables.client, 'audit', home);
    expect(entries.map(({ action, result }) => `${action} ${result}`)).toEqual(
      expect.arrayContaining(['user.created success', 'user.login success', 'user.login failure']),
    );
  });
});

/** Token of the first administrator, the password changed. */
async function firstAdmin(): Promise<string> {
  const user = await identity.parts.users.findByLogin('admin');
  if (user !== undefined) return tokenOf(await identity.signIn('admin', 'my own pass phrase'));
  const { access_token } = bodyOf(await identity.signIn('admin', 'first pass phrase'));
  const changed = await makeUpdateProfile(identity.parts)(
    { current_password: 'first pass phrase', password: 'my own pass phrase' },
    await identity.as(access_token, undefined, 'profile'),
  );
  return changed.access_token ?? '';
}
