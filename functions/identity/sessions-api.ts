import { z } from 'zod';
import type { Route } from '../core/route.ts';

export const SessionEntry = z
  .object({
    id: z.string(),
    /** `User-Agent` that it was begun with. */
    client: z.string().optional(),
    ip_address: z.string(),
    created_at: z.string(),
    /** When it was begun or last refreshed, which a page in use does twice an hour. */
    last_used_at: z.string(),
    expires_at: z.string(),
    /** Whether it is the one that asks. */
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type SessionEntry = z.output<typeof SessionEntry>;

export const SessionList = z.object({ items: z.array(SessionEntry), total: z.int() }).meta({ id: 'SessionList' });

export const SessionPath = z.object({ id: z.string().max(64) });

export const RevokedSessions = z.object({ revoked: z.int() }).meta({ id: 'RevokedSessions' });

export const listSessionsRoute = {
  operationId: 'listSessions',
  summary: 'My sessions, the last used first',
  method: 'GET',
  path: '/api/v1/auth/sessions',
  access: 'account',
  limit: 'page',
  output: SessionList,
} as const satisfies Route;

export const revokeSessionRoute = {
  operationId: 'revokeSession',
  summary: 'End one of my sessions; its tokens end within 60 seconds, its live connections at once',
  method: 'DELETE',
  path: '/api/v1/auth/sessions/{id}',
  access: 'account',
  limit: 'default',
  input: SessionPath,
  status: 204,
} as const satisfies Route;

export const revokeOtherSessionsRoute = {
  operationId: 'revokeOtherSessions',
  summary: 'End all my sessions but the one that asks',
  method: 'DELETE',
  path: '/api/v1/auth/sessions',
  access: 'account',
  limit: 'default',
  output: RevokedSessions,
} as const satisfies Route;
