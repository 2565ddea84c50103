import type { AuthenticatedCall, Call } from './http.ts';
import type { ProjectId } from './project.ts';

/** Who did what an audit entry tells of. */
export interface Actor {
  readonly type: 'user' | 'key' | 'system' | 'anonymous';
  readonly id: string;
  readonly name: string;
}

/** Who asked, of which project, and by which request. */
export interface Origin {
  readonly project: ProjectId;
  /** Ours are `user`, `key`, `system`, `anonymous`. */
  readonly actor: { readonly type: string; readonly id: string; readonly name: string };
  readonly ipAddress?: string;
  readonly userAgent?: string;
  readonly traceId?: string;
  readonly correlationId?: string;
  readonly requestId?: string;
}

/** What happened, who did it and to what. Secrets in values are masked before they are kept. */
export interface AuditEvent extends Origin {
  /** For example `user.login`, `api_key.created`. */
  readonly action: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly result: 'success' | 'failure';
  readonly oldValues?: Readonly<Record<string, unknown>>;
  readonly newValues?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Who told of a business event; absent for what the platform itself did. */
  readonly recordedBy?: { readonly type: string; readonly id: string; readonly name: string };
}

/** What every audit entry takes from its request. */
export function auditOf(call: Call, project: ProjectId, actor: Actor) {
  const agent = call.request.headers['user-agent'];
  return {
    project,
    actor,
    ipAddress: call.request.sourceIp,
    ...(agent !== undefined && { userAgent: agent.slice(0, 200) }),
    traceId: call.traceId,
    correlationId: call.correlationId,
    requestId: call.requestId,
  };
}

/** The caller as the actor of an audit entry. */
export const actorOf = ({ caller }: AuthenticatedCall): Actor => ({
  type: caller.kind === 'key' ? 'key' : 'user',
  id: caller.id,
  name: caller.name,
});
