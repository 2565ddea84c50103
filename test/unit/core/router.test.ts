import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../functions/core/errors.ts';
import type { Route } from '../../../functions/core/route.ts';
import { Router } from '../../../functions/core/router.ts';

const route = (operationId: string, method: Route['method'], path: string, aliases: string[] = []) => ({
  route: { operationId, summary: '', method, path, aliases, access: 'public', limit: 'default' } satisfies Route,
});
const router = new Router([
  route('get', 'GET', '/api/v1/logs/{id}', ['/api/logs/{id}']),
  route('search', 'GET', '/api/v1/logs/search'),
  route('delete', 'DELETE', '/api/v1/logs/{id}'),
  route('rest', 'GET', '/files/{path+}'),
]);
const find = (method: string, path: string) => {
  const { serves, parameters } = router.find(method, path);
  return [serves.route.operationId, parameters];
};
const codeOf = (method: string, path: string) => {
  try {
    router.find(method, path);
  } catch (error) {
    return (error as Failure).code;
  }
  return undefined;
};

describe('the inner router', () => {
  it('prefers a literal segment to a parameter', () => {
    expect(find('GET', '/api/v1/logs/search')).toEqual(['search', {}]);
    expect(find('GET', '/api/v1/logs/abc')).toEqual(['get', { id: 'abc' }]);
  });

  it('serves aliases', () => {
    expect(find('GET', '/api/logs/abc')).toEqual(['get', { id: 'abc' }]);
  });

  it('decodes parameters, and leaves one that cannot be decoded', () => {
    expect(find('GET', '/api/v1/logs/a%20b')).toEqual(['get', { id: 'a b' }]);
    expect(find('GET', '/api/v1/logs/a%zz')).toEqual(['get', { id: 'a%zz' }]);
  });

  it('takes the rest of a path', () => {
    expect(find('GET', '/files/a/b/c')).toEqual(['rest', { path: 'a/b/c' }]);
  });

  it('tells a wrong method from a wrong path', () => {
    expect(codeOf('POST', '/api/v1/logs/abc')).toBe('method_not_allowed');
    expect(codeOf('GET', '/nowhere')).toBe('not_found');
    expect(codeOf('GET', '/api/v1/logs/')).toBe('not_found');
  });
});
