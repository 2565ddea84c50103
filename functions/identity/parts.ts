import type { Accounts } from '../adapters/accounts/port.ts';
import type { AuditEvent, AuditTrail } from '../adapters/audit-trail/port.ts';
import type { Limiter } from '../adapters/limiter/port.ts';
import type { SigningKeys } from '../adapters/signing-key/port.ts';
import type { AuthenticatedCall, Call } from '../core/http.ts';
import type { ProjectId } from '../core/project.ts';

/** What the use cases of identity stand on. */
export interface IdentityParts {
  readonly accounts: Accounts;
  readonly signingKeys: SigningKeys;
  readonly audit: AuditTrail;
  readonly limiter: Limiter;
  /** The password that the first administrator was deployed with. */
  readonly readFirstPassword: () => Promise<string | undefined>;
  /** Whether the first administrator must choose another password at first use. */
  readonly changeFirstPassword: boolean;
  readonly registration: 'open' | 'closed';
  /** Stage name as API keys show it. */
  readonly stage: string;
  readonly now: () => number;
}

/** What every audit entry takes from its request. */
export function auditOf(
  call: Call,
  project: ProjectId,
  actor: AuditEvent['actor'],
): Pick<AuditEvent, 'project' | 'actor' | 'ipAddress' | 'userAgent' | 'traceId'> {
  const agent = call.request.headers['user-agent'];
  return {
    project,
    actor,
    ipAddress: call.request.sourceIp,
    ...(agent !== undefined && { userAgent: agent.slice(0, 200) }),
    traceId: call.correlationId,
  };
}

/** The caller as the actor of an audit entry. */
export const actorOf = ({ caller }: AuthenticatedCall): AuditEvent['actor'] => ({
  type: caller.kind === 'key' ? 'key' : 'user',
  id: caller.id,
  name: caller.name,
});
