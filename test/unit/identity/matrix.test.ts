import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRoutes } from '../../../bin/openapi/routes.ts';
import { httpHandler, Reply, serve } from '../../../functions/core/http.ts';
import {
  isOfProject,
  PERMISSIONS,
  type PermissionName,
  type ProjectRole,
  SCOPES,
  type Scope,
} from '../../../functions/core/permissions.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeCreateApiKey, makeRevokeApiKey } from '../../../functions/identity/api-keys.ts';
import { makeCreateProject } from '../../../functions/identity/projects.ts';
import { makeListSessions, makeRevokeSession } from '../../../functions/identity/sessions.ts';
import { sendTo } from '../../support/http-event.ts';
import { type Identity, PASSWORD, type Person, startIdentity, tokenOf } from '../../support/identity.ts';

/** Who has each permission, told once more, so that a slip in the table is seen here. */
const ALLOWED: Readonly<Record<PermissionName, readonly string[]>> = {
  ingest: ['member', 'admin', 'key ingest'],
  read: ['viewer', 'member', 'admin', 'key read'],
  write: ['member', 'admin', 'key write'],
  admin: ['admin', 'key admin'],
  membership: ['viewer', 'member', 'admin', 'platform admin', 'key admin'],
  project: ['admin', 'platform admin', 'key admin'],
  audit: ['admin', 'platform admin', 'key admin'],
  account: ['viewer', 'member', 'admin', 'platform admin', 'other viewer', 'other member', 'other admin'],
  profile: [
    'viewer',
    'member',
    'admin',
    'platform admin',
    'other viewer',
    'other member',
    'other admin',
    'password to change',
  ],
  platform: ['platform admin'],
};
/** Credentials that prove nothing (any more). */
const REFUSED = ['nobody', 'expired', 'ended session', 'disabled', 'revoked key', 'expired key'];

const routes = (await listRoutes()).map(({ route }) => route);
const MINE = 'matrix-mine' as ProjectId;
const OTHER = 'matrix-else';
const NOWHERE = 'matrix-none';

let identity: Identity;
let handler: ReturnType<typeof httpHandler>;
/** Headers by caller. */
const callers = new Map<string, Record<string, string>>();

beforeAll(async () => {
  identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
  const authenticator = identity.authenticator();
  handler = httpHandler(
    // what an operation does is not asked here, only whether its caller gets there
    routes.map(({ input: _, ...route }) => serve(route, async () => new Reply(204))),
    { authenticate: (request, asked) => authenticator.request(request, asked), limit: async () => ({}) },
  );
  const owners = { [MINE]: await owner(MINE), [OTHER]: await owner(OTHER) };
  const roles: readonly ProjectRole[] = ['viewer', 'member', 'admin'];
  for (const role of roles) {
    bearer(role, (await member(owners[MINE] as Person, MINE, role)).token);
    bearer(`other ${role}`, (await member(owners[OTHER] as Person, OTHER as ProjectId, role)).token);
  }
  await special(owners[MINE] as Person);
  for (const scope of SCOPES)
    callers.set(`key ${scope}`, { 'x-api-key': (await key(owners[MINE] as Person, scope)).key });
  const revoked = await key(owners[MINE] as Person, 'admin');
  const admin = await identity.as((owners[MINE] as Person).token, MINE);
  await makeRevokeApiKey(identity.parts)({ id: revoked.id }, admin);
  callers.set('revoked key', { 'x-api-key': revoked.key });
  const expiring = await makeCreateApiKey(identity.parts)(
    { name: 'short', scopes: ['admin'], expires_in_days: 1 },
    admin,
  );
  callers.set('expired key', { 'x-api-key': expiring.key });
  await update(`K#${expiring.id}`, 'ends_at', Math.floor(identity.clock.now / 1000));
}, 120_000);
afterAll(() => identity.tables.stop());

const bearer = (name: string, token: string) => callers.set(name, { authorization: `Bearer ${token}` });

async function owner(id: string): Promise<Person> {
  const person = await identity.person();
  await makeCreateProject(identity.parts)({ id, name: id }, await identity.as(person.token, undefined, 'account'));
  return person;
}

