import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Call, Reply } from '../../../functions/core/http.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeUpdateProfile } from '../../../functions/identity/profile.ts';
import { makeLogout, makeRefresh } from '../../../functions/identity/refresh.ts';
import { makeListSessions, makeRevokeOtherSessions, makeRevokeSession } from '../../../functions/identity/sessions.ts';
import {
  bodyOf,
  CALL,
  codeOf,
  type Identity,
  PASSWORD,
  type Person,
  startIdentity,
  tokenOf,
} from '../../support/identity.ts';
import { readAuditTrail } from '../../support/tables.ts';

const START = Date.parse('2026-11-21T12:00:00Z');

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity(START);
});
afterAll(() => identity.tables.stop());
beforeEach(() => {
  identity.clock.now += 3_600_000;
});

/** A request with the cookie of an answer. */
const withCookieOf = (reply: Reply, headers: Record<string, string> = { 'x-requested-with': 'tributary' }): Call => ({
  ...CALL,
  request: { ...CALL.request, headers, cookies: [reply.cookies[0]?.split(';')[0] ?? ''] },
});
const refresh = (from: Call) => makeRefresh(identity.parts)({}, from);
const begin = async () => (await identity.person()).reply;
const listOf = async (token: string) =>
  (await makeListSessions(identity.parts)(undefined, await identity.as(token))).items;
/** As the tail knows an open connection. */
const connect = async ({ id, name, home }: Person, token: string, connection: string) => {
  const { session } = (await identity.as(token)).caller;
  await identity.register.connect({
    id: connection,
    project: home as ProjectId,
    userId: id,
    userName: name,
    query: '',
    ...(session && { sessionId: session.id, epoch: session.epoch }),
  });
};
const isOpen = async ({ id }: Person, connection: string) =>
  (await identity.register.connectionsOf(id)).some((each) => each.id === connection);

describe('a session that outlives its page', () => {
  it('has a cookie that no script can read and no other site can send', async () => {
    expect((await begin()).cookies[0]).toMatch(
      /; Path=\/api\/v1\/auth; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
    );
  });

  it('goes on with another cookie and another token', async () => {
    const first = await begin();
    const second = await refresh(withCookieOf(first));
    expect(second.cookies[0]).not.toBe(first.cookies[0]);
    const before = (await identity.as(tokenOf(first))).caller.session?.id;
    expect((await identity.as(tokenOf(second))).caller).toMatchObject({ kind: 'session', session: { id: before } });
    expect((await refresh(withCookieOf(second))).status).toBe(200);
  });

  it('gives two tabs that refresh at once the same successor, also while the signing key is rotated', async () => {
    const first = await begin();
    const one = await refresh(withCookieOf(first));
    const { signingKeys } = identity.parts;
    const current = await signingKeys.current();
    const pair = await generateKeyPair('ES256', { extractable: true });
    const rotated = { ...current, private: { ...(await exportJWK(pair.privateKey)), kid: 'next', alg: 'ES256' } };
    const two = await makeRefresh({ ...identity.parts, signingKeys: { ...signingKeys, current: async () => rotated } })(
      {},
      withCookieOf(first),
    );
    expect(two.cookies).toEqual(one.cookies);
    expect((await refresh(withCookieOf(two))).status).toBe(200);
  });

  it('ends for everyone when a cookie comes back that was changed away, access tokens too', async () => {
    const first = await begin();
    const second = await refresh(withCookieOf(first));
    identity.clock.now += 31_000;
    expect(await codeOf(refresh(withCookieOf(first)))).toBe('unauthenticated');
    expect(await codeOf(refresh(withCookieOf(second)))).toBe('unauthenticated');
    expect(await codeOf(identity.as(tokenOf(second)))).toBe('unauthenticated');
  });

  it('asks for the header that a form of another site cannot set', async () => {
    expect(await codeOf(refresh(withCookieOf(await begin(), {})))).toBe('unauthenticated');
  });

  it('ends with a sign-out and after two weeks', async () => {
    const out = await begin();
    await makeLogout(identity.parts)({}, withCookieOf(out));
    expect(await codeOf(refresh(withCookieOf(out)))).toBe('unauthenticated');
    expect(await codeOf(identity.as(tokenOf(out)))).toBe('unauthenticated');

    const old = await begin();
    identity.clock.now += 15 * 86_400_000;
    expect(await codeOf(refresh(withCookieOf(old)))).toBe('unauthenticated');
  });

  it('goes on for whoever changes the password, and ends everywhere else', async () => {
    const person = await identity.person();
    const elsewhere = await identity.signIn(person.name, PASSWORD);
    await connect(person, person.token, 'own');
    await connect(person, tokenOf(elsewhere), 'elsewhere');
    const changed = await makeUpdateProfile(identity.parts)(
      { current_password: PASSWORD, password: 'another pass phrase' },
      await identity.as(person.token),
    );
    expect(await codeOf(identity.as(changed.access_token ?? ''))).toBe('allowed');
    expect((await refresh(withCookieOf(person.reply))).status).toBe(200);
    expect(await codeOf(refresh(withCookieOf(elsewhere)))).toBe('unauthenticated');
    expect(await codeOf(identity.as(tokenOf(elsewhere)))).toBe('unauthenticated');
    expect([await isOpen(person, 'own'), await isOpen(person, 'elsewhere')]).toEqual([true, false]);
    expect(identity.closed).toContain('elsewhere');
  });

  it.each([
    '',
    'tributary_refresh=',
    'tributary_refresh=x.y',
    `tributary_refresh=${'a'.repeat(22)}.${'b'.repeat(43)}`,
    `tributary_refresh=usr_nobody.${'a'.repeat(22)}.${'b'.repeat(43)}`,
  ])('is not begun by the cookie %s', async (cookie) => {
    const request = { ...CALL.request, headers: { 'x-requested-with': 'x' }, cookies: [cookie] };
    expect(await codeOf(refresh({ ...CALL, request }))).toBe('unauthenticated');
  });
});

