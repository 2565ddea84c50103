import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from '../../../functions/adapters/directory/authenticator.ts';
import type { Directory, Standing, StoredKey } from '../../../functions/adapters/directory/port.ts';
import { hashApiKey, makeApiKey } from '../../../functions/core/api-key.ts';
import type { DomainError } from '../../../functions/core/errors.ts';
import type { HttpRequest } from '../../../functions/core/http-request.ts';
import type { ProjectId } from '../../../functions/core/project.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SECONDS = NOW / 1000;
const HOME = 'home' as ProjectId;
const AWAY = 'away' as ProjectId;

let signingKey: CryptoKey;
let otherKey: CryptoKey;
let jwks: JWK[];
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  signingKey = pair.privateKey;
  jwks = [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  otherKey = (await generateKeyPair('ES256')).privateKey;
});

const standing: Standing = {
  epoch: 2,
  disabled: false,
  platformAdmin: false,
  ended: new Set(),
  roles: new Map([[HOME, 'member']]),
};

function start(overrides: Partial<Directory> = {}) {
  const reads = { keys: 0, standings: 0 };
  const { key, id } = makeApiKey('test');
  const stored: StoredKey = { id, name: 'shipper', project: HOME, scopes: ['ingest'], hash: hashApiKey(key) };
  const directory: Directory = {
    findKey: async (wanted) => {
      reads.keys++;
      return wanted === id ? stored : undefined;
    },
    findStanding: async (user) => {
      reads.standings++;
      return user === 'usr_1' ? standing : undefined;
    },
    readSigningKeys: async () => jwks,
    ...overrides,
  };
  return { authenticator: new Authenticator(directory, () => NOW), key, stored, reads };
}