async function member(by: Person, project: ProjectId, role: ProjectRole): Promise<Person> {
  const person = await identity.person();
  await identity.join(person, project, role, by);
  return person;
}

/** Sessions that are more or less than a member's. */
async function special(by: Person): Promise<void> {
  const platform = await identity.person();
  await identity.makePlatformAdmin(platform);
  bearer('platform admin', platform.token);
  const disabled = await member(by, MINE, 'admin');
  await update(`M#${disabled.id}`, 'disabled', true);
  bearer('disabled', disabled.token);
  const person = await member(by, MINE, 'admin');
  const asks = await identity.as(person.token);
  const list = await makeListSessions(identity.parts)(undefined, asks);
  const second = await identity.signIn(person.name, PASSWORD);
  await makeRevokeSession(identity.parts)({ id: list.items[0]?.id ?? '' }, await identity.as(tokenOf(second)));
  bearer('ended session', person.token);
  const claims = { sid: 's', name: 'ada', project: MINE, epoch: 1 };
  const { private: jwk } = await identity.parts.signingKeys.current();
  const sign = (change: boolean, seconds: number) =>
    new SignJWT({ ...claims, change })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid ?? '' })
      .setSubject(by.id)
      .setIssuer('tributary')
      .setAudience('tributary-api')
      .setExpirationTime(Math.floor(identity.clock.now / 1000) + seconds)
      .sign(jwk);
  bearer('expired', await sign(false, -1));
  bearer('password to change', await sign(true, 3_600));
}

async function key(by: Person, scope: Scope) {
  return makeCreateApiKey(identity.parts)({ name: scope, scopes: [scope] }, await identity.as(by.token, MINE));
}

/** What administrators of the platform, or time, would do. */
async function update(pk: string, name: string, value: unknown): Promise<void> {
  await identity.tables.client.send(
    new UpdateCommand({
      TableName: 'directory',
      Key: { pk, sk: '-' },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

const call = (caller: string, method: string, path: string, project: string) => {
  const filled = path.replace('{project_id}', project).replace(/\{\w+\+?\}/g, 'some-id');
  const named: Record<string, string> = path.includes('{project_id}') ? {} : { 'x-project-id': project };
  return sendTo(handler, { method, path: filled, headers: { ...callers.get(caller), ...named } });
};

/** An answer without what names the request, the project and the time. */
const bare = ({ status, body, headers }: Awaited<ReturnType<typeof call>>) => ({
  status,
  body: body
    .replaceAll(MINE, '*')
    .replaceAll(NOWHERE, '*')
    .replace(/"request_id":"[^"]+"/, ''),
  headers: Object.entries(headers)
    .filter(([name]) => !/^(x-request-id|x-correlation-id|traceparent)$/.test(name))
    .map(([name, value]) => `${name}: ${value}`)
    .sort(),
});

describe('the table of permissions', () => {
  it('is used whole: each permission is some operation’s', () => {
    const used = new Set(routes.map(({ access }) => access));
    expect(Object.keys(PERMISSIONS).filter((name) => !used.has(name as PermissionName))).toEqual([]);
  });
});

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_name, route) => {
  const { method, path, access } = route;
  const ask = (caller: string, project: string = MINE) => call(caller, method, path, project);

  it('is for those whom the table names, and for nobody else', async () => {
    const answers: Record<string, number> = {};
    const expected: Record<string, number> = {};
    for (const caller of ['nobody', ...callers.keys()]) {
      answers[caller] = (await ask(caller)).status;
      expected[caller] = expectedOf(access, caller);
    }
    expect(answers).toEqual(expected);
  });

  it('says the same of a project that is not there as of one that is not theirs', async () => {
    for (const caller of [
      'other viewer',
      'other member',
      'other admin',
      'disabled',
      'expired',
      'ended session',
      'nobody',
    ])
      expect(bare(await ask(caller, MINE)), caller).toEqual(bare(await ask(caller, NOWHERE)));
  });
});

function expectedOf(access: PermissionName | 'public', caller: string): number {
  if (access === 'public') return 204;
  if (REFUSED.includes(caller)) return 401;
  if (ALLOWED[access].includes(caller)) return 204;
  const isStranger = caller.startsWith('other ') || caller === 'platform admin';
  return isStranger && isOfProject(access) ? 404 : 403;
}
