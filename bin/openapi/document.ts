import { readFileSync } from 'node:fs';
import {
  describePermission,
  isOfProject,
  type PermissionName,
  permissionOf,
} from '../../functions/core/permissions.ts';
import { PROBLEMS } from '../../functions/core/problem.ts';
import type { Route } from '../../functions/core/route.ts';
import { listRoutes } from './routes.ts';
import { type JsonSchema, Schemas } from './schemas.ts';

const DESCRIPTION = `Calls carry an API key (\`X-API-Key\`, or \`Authorization: Bearer\`) or the access token of a session; a key belongs to one
project, a session names one by \`X-Project-Id\`. \`X-Request-ID\` and \`X-Correlation-ID\` come back as they were sent, or made. Errors are
problem documents of RFC 9457 with a stable \`code\`. Shippers use the same keys on paths of their own protocols, which answer as those do.`;

type Operation = { [field: string]: unknown };

/** The OpenAPI 3.1 document of all Route objects. */
export async function makeDocument(): Promise<Readonly<Record<string, unknown>>> {
  const schemas = new Schemas();
  const routes = await listRoutes();
  const paths: Record<string, Record<string, Operation>> = {};
  const place = (path: string, route: Route, operation: Operation) => {
    // OpenAPI has no name for a parameter that takes the rest of a path
    const named = path.replaceAll('+}', '}');
    paths[named] = { ...paths[named], [route.method.toLowerCase()]: operation };
  };
  for (const { slice, route } of routes) {
    const operation = { tags: [slice], ...describe(route, schemas) };
    place(route.path, route, operation);
    for (const [index, alias] of (route.aliases ?? []).entries())
      place(alias, route, {
        ...operation,
        operationId: `${route.operationId}Alias${index + 1}`,
        summary: `The same as ${route.method} ${route.path}`,
      });
  }
  schemas.components.Problem = PROBLEM;
  return {
    openapi: '3.1.1',
    info: {
      title: 'Tributary',
      version: readVersion(),
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The host of the dashboard' }],
    tags: [...new Set(routes.map(({ slice }) => slice))].map((name) => ({ name })),
    paths: sortByName(paths),
    components: {
      schemas: sortByName(schemas.components),
      parameters: { Project: PROJECT },
      responses: {
        Problem: { description: 'The request failed; `code` says why', ...PROBLEM_RESPONSE },
      },
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        session: { type: 'http', scheme: 'bearer', description: 'The access token of a session, or an API key' },
      },
    },
  };
}

function describe(route: Route, schemas: Schemas): Operation {
  const { parameters, requestBody } = describeInput(route, schemas);
  const status = String(route.status ?? (route.output === undefined ? 204 : 200));
  const { access } = route;
  const isPublic = access === 'public';
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(isPublic ? { security: [] } : describeAccess(access)),
    parameters:
      isOfProject(access) && !route.path.includes('{project_id}')
        ? [...parameters, { $ref: '#/components/parameters/Project' }]
        : parameters,
    ...(requestBody !== undefined && { requestBody }),
    responses: {
      [status]: {
        description: 'Done',
        ...(route.output !== undefined && { content: { 'application/json': { schema: schemas.add(route.output) } } }),
      },
      ...(!isPublic && {
        403: {
          ...PROBLEM_RESPONSE,
          description: `This lets one ${permissionOf(access).allows}, which needs ${describePermission(access)}`,
        },
      }),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

/** Splits an input: what the path names, what a query string carries, what a body does. */
function describeInput(route: Route, schemas: Schemas): { parameters: object[]; requestBody?: object } {
  const inPath = [...route.path.matchAll(/\{(\w+)\+?\}/g)].map(([, name = '']) => name);
  const own = route.body && {
    required: true,
    content: Object.fromEntries(
      Object.entries(route.body).map(([mediaType, schema]) => [mediaType, { schema: schemas.add(schema) }]),
    ),
  };
  if (route.input === undefined) return { parameters: [], ...(own && { requestBody: own }) };
  const { properties, required, rest } = schemas.members(route.input);
  const missing = inPath.filter((name) => !(name in properties));
  if (missing.length > 0) throw new Error(`${route.operationId} has no input for ${missing.join(', ')} of its path`);
  const toParameter = (name: string) => {
    const { description, example, ...schema } = properties[name] as JsonSchema;
    const isInPath = inPath.includes(name);
    return {
      name,
      in: isInPath ? 'path' : 'query',
      ...(description !== undefined && { description }),
      ...((isInPath || required.includes(name)) && { required: true }),
      schema,
      ...(example !== undefined && { example }),
    };
  };
  const others = Object.keys(properties).filter((name) => !inPath.includes(name));
  if (route.method === 'GET' || others.length === 0)
    return { parameters: [...inPath, ...others].map(toParameter), ...(own && { requestBody: own }) };
  // a schema with an id stands among the components, unless a part of it is in the path
  const whole = inPath.length === 0 ? schemas.add(route.input) : { ...rest, properties, required };
  const isForm = others.every((name) => (properties[name] as JsonSchema).type !== 'array');
  return {
    parameters: inPath.map(toParameter),
    requestBody: {
      required: others.some((name) => required.includes(name)),
      content: {
        'application/json': { schema: whole },
        ...(isForm && { 'application/x-www-form-urlencoded': { schema: whole } }),
      },
    },
  };
}

/** Who may, from the table of permissions: by credentials for clients, and in full for people and the dashboard. */
function describeAccess(access: PermissionName): Operation {
  const { role, scope, platform } = permissionOf(access);
  return {
    security: [...(scope === undefined ? [] : [{ apiKey: [scope] }]), { session: [] }],
    'x-permission': {
      name: access,
      ...(role !== undefined && { least_role: role }),
      ...(scope !== undefined && { key_scope: scope }),
      ...(platform !== undefined && { platform_admin: platform }),
    },
  };
}

const PROBLEM_RESPONSE = {
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const PROJECT = {
  name: 'X-Project-Id',
  in: 'header',
  description: "Project that a session means; the user's default unless given. A key has its own",
  schema: { type: 'string' },
};

const PROBLEM: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    request_id: { type: 'string' },
    errors: {
      type: 'array',
      description: 'Members of the request that are wrong',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer', examples: ['#/limit'] },
          detail: { type: 'string' },
        },
      },
    },
  },
};

function sortByName<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readVersion(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
