import type { AuthenticatedCall, Call } from './http.ts';
import type { ProjectId } from './project.ts';

/** Who did what an audit entry tells of. */
export interface Actor {
  readonly type: 'user' | 'key' | 'system' | 'anonymous';
  readonly id: string;
  readonly name: string;
}

/** What every audit entry takes from its request. */
export function auditOf(call: Call, project: ProjectId, actor: Actor) {
  const agent = call.request.headers['user-agent'];
  return {
    project,
    actor,
    ipAddress: call.request.sourceIp,
    ...(agent !== undefined && { userAgent: agent.slice(0, 200) }),
    traceId: call.correlationId,
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
