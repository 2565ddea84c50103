import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeDocument } from '../../../bin/openapi/document.ts';
import { listRoutes } from '../../../bin/openapi/routes.ts';
import { Schemas } from '../../../bin/openapi/schemas.ts';
import { describePermission, permissionOf } from '../../../functions/core/permissions.ts';

const text = readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8');
const routes = (await listRoutes()).map(({ route }) => route);

/** What the tests look at of an operation. */
const Operation = z.looseObject({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  'x-permission': z.looseObject({ name: z.string() }).optional(),
  parameters: z.array(z.looseObject({ name: z.string().optional(), in: z.string().optional() })),
  requestBody: z.looseObject({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
});
const Document = z.looseObject({
  openapi: z.literal('3.1.1'),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.record(z.string(), z.record(z.string(), z.unknown())),
});
const document = Document.parse(JSON.parse(text));
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
);
const operationOf = (operationId: string) => {
  const found = operations.find((operation) => operation.operationId === operationId);
  if (found === undefined) throw new Error(`docs/openapi.json has no ${operationId}`);
  return found;
};

describe('docs/openapi.json', () => {
  it('is what the routes say now (npm run openapi writes it)', async () => {
    expect(`${JSON.stringify(await makeDocument(), null, 2)}\n`).toBe(text);
  });

  it('has every path of every route, aliases too, under names of their own', () => {
    const expected = routes.flatMap(({ method, path, aliases = [] }) =>
      [path, ...aliases].map((each) => `${method.toLowerCase()} ${each}`),
    );
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(expected.sort());
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  it('points at nothing that is not there, and keeps nothing that nobody points at', () => {
    const pointed = new Set([...text.matchAll(/"\$ref": "#\/components\/(\w+\/\w+)"/g)].map(([, name]) => name));
    const kept = Object.entries(document.components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, named]) => Object.keys(named).map((name) => `${kind}/${name}`));
    expect([...pointed].sort()).toEqual(kept.sort());
  });

  it('declares each parameter of a path as one, and no parameter twice', () => {
    for (const { path, parameters, operationId } of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath.sort(), operationId).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
      const keys = parameters.map((parameter) => JSON.stringify([parameter.in, parameter.name, parameter.$ref]));
      expect(new Set(keys).size, operationId).toBe(keys.length);
    }
  });

  it('asks for credentials wherever the route does, and names who may by the table of permissions', () => {
    for (const { operationId, access } of routes) {
      const operation = operationOf(operationId);
      if (access === 'public') {
        expect(operation.security, operationId).toEqual([]);
        continue;
      }
      const { role, scope } = permissionOf(access);
      const credentials = [...(scope ? [{ apiKey: [scope] }] : []), { session: [] }];
      expect(operation.security, operationId).toEqual(credentials);
      expect(operation['x-permission'], operationId).toMatchObject({
        name: access,
        ...(role && { least_role: role }),
        ...(scope && { key_scope: scope }),
      });
      expect(operation.responses['403']?.description, operationId).toContain(describePermission(access));
    }
  });

  it('splits an input by where its members come from', () => {
    expect(operationOf('searchLogs').requestBody).toBeUndefined();
    expect(operationOf('searchLogs').parameters).toContainEqual(
      expect.objectContaining({ name: 'query', in: 'query' }),
    );
    expect(operationOf('logContext').parameters).toContainEqual(
      expect.objectContaining({ name: 'id', in: 'path', required: true }),
    );
    expect(operationOf('login').parameters).toEqual([]);
    expect(Object.keys(operationOf('login').requestBody?.content ?? {})).toContain('application/x-www-form-urlencoded');
    expect(operationOf('createApiKey').requestBody?.content).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/CreateApiKeyRequest' } },
    });
  });

  it('names the bodies of operations that decode their own', () => {
    for (const { operationId, method, input, body } of routes) {
      if (method === 'GET' || method === 'DELETE') continue;
      expect(input ?? body, operationId).toBeDefined();
      if (body !== undefined)
        expect(Object.keys(operationOf(operationId).requestBody?.content ?? {})).toEqual(Object.keys(body));
    }
  });

  it('answers failures as problem documents', () => {
    for (const { responses, operationId } of operations)
      expect(responses.default, operationId).toEqual({ $ref: '#/components/responses/Problem' });
  });
});

describe('schemas', () => {
  it('refuse what JSON Schema cannot say instead of letting anything pass', () => {
    expect(() => new Schemas().add(z.object({ at: z.date() }))).toThrow('a schema of type "date" has no JSON Schema');
    expect(() => new Schemas().add(z.object({ anything: z.unknown() }))).not.toThrow();
  });
});
