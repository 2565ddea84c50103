import { describe, expect, it } from 'vitest';
import { RouteTable } from '../../../../lib/local-cloud/gateway/route-table.ts';

const table = (...keys: readonly string[]) => new RouteTable(new Map(keys.map((key) => [key, key])));

describe('a route table', () => {
  const routes = table(
    '$default',
    'ANY /{proxy+}',
    'ANY /api/{proxy+}',
    'GET /api/v1/logs/{id}',
    'GET /api/v1/logs/recent',
    'ANY /api/v1/logs/recent',
    'POST /api/v1/logs',
    'ANY /v1/{version}/x',
    'ANY /v1/{rest+}',
  );

  it.each([
    ['GET', '/api/v1/logs/recent', 'GET /api/v1/logs/recent', {}],
    ['DELETE', '/api/v1/logs/recent', 'ANY /api/v1/logs/recent', {}],
    ['GET', '/api/v1/logs/abc', 'GET /api/v1/logs/{id}', { id: 'abc' }],
    ['GET', '/api/v1/logs/a%2Fb', 'GET /api/v1/logs/{id}', { id: 'a/b' }],
    ['DELETE', '/api/v1/logs/abc', 'ANY /api/{proxy+}', { proxy: 'v1/logs/abc' }],
    ['POST', '/api/v1/logs', 'POST /api/v1/logs', {}],
    ['GET', '/api/v1/logs', 'ANY /api/{proxy+}', { proxy: 'v1/logs' }],
    ['GET', '/v1/2/x', 'ANY /v1/{version}/x', { version: '2' }],
    ['GET', '/v1/2/y', 'ANY /v1/{rest+}', { rest: '2/y' }],
    ['GET', '/else/where', 'ANY /{proxy+}', { proxy: 'else/where' }],
    ['GET', '/%zz', 'ANY /{proxy+}', { proxy: '%zz' }],
    ['GET', '/', '$default', {}],
  ])('takes %s %s by %s', (method, path, routeKey, pathParameters) => {
    expect(routes.match(method, path)).toEqual({ routeKey, target: routeKey, pathParameters });
  });

  it('matches nothing without a default', () => {
    expect(table('GET /a').match('POST', '/a')).toBeUndefined();
    expect(table('GET /a').match('GET', '/a/b')).toBeUndefined();
    expect(table('GET /a/{b}').match('GET', '/a/')).toBeUndefined();
    expect(table('ANY /a/{b+}').match('GET', '/a')).toBeUndefined();
  });

  it('does not depend on the order in which routes are declared', () => {
    const keys = ['ANY /{proxy+}', 'GET /a/{b}', 'ANY /a/c', 'GET /a/c'];
    expect(table(...keys).match('GET', '/a/c')?.routeKey).toBe('GET /a/c');
    expect(table(...keys.reverse()).match('GET', '/a/c')?.routeKey).toBe('GET /a/c');
  });

  it('refuses what is no route key', () => {
    expect(() => table('get /a')).toThrow('route key get /a is not "METHOD /path" or $default');
  });
});
