import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listRoutes } from '../../bin/openapi/routes.ts';
import { httpHandler, Reply, serve } from '../../functions/core/http.ts';
import { type Sent, sendTo } from '../support/http-event.ts';
import { type Identity, PASSWORD, type Person, startIdentity } from '../support/identity.ts';

/** What one would like to set, in the styles of those who try. */
const FORBIDDEN = [
  ...['id', 'user_id', 'userId', 'username', 'created_at', 'createdAt', 'last_login_at', 'email_verified'],
  ...['admin', 'is_admin', 'isAdmin', 'platform_admin', 'platformAdmin', 'role', 'roles', 'permissions', 'scopes'],
  ...['project', 'project_id', 'projectId', 'default_project', 'default_project_id', 'tenant', 'client_id', 'owner'],
  ...['password_hash', 'passwordHash', 'hash', 'key', 'secret', 'epoch', 'sid', 'session', 'disabled', 'enabled'],
  ...[
    'must_change_password',
    'mustChangePassword',
    'expires_at',
    'expiresAt',
    'ends_at',
    'replaced_by',
    'limit_factor',
  ],
  ...['pk', 'sk', 'seq', 'previous_hash', 'recorded_by', 'actor_id', 'index', '_id', 'time_unix_nano'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$where', '', 'a.b', 'input[role]'],
];
const value = fc.oneof(
  fc.constantFrom<unknown>(true, 1, 'admin', 'platform', null, [], ['admin'], { admin: true }, { $ne: null }),
  fc.jsonValue({ maxDepth: 1 }),
);

/** JSON with this member, whatever its name means to JavaScript. */
const withMember = (body: object, name: string, wished: unknown): string => {
  const members = Object.entries(body).map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`);
  return `{${[...members, `${JSON.stringify(name)}:${JSON.stringify(wished)}`].join(',')}}`;
};

const routes = (await listRoutes()).map(({ route }) => route);
/** Bodies of these are whole events, whose members nobody names before. */
const EVENT_BODIES = ['ingestLog', 'ingestBatch'];

describe('an input', () => {
  const typed = routes.filter(({ input }) => input !== undefined);
  let reached: unknown;
  const handler = httpHandler(
    typed.map((route) =>
      serve({ ...route, access: 'public' }, async (input) => {
        reached = input;
        return new Reply(204);
      }),
    ),
    { authenticate: async () => expect.fail('nobody is asked'), limit: async () => ({}) },
  );

  it('reads no member that its schema does not have, in body or query string', async () => {
    const strict = typed.filter(({ operationId }) => !EVENT_BODIES.includes(operationId));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...strict.keys()),
        fc.constantFrom(...FORBIDDEN),
        value,
        async (at, name, wished) => {
          const route = strict[at] as (typeof strict)[number];
          const known = Object.keys((route.input as z.ZodObject).shape);
          const inQuery = route.method === 'GET' || route.method === 'DELETE';
          // the project of any request may be named in its query string, and is read before
          fc.pre(!known.includes(name) && !(inQuery && name === 'project_id'));
          const path = route.path.replace(/\{\w+\+?\}/g, 'some-id');
          const query = `${path}?${new URLSearchParams([[name, JSON.stringify(wished)]])}`;
          reached = undefined;
          const answer = inQuery
            ? await sendTo(handler, { method: route.method, path: query })
            : await sendTo(handler, { method: route.method, path, text: withMember({}, name, wished) });
          expect(reached).toBeUndefined();
          expect(answer.status).toBe(422);
          const { errors } = JSON.parse(answer.body) as { errors: { pointer: string; detail: string }[] };
          expect(errors).toContainEqual({ pointer: `#/${name}`, detail: 'is not known here' });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('names its members at every depth', () => {
    const open = typed.flatMap(({ operationId, input }) => {
      const schema = z.toJSONSchema(input as z.ZodType, { io: 'input', unrepresentable: 'any' });
      // those at the top are asked about above
      const top = schema.$ref?.slice(1) ?? '';
      return looseObjects(schema)
        .filter((place) => place !== top)
        .map((place) => `${operationId}${place}`);
    });
    expect(open).toEqual([]);
  });
});

/** Places of objects below the top that have named members and take others, too. */
function looseObjects(schema: unknown, place = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, additionalProperties } = schema as Record<string, unknown>;
  const isLoose = place !== '' && properties !== undefined && additionalProperties !== false;
  return [
    ...(isLoose ? [place] : []),
    ...Object.entries(schema).flatMap(([name, each]) => looseObjects(each, `${place}/${name}`)),
  ];
}

describe('a change of identity', () => {
  let identity: Identity;
  let handler: ReturnType<Identity['handler']>;
  let owner: Person;
  let changes: readonly (Sent & { readonly body: object })[];
  beforeAll(async () => {
    identity = await startIdentity(Date.parse('2026-11-21T12:00:00Z'));
    handler = identity.handler();
    owner = await identity.person();
    const headers = { authorization: `Bearer ${owner.token}` };
    const send = async (method: string, path: string, body: object) =>
      JSON.parse((await sendTo(handler, { method, path, body, headers })).body) as { id: string };
    const key = await send('POST', '/api/v1/keys', { name: 'k' });
    const project = `/api/v1/projects/${owner.home}`;
    changes = [
      {
        method: 'POST',
        path: '/api/v1/auth/register',
        body: { username: 'eve', email: 'eve@example.com', password: PASSWORD },
      },
      { method: 'PUT', path: '/api/v1/auth/me', body: { full_name: 'Eve' }, headers },
      { method: 'POST', path: '/api/v1/auth/password-reset', body: { email: `${owner.name}@example.com` } },
      { method: 'POST', path: '/api/v1/projects', body: { name: 'Eve' }, headers },
      { method: 'PUT', path: project, body: { name: 'Eve' }, headers },
      { method: 'PUT', path: `${project}/members/${owner.id}`, body: { role: 'admin' }, headers },
      { method: 'POST', path: `${project}/invitations`, body: { email: 'a@example.com' }, headers },
      { method: 'POST', path: '/api/v1/keys', body: { name: 'Eve' }, headers },
      { method: 'POST', path: `/api/v1/keys/${key.id}/rotate`, body: {}, headers },
    ];
  });
  afterAll(() => identity.tables.stop());

  const everything = async () =>
    JSON.stringify((await identity.tables.client.send(new ScanCommand({ TableName: 'directory' }))).Items);

  it('that carries a member which it does not have changes nothing, though all else of it is right', async () => {
    const before = await everything();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(100).map((n) => changes[n % changes.length] as (typeof changes)[number]),
        fc.constantFrom(...FORBIDDEN),
        value,
        async ({ body, ...change }, name, wished) => {
          const { input } = routeOf(change);
          fc.pre(!(name in input.shape));
          expect((await sendTo(handler, { ...change, text: withMember(body, name, wished) })).status).toBe(422);
        },
      ),
      { numRuns: 400 },
    );
    expect(await everything()).toBe(before);
  });

  it('is made without it', async () => {
    for (const change of changes) {
      const answer = await sendTo(handler, change);
      expect(answer.status, `${change.method} ${change.path}: ${answer.body}`).toBeLessThan(300);
    }
  });
});

function routeOf({ method, path }: Sent): { readonly input: z.ZodObject } {
  const found = routes.find(
    (route) => route.method === method && new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return { input: found?.input as z.ZodObject };
}
