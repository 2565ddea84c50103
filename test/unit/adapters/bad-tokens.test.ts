import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { Authenticator } from '../../../functions/adapters/directory/authenticator.ts';
import type { Directory } from '../../../functions/adapters/directory/port.ts';
import { hashApiKey, makeApiKey } from '../../../functions/core/api-key.ts';
import { httpHandler, Reply, serve } from '../../../functions/core/http.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { sendTo } from '../../support/http-event.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SECONDS = NOW / 1000;
const HOME = 'home' as ProjectId;

const route = {
  operationId: 'probe',
  summary: 'A probe',
  method: 'GET',
  path: '/api/v1/probe',
  access: 'read',
  limit: 'page',
} as const;
const { key, id } = makeApiKey('test');

const pair = await generateKeyPair('ES256', { extractable: true });
const other = await generateKeyPair('ES256', { extractable: true });
const p384 = await generateKeyPair('ES384', { extractable: true });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicJwk: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
const privateJwk = await exportJWK(pair.privateKey);

const directory: Directory = {
  findKey: async (wanted) =>
    wanted === id ? { id, name: 'k', project: HOME, scopes: ['read'], hash: hashApiKey(key) } : undefined,
  findStanding: async (user) =>
    user === 'usr_1'
      ? {
          epoch: 2,
          disabled: false,
          platformAdmin: false,
          ended: new Set(['ended']),
          roles: new Map([[HOME, 'viewer']]),
        }
      : undefined,
  readSigningKeys: async () => [publicJwk],
};
const authenticator = new Authenticator(directory, () => NOW);
const handler = httpHandler([serve(route, async () => new Reply(204))], {
  authenticate: (request, asked) => authenticator.request(request, asked),
  limit: async () => ({}),
});
const statusOf = async (headers: Record<string, string>) =>
  (await sendTo(handler, { method: 'GET', path: route.path, headers })).status;

const CLAIMS = {
  sub: 'usr_1',
  sid: 's1',
  name: 'ada',
  project: 'home',
  epoch: 2,
  change: false,
  iss: 'tributary',
  aud: 'tributary-api',
  iat: SECONDS,
  exp: SECONDS + 60,
};
const HEADER = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' };
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (claims: object = {}, header: object = {}, by: Parameters<SignJWT['sign']>[0] = pair.privateKey) =>
  new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ ...HEADER, ...header }).sign(by);
/** A token whose head the library would not write. */
const raw = (header: object, claims: object, signature: (bytes: string) => string) => {
  const bytes = `${part(header)}.${part(claims)}`;
  return `${bytes}.${signature(bytes)}`;
};
const ownSignature = (bytes: string) =>
  signBytes('sha256', Buffer.from(bytes), {
    key: { ...privateJwk },
    format: 'jwk',
    dsaEncoding: 'ieee-p1363',
  } as never).toString('base64url');
const hmac = (secret: string) => (bytes: string) => createHmac('sha256', secret).update(bytes).digest('base64url');

let good: string;
beforeAll(async () => {
  good = await sign();
});
const altered = (index: 0 | 1 | 2, change: (text: string) => string) => () => {
  const parts = good.split('.');
  parts[index] = change(parts[index] ?? '');
  return parts.join('.');
};

