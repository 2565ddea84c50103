import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { closeViewers } from './close-viewers.ts';
import type { IdentityParts } from './parts.ts';
import type { SessionEntry } from './sessions-api.ts';

/** `GET /auth/sessions` */
export const makeListSessions =
  ({ sessions }: IdentityParts) =>
  async (_input: undefined, { caller }: AuthenticatedCall) => {
    const items = [...(await sessions.list(caller.id))]
      .sort((a, b) => b.rotatedAt - a.rotatedAt || (a.id < b.id ? -1 : 1))
      .map(
        ({ id, client, ipAddress, createdAt, rotatedAt, expiresAt }): SessionEntry => ({
          id,
          ...(client !== undefined && { client }),
          ip_address: ipAddress,
          created_at: toIso(createdAt),
          last_used_at: toIso(rotatedAt),
          expires_at: toIso(expiresAt),
          current: id === caller.session?.id,
        }),
      );
    return { items, total: items.length };
  };

/** `DELETE /auth/sessions/{id}` */
export const makeRevokeSession =
  (parts: IdentityParts) =>
  async ({ id }: { id: string }, call: AuthenticatedCall): Promise<undefined> => {
    const { caller } = call;
    const session = await parts.sessions.find(caller.id, id);
    if (session === undefined) throw new Failure('not_found', 'there is no such session');
    await parts.sessions.end(caller.id, [id], toAudit(call, { session: id }));
    await closeViewers(parts, caller.id, ({ sessionId }) => sessionId === id);
  };

/** `DELETE /auth/sessions`: the one that asks goes on. */
export const makeRevokeOtherSessions =
  (parts: IdentityParts) =>
  async (_input: undefined, call: AuthenticatedCall): Promise<{ revoked: number }> => {
    const { caller } = call;
    const others = (await parts.sessions.list(caller.id)).map(({ id }) => id).filter((id) => id !== caller.session?.id);
    await parts.sessions.end(caller.id, others, toAudit(call, { sessions: others.length }));
    await closeViewers(parts, caller.id, ({ sessionId }) => sessionId !== caller.session?.id);
    return { revoked: others.length };
  };

const toAudit = (call: AuthenticatedCall, metadata: Readonly<Record<string, unknown>>) => ({
  ...auditOf(call, call.caller.project, actorOf(call)),
  action: 'user.session_revoked',
  entityType: 'user',
  entityId: call.caller.id,
  result: 'success' as const,
  metadata,
});

const toIso = (seconds: number): string => new Date(seconds * 1000).toISOString();
