import type { Caller } from '../../functions/core/caller.ts';
import type { AuthenticatedCall } from '../../functions/core/http.ts';
import type { Scope } from '../../functions/core/permissions.ts';
import type { ProjectId } from '../../functions/core/project.ts';

/** A call of a signed-in user of a project. */
export const callOf = (
  project: ProjectId,
  { id = 'u-1', scopes = ['read'] }: { id?: string; scopes?: readonly Scope[] } = {},
): AuthenticatedCall => ({
  signal: new AbortController().signal,
  requestId: 'request-1',
  correlationId: 'correlation-1',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  request: {
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers: { 'user-agent': 'test' },
    cookies: [],
    body: Buffer.alloc(0),
    sourceIp: '192.0.2.1',
  },
  caller: { kind: 'session', id, name: id, project, scopes: new Set(scopes), platformAdmin: false } satisfies Caller,
});