const VECTORS: readonly (readonly [string, () => string | Promise<string>])[] = [
  // algorithms
  ['alg none, no signature', () => raw({ ...HEADER, alg: 'none' }, CLAIMS, () => '')],
  ['alg None', () => raw({ ...HEADER, alg: 'None' }, CLAIMS, () => '')],
  ['alg NONE with a signature', () => raw({ ...HEADER, alg: 'NONE' }, CLAIMS, ownSignature)],
  ['alg missing', () => raw({ typ: 'at+jwt', kid: 'k1' }, CLAIMS, ownSignature)],
  ['alg empty', () => raw({ ...HEADER, alg: '' }, CLAIMS, ownSignature)],
  ['alg as a list', () => raw({ ...HEADER, alg: ['ES256'] }, CLAIMS, ownSignature)],
  ['alg in lower case', () => raw({ ...HEADER, alg: 'es256' }, CLAIMS, ownSignature)],
  [
    'HS256 with the public key as its secret',
    () => raw({ ...HEADER, alg: 'HS256' }, CLAIMS, hmac(JSON.stringify(publicJwk))),
  ],
  ['HS256 with an empty secret', () => raw({ ...HEADER, alg: 'HS256' }, CLAIMS, hmac(''))],
  ['HS256 with the key id as its secret', () => raw({ ...HEADER, alg: 'HS256' }, CLAIMS, hmac('k1'))],
  ['HS256 with x of the key', () => raw({ ...HEADER, alg: 'HS256' }, CLAIMS, hmac(String(publicJwk.x)))],
  ['RS256 by another key', () => sign({}, { alg: 'RS256' }, rsa.privateKey)],
  ['PS256 by another key', () => sign({}, { alg: 'PS256' }, rsa.privateKey)],
  ['ES384', () => sign({}, { alg: 'ES384' }, p384.privateKey)],
  ['ES256 said, ES384 done', () => raw(HEADER, CLAIMS, () => Buffer.alloc(96, 1).toString('base64url'))],
  ['EdDSA said', () => raw({ ...HEADER, alg: 'EdDSA' }, CLAIMS, ownSignature)],
  // signatures
  ['another key', () => sign({}, {}, other.privateKey)],
  ['an empty signature', () => altered(2, () => '')()],
  ['a signature of zeros', () => altered(2, () => Buffer.alloc(64).toString('base64url'))()],
  ['a cut signature', () => altered(2, (text) => text.slice(0, -4))()],
  ['a longer signature', () => altered(2, (text) => `${text}AAAA`)()],
  [
    'a signature in DER',
    () =>
      raw(HEADER, CLAIMS, (bytes) =>
        signBytes('sha256', Buffer.from(bytes), { key: privateJwk, format: 'jwk' } as never).toString('base64url'),
      ),
  ],
  ['a flipped bit in the signature', () => altered(2, (text) => (text[0] === 'A' ? 'B' : 'A') + text.slice(1))()],
  ['other claims under the signature', () => altered(1, () => part({ ...CLAIMS, sub: 'usr_2' }))()],
  ['another header under the signature', () => altered(0, () => part({ ...HEADER, x: 1 }))()],
  // key ids and header injections
  ['an unknown kid', () => sign({}, { kid: 'k2' })],
  ['no kid', () => sign({}, { kid: undefined }, other.privateKey)],
  ['a kid that is a path', () => sign({}, { kid: '../../etc/passwd' })],
  ['a kid that is a query', () => sign({}, { kid: "' OR '1'='1" })],
  ['a kid that is __proto__', () => sign({}, { kid: '__proto__' })],
  ['a kid that is a number', () => raw({ ...HEADER, kid: 1 }, CLAIMS, ownSignature)],
  ['a kid that is an object', () => raw({ ...HEADER, kid: { $ne: null } }, CLAIMS, ownSignature)],
  ['a kid of 10,000 characters', () => sign({}, { kid: 'k'.repeat(10_000) })],
  ['its own key in jwk', async () => sign({}, { kid: 'k2', jwk: await exportJWK(other.publicKey) }, other.privateKey)],
  [
    'its own key in jwk beside a known kid',
    async () => sign({}, { jwk: await exportJWK(other.publicKey) }, other.privateKey),
  ],
  ['a key to fetch by jku', () => sign({}, { kid: 'k2', jku: 'https://example.com/keys' }, other.privateKey)],
  ['a certificate in x5c', () => sign({}, { kid: 'k2', x5c: ['AAAA'] }, other.privateKey)],
  ['a certificate to fetch by x5u', () => sign({}, { kid: 'k2', x5u: 'https://example.com/cert' }, other.privateKey)],
  ['crit of something unknown', () => raw({ ...HEADER, crit: ['exp'], exp: 1 }, CLAIMS, ownSignature)],
  ['b64 false', () => raw({ ...HEADER, crit: ['b64'], b64: false }, CLAIMS, ownSignature)],
  // types
  ['typ JWT', () => sign({}, { typ: 'JWT' })],
  ['typ missing', () => sign({}, { typ: undefined })],
  ['typ of an id token', () => sign({}, { typ: 'id_token+jwt' })],
  ['typ of a refresh token', () => sign({}, { typ: 'rt+jwt' })],
  // times
  ['expired a second ago', () => sign({ exp: SECONDS - 1 })],
  ['expiring now', () => sign({ exp: SECONDS })],
  ['no expiry', () => sign({ exp: undefined })],
  ['expiry as text', () => raw(HEADER, { ...CLAIMS, exp: '9999999999' }, ownSignature)],
  ['expiry null', () => raw(HEADER, { ...CLAIMS, exp: null }, ownSignature)],
  ['not before an hour from now', () => sign({ nbf: SECONDS + 3_600 })],
  // audiences and issuers
  ['another audience', () => sign({ aud: 'else' })],
  ['no audience', () => sign({ aud: undefined })],
  ['an empty list of audiences', () => sign({ aud: [] })],
  ['the audience with a letter more', () => sign({ aud: 'tributary-api2' })],
  ['another issuer', () => sign({ iss: 'else' })],
  ['no issuer', () => sign({ iss: undefined })],
  ['a list of issuers', () => raw(HEADER, { ...CLAIMS, iss: ['tributary'] }, ownSignature)],
  // claims
  ['an unknown user', () => sign({ sub: 'usr_2' })],
  ['no user', () => sign({ sub: undefined })],
  ['a user that is a list', () => raw(HEADER, { ...CLAIMS, sub: ['usr_1'] }, ownSignature)],
  ['no session', () => sign({ sid: undefined })],
  ['a session that was ended', () => sign({ sid: 'ended' })],
  ['an earlier epoch', () => sign({ epoch: 1 })],
  ['an epoch as text', () => sign({ epoch: '2' })],
  ['no epoch', () => sign({ epoch: undefined })],
  ['a project that is none', () => sign({ project: '../home' })],
  ['change as text', () => sign({ change: 'false' })],
  ['claims that are a list', () => raw(HEADER, [CLAIMS], ownSignature)],
  ['claims that are null', () => raw(HEADER, null as unknown as object, ownSignature)],
  // forms
  ['two parts', () => good.split('.').slice(0, 2).join('.')],
  ['four parts', () => `${good}.x`],
  ['five parts, as an encrypted token has', () => `${good}.x.y`],
  ['padding', () => altered(1, (text) => `${text}==`)()],
  ['base64 with a plus', () => altered(0, (text) => `${text}+`)()],
  ['a token in quotes', () => `"${good}"`],
  ['a token and a space within', () => good.replace('.', ' .')],
  ['JSON serialisation', () => JSON.stringify({ payload: good.split('.')[1], signatures: [] })],
  ['dots alone', () => '..'],
  ['100,000 characters', () => `${'a'.repeat(100_000)}.b.c`],
  ['not base64', () => '%%%.%%%.%%%'],
  // other secrets of ours in its place
  ['a refresh cookie', () => `usr_1.${'a'.repeat(22)}.${'b'.repeat(43)}`],
  ['a ticket of the live tail', () => 'c'.repeat(32)],
  ['the token of a mail', () => 'd'.repeat(43)],
  ['an API key with another secret', () => makeApiKey('test').key],
  ['an API key with a letter changed', () => key.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))],
  ['an API key cut', () => key.slice(0, -8)],
  ['the id of an API key', () => `trb_test_${id}`],
];

describe('what is no credential', () => {
  it('is tried in many forms', () => expect(VECTORS.length).toBeGreaterThanOrEqual(60));

  it('is told from what is one', async () => {
    expect(await statusOf({ authorization: `Bearer ${good}` })).toBe(204);
    expect(await statusOf({ 'x-api-key': key })).toBe(204);
    expect(await statusOf({ authorization: `Bearer ${raw(HEADER, CLAIMS, ownSignature)}` })).toBe(204);
  });

  it.each(VECTORS)('%s', async (_what, make) => {
    const credential = await make();
    expect(await statusOf({ authorization: `Bearer ${credential}` })).toBe(401);
    expect(await statusOf({ 'x-api-key': credential })).toBe(401);
    expect(await statusOf({ authorization: `Basic ${Buffer.from(`u:${credential}`).toString('base64')}` })).toBe(401);
  });
});