const request = (headers: Record<string, string>, query = ''): HttpRequest => ({
  method: 'GET',
  path: '/api/v1/logs',
  query: new URLSearchParams(query),
  headers,
  cookies: [],
  body: Buffer.alloc(0),
  sourceIp: '203.0.113.1',
});
const CLAIMS = { sid: 's1', name: 'ada', project: 'home', epoch: 2, change: false };
const sign = (claims: object = {}, header: object = {}, key = signingKey) =>
  new SignJWT({ ...CLAIMS, sub: 'usr_1', iss: 'tributary', aud: 'tributary-api', exp: SECONDS + 60, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1', ...header })
    .sign(key);
const READ = { permission: 'read' } as const;
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'allowed',
    (error: DomainError) => error.code,
  );

describe('an API key', () => {
  it.each([
    ['Authorization: Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['X-API-Key', (key: string) => ({ 'x-api-key': key })],
    ['Splunk', (key: string) => ({ authorization: `splunk ${key}` })],
    ['Basic', (key: string) => ({ authorization: `Basic ${Buffer.from(`user:${key}`).toString('base64')}` })],
    [
      'ApiKey of id and key',
      (key: string) => ({ authorization: `ApiKey ${Buffer.from(`id:${key}`).toString('base64')}` }),
    ],
  ])('is found in %s', async (_where, headers) => {
    const { authenticator, key } = start();
    expect(await authenticator.request(request(headers(key)), READ)).toMatchObject({
      kind: 'key',
      project: 'home',
      name: 'shipper',
    });
  });

  it('counts in the query string on paths of shippers only', async () => {
    const { authenticator, key } = start();
    expect(await codeOf(authenticator.request(request({}, `token=${key}`), READ))).toBe('unauthenticated');
    expect(await authenticator.request(request({}, `token=${key}`), READ, true)).toMatchObject({ kind: 'key' });
  });

  it('has the scopes of its key and stays in its project, whatever the request names', async () => {
    const { authenticator, key } = start();
    const caller = await authenticator.request(request({ 'x-api-key': key, 'x-project-id': 'away' }), READ);
    expect([caller.project, [...caller.scopes]]).toEqual(['home', ['ingest']]);
  });

  it('with the right id and another secret is refused', async () => {
    const { stored } = start();
    const { authenticator } = start({ findKey: async () => stored });
    expect(await codeOf(authenticator.request(request({ 'x-api-key': makeApiKey('test').key }), READ))).toBe(
      'unauthenticated',
    );
  });

  it('that has expired is refused', async () => {
    const { stored, key } = start();
    const { authenticator } = start({ findKey: async () => ({ ...stored, expiresAt: SECONDS }) });
    expect(await codeOf(authenticator.key(key))).toBe('unauthenticated');
  });

  it('is read from the table once for many requests', async () => {
    const { authenticator, key, reads } = start();
    for (let n = 0; n < 10; n++) await authenticator.key(key);
    expect(reads.keys).toBe(1);
  });
});

describe('a session', () => {
  it('has the scopes of the role in its project', async () => {
    const { authenticator } = start();
    const caller = await authenticator.request(request({ authorization: `Bearer ${await sign()}` }), READ);
    expect(caller).toMatchObject({ kind: 'session', id: 'usr_1', name: 'ada', project: 'home', platformAdmin: false });
    expect([...caller.scopes].sort()).toEqual(['ingest', 'read', 'write']);
  });

  it('is in a project at once that was made after the last look, another one just before it or not', async () => {
    const roles = new Map(standing.roles);
    const { authenticator } = start({ findStanding: async () => ({ ...standing, roles: new Map(roles) }) });
    const token = await sign();
    expect((await authenticator.session(token)).project).toBe('home');
    for (const project of ['first', 'second'] as ProjectId[]) {
      roles.set(project, 'admin');
      expect((await authenticator.session(token, project)).project).toBe(project);
    }
  });

  it('finds a project that is not theirs as little as one that is not there', async () => {
    const { authenticator } = start();
    const ask = async (project: string) =>
      codeOf(
        authenticator.request(request({ authorization: `Bearer ${await sign()}`, 'x-project-id': project }), READ),
      );
    expect(await ask('away')).toBe('not_found');
    expect(await ask('../etc')).toBe('not_found');
  });

  it('is about the project of the path, whatever a header names; a key has one of its own', async () => {
    const { authenticator, key } = start();
    const asked = { permission: 'project', project: 'away' } as const;
    const session = request({ authorization: `Bearer ${await sign()}`, 'x-project-id': 'home' });
    expect(await codeOf(authenticator.request(session, asked))).toBe('not_found');
    expect(await codeOf(authenticator.request(request({ 'x-api-key': key }), asked))).toBe('not_found');
    expect(await codeOf(authenticator.request(request({ 'x-api-key': key }), { ...asked, project: 'home' }))).toBe(
      'allowed',
    );
  });

  it('of an administrator of the platform manages projects of others, and reads nothing there', async () => {
    const { authenticator } = start({ findStanding: async () => ({ ...standing, platformAdmin: true }) });
    const token = await sign();
    expect((await authenticator.session(token, 'away', 'project')).role).toBeUndefined();
    expect(await codeOf(authenticator.session(token, 'away', 'read'))).toBe('not_found');
    expect([...(await authenticator.session(token, 'away', 'project')).scopes]).toEqual([]);
  });

  it('that is about no project is proven whatever project the request names, even by one who left their default', async () => {
    const { authenticator } = start();
    expect((await authenticator.session(await sign(), 'away', 'account')).project).toBe('home');
    expect((await authenticator.session(await sign({ project: 'left' }), undefined, 'account')).project).toBe('home');
  });

  it('that was ended is refused, other sessions of the user are not', async () => {
    const { authenticator } = start({ findStanding: async () => ({ ...standing, ended: new Set(['s1']) }) });
    expect(await codeOf(authenticator.session(await sign()))).toBe('unauthenticated');
    expect(await codeOf(authenticator.session(await sign({ sid: 's2' })))).toBe('allowed');
  });

  it('finds a project that was made a moment ago', async () => {
    let current = standing;
    const { authenticator } = start({ findStanding: async () => current });
    const token = await sign();
    await authenticator.session(token);
    current = { ...standing, roles: new Map([...standing.roles, [AWAY, 'admin' as const]]) };
    expect((await authenticator.session(token, 'away')).project).toBe('away');
  });

  it('may do nothing before the password is changed', async () => {
    const { authenticator } = start();
    expect([...(await authenticator.session(await sign({ change: true }))).scopes]).toEqual([]);
  });

  it.each<[string, () => Promise<string>]>([
    ['an expired token', () => sign({ exp: SECONDS - 1 })],
    ['a token of an earlier epoch', () => sign({ epoch: 1 })],
    ['a token for another audience', () => sign({ aud: 'else' })],
    ['a token of another issuer', () => sign({ iss: 'else' })],
    ['a token of another type', () => sign({}, { typ: 'JWT' })],
    ['a token signed by another key', () => sign({}, {}, otherKey)],
    ['a token with an unknown kid', () => sign({}, { kid: 'k2' })],
    [
      'an unsigned token',
      async () =>
        new UnsecuredJWT({ ...CLAIMS, sub: 'usr_1' }).setIssuer('tributary').setAudience('tributary-api').encode(),
    ],
    ['a token of an unknown user', () => sign({ sub: 'usr_2' })],
    ['a token without claims', () => sign({ sid: undefined })],
    ['a token with another text appended', async () => `${await sign()}x`],
    [
      'a token signed with the public key as a secret',
      async () => {
        const secret = new TextEncoder().encode(JSON.stringify(jwks[0]));
        return new SignJWT({ ...CLAIMS, sub: 'usr_1', iss: 'tributary', aud: 'tributary-api', exp: SECONDS + 60 })
          .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })
          .sign(secret);
      },
    ],
    ['no token at all', async () => 'a.b.c'],
  ])('%s is refused', async (_what, make) => {
    const { authenticator } = start();
    expect(await codeOf(authenticator.session(await make()))).toBe('unauthenticated');
  });

  it('of a disabled user is refused', async () => {
    const { authenticator } = start({ findStanding: async () => ({ ...standing, disabled: true }) });
    expect(await codeOf(authenticator.session(await sign()))).toBe('unauthenticated');
  });
});

describe('a directory that is away', () => {
  it('makes nobody a stranger: the answer is to come again', async () => {
    const { authenticator, key } = start({
      findKey: async () => {
        throw new Error('table is away');
      },
      findStanding: async () => {
        throw new Error('table is away');
      },
    });
    expect(await codeOf(authenticator.key(key))).toBe('unavailable');
    expect(await codeOf(authenticator.session(await sign()))).toBe('unavailable');
  });
});