describe('the sessions of a user', () => {
  it('are listed with where and when, the one that asks marked, those of others left out', async () => {
    const person = await identity.person();
    await identity.person();
    identity.clock.now += 60_000;
    const request = { ...CALL.request, headers: { 'user-agent': 'curl/8' }, sourceIp: '198.51.100.9' };
    const second = await identity.signIn(person.name, PASSWORD, { ...CALL, request });
    const items = await listOf(person.token);
    expect(items).toMatchObject([
      { client: 'curl/8', ip_address: '198.51.100.9', current: false },
      { ip_address: '203.0.113.1', current: true },
    ]);
    expect(JSON.stringify(items)).not.toContain(second.cookies[0]?.split('.')[2]?.split(';')[0]);
  });

  it('are revoked one by one: token, cookie and open connections, and nothing of the others', async () => {
    const person = await identity.person();
    const other = await identity.signIn(person.name, PASSWORD);
    await connect(person, person.token, 'kept');
    await connect(person, tokenOf(other), 'cut');
    const [revoked] = (await listOf(person.token)).filter(({ current }) => !current);
    await makeRevokeSession(identity.parts)({ id: revoked?.id ?? '' }, await identity.as(person.token));
    expect(await codeOf(identity.as(tokenOf(other)))).toBe('unauthenticated');
    expect(await codeOf(refresh(withCookieOf(other)))).toBe('unauthenticated');
    expect([await isOpen(person, 'kept'), await isOpen(person, 'cut')]).toEqual([true, false]);
    expect(identity.closed).toContain('cut');
    expect(await codeOf(identity.as(person.token))).toBe('allowed');
    expect(await listOf(person.token)).toHaveLength(1);
    const trail = await readAuditTrail(identity.tables.client, 'audit', person.home);
    expect(trail.at(-1)).toMatchObject({ action: 'user.session_revoked', metadata: { session: revoked?.id } });
  });

  it('of somebody else are not there', async () => {
    const [mine, theirs] = [await identity.person(), await identity.person()];
    const [session] = await listOf(theirs.token);
    const revoke = async (id: string) =>
      makeRevokeSession(identity.parts)({ id }, await identity.as(mine.token)).catch((error: Error) => error.message);
    expect(await revoke(session?.id ?? '')).toBe(await revoke('never-was'));
    expect(await codeOf(identity.as(theirs.token))).toBe('allowed');
  });

  it('are revoked but for the one that asks, however many there are', async () => {
    const person = await identity.person();
    const user = await identity.parts.users.find(person.id);
    const seconds = identity.clock.now / 1000;
    // more than one transaction holds
    for (let n = 0; n < 60; n++)
      await identity.tables.client.send(
        new PutCommand({
          TableName: 'directory',
          Item: {
            pk: `R#${user?.id}`,
            sk: `session-${n}`,
            user_id: user?.id,
            epoch: 1,
            current_hash: '-',
            rotated_at: seconds,
            created_at: seconds,
            expires_at: seconds + 1000,
            ip_address: '192.0.2.1',
          },
        }),
      );
    const { revoked } = await makeRevokeOtherSessions(identity.parts)(undefined, await identity.as(person.token));
    expect(revoked).toBe(60);
    expect(await listOf(person.token)).toMatchObject([{ current: true }]);
    expect(bodyOf(await refresh(withCookieOf(person.reply))).access_token).toBeTruthy();
  });
});
