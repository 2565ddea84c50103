import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { listRoutes } from '../../bin/openapi/routes.ts';
import type { HttpOptions, Served } from '../../functions/core/http.ts';
import type { Route } from '../../functions/core/route.ts';
import { shipperTable } from '../../functions/ingest/shipper-table.ts';
import { listHandlers } from '../../lib/bundles.ts';
import { readStage } from '../../lib/config/read-stage.ts';
import { listResources, templatesOf } from '../support/templates.ts';

/** What the handlers give to the HTTP edge while they start. */
const started = vi.hoisted(() => ({ served: [] as Served[], fallback: undefined as HttpOptions['fallback'] }));
vi.mock('../../functions/core/http.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../functions/core/http.ts')>();
  return {
    ...original,
    httpHandler: (...[served, options]: Parameters<typeof original.httpHandler>) => {
      started.served = [...served];
      started.fallback = options.fallback;
      return original.httpHandler(served, options);
    },
  };
});

const { app } = templatesOf(await readStage('production'));
const routes = (await listRoutes()).map(({ route }) => ({ route, name: route.operationId }));

/** Routes of the HTTP API by key, with the name of the function that they lead to. */
const gateway = new Map(
  listResources(app, 'AWS::ApiGatewayV2::Route').flatMap(({ properties }) => {
    const [integration] = listResources(app, 'AWS::ApiGatewayV2::Integration').filter(
      ({ id }) => id === properties.Target['Fn::Join'][1][1].Ref,
    );
    // those of the WebSocket API
    if (integration === undefined || !integration.id.startsWith('HttpApi')) return [];
    const [, name = ''] =
      /"(\w+)Function[0-9A-F]{8}"/.exec(JSON.stringify(integration.properties.IntegrationUri)) ?? [];
    return [[properties.RouteKey as string, name.toLowerCase()] as const];
  }),
);

/** What each function serves, by operation, found by starting it with the environment that its template gives it. */
const servedBy = new Map<string, string>();
/** The function that answers what no route of the API does, for shippers. */
let fallback: string | undefined;

beforeAll(async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  for (const [name, file] of listHandlers()) {
    started.served = [];
    started.fallback = undefined;
    for (const [variable, value] of Object.entries(environmentOf(name))) vi.stubEnv(variable, value);
    await import(/* @vite-ignore */ file);
    vi.unstubAllEnvs();
    vi.stubEnv('AWS_REGION', 'us-east-1');
    for (const { route } of started.served) servedBy.set(route.operationId, name);
    if (started.fallback !== undefined) fallback = name;
  }
});

/** Variables of a function, with text in place of what only a deployment knows. */
function environmentOf(handler: string): Record<string, string> {
  const [fn] = listResources(app, 'AWS::Lambda::Function').filter(({ id }) =>
    new RegExp(`^${handler}function[0-9a-f]{8}$`).test(id.toLowerCase()),
  );
  if (fn === undefined) throw new Error(`the template has no function ${handler}`);
  return Object.fromEntries(
    Object.entries(fn.properties.Environment.Variables).map(([name, value]) => [name, toText(value)]),
  );
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  return join === undefined ? 'placeholder' : join[1].map(toText).join(join[0]);
}

/**
 * The gateway's choice: the longest match of literal segments wins, then `{name}`, then `{name+}`; of equal paths the exact method before `ANY`
 * (API Gateway developer guide, "Routing API requests"); `$default` where none matches.
 */
function choose(method: string, path: string): string {
  const candidates = [...gateway.keys()].flatMap((key) => {
    const [keyMethod = '', keyPath] = key.split(' ');
    if (keyPath === undefined) return [];
    if (keyMethod !== 'ANY' && keyMethod !== method) return [];
    const weight = weigh(keyPath.split('/'), path.split('/'));
    return weight === undefined ? [] : [{ key, weight: `${weight}${keyMethod === 'ANY' ? 1 : 0}` }];
  });
  return candidates.sort((a, b) => a.weight.localeCompare(b.weight))[0]?.key ?? '$default';
}

/** @returns a digit a segment, the lower the better; nothing where the path does not match */
function weigh(pattern: readonly string[], path: readonly string[]): string | undefined {
  let weight = '';
  for (const [index, expected] of pattern.entries()) {
    const actual = path[index];
    if (expected.endsWith('+}')) return actual ? `${weight}2` : undefined;
    if (actual === undefined) return undefined;
    if (expected.startsWith('{')) weight += '1';
    else if (expected === actual) weight += '0';
    else return undefined;
  }
  return pattern.length === path.length ? weight : undefined;
}

/** A path that the route serves, with text in place of its parameters. */
const pathsOf = ({ path, aliases = [] }: Route) => [path, ...aliases].map((each) => each.replace(/\{\w+\+?\}/g, 'x1'));

describe('routes', () => {
  it('are all found, each with a name of its own', () => {
    expect(routes.length).toBeGreaterThan(20);
    expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length);
  });

  it('are each served, by one function or as a path of shippers', () => {
    const unserved = routes.filter(({ name }) => !servedBy.has(name)).map(({ route }) => route);
    expect(
      unserved.filter((route) => !pathsOf(route).every(isForShippers)).map(({ operationId }) => operationId),
    ).toEqual([]);
    const known = routes.map(({ name }) => name);
    expect([...servedBy.keys()].filter((name) => !known.includes(name))).toEqual([]);
  });

  it.each(routes)('lead $name to the function that serves it', ({ route, name }) => {
    const server = servedBy.get(name) ?? fallback;
    for (const path of pathsOf(route)) {
      const key = choose(route.method, path);
      expect(gateway.get(key), `${route.method} ${path} goes by ${key}`).toBe(server);
    }
  });

  it('of the gateway each lead to an operation', () => {
    const used = new Set(routes.flatMap(({ route }) => pathsOf(route).map((path) => choose(route.method, path))));
    expect([...gateway.keys()].filter((key) => !used.has(key))).toEqual([]);
  });

  it('lead what is no operation to the function that knows the paths of shippers', () => {
    expect(fallback).toBeDefined();
    expect(gateway.get('$default')).toBe(fallback);
    for (const path of ['/v1/logs', '/loki/api/v1/push', '/some/prefix/_bulk'])
      expect(choose('POST', path), path).toBe('$default');
  });
});

function isForShippers(path: string): boolean {
  return shipperTable.intakes.some((intake) => intake.path.test(path));
}

describe('schemas of answers', () => {
  it('have a JSON Schema: they hold no transform', () => {
    for (const { route } of routes) {
      const { output } = route as Route;
      if (output !== undefined) expect(() => z.toJSONSchema(output, { io: 'output' }), route.operationId).not.toThrow();
    }
  });
});
