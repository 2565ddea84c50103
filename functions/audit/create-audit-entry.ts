import { actorOf, auditOf } from '../core/audit.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { AuditEntry, CreateAuditEntry } from './api.ts';
import { toWire } from './entry.ts';
import type { AuditParts } from './parts.ts';

/** `POST /audit`: a business event as its client tells it; who told it is kept beside it. */
export const makeCreateAuditEntry =
  ({ trail }: Pick<AuditParts, 'trail'>) =>
  async (input: CreateAuditEntry, call: AuthenticatedCall): Promise<AuditEntry> => {
    const caller = actorOf(call);
    const { actor } = input;
    const { content, hash } = await trail.record({
      ...auditOf(call, call.caller.project, caller),
      ...(actor && { actor: { ...actor, name: actor.name ?? actor.id } }),
      action: input.action,
      entityType: input.entity_type,
      entityId: input.entity_id,
      result: input.result,
      ...(input.old_values && { oldValues: input.old_values }),
      ...(input.new_values && { newValues: input.new_values }),
      metadata: input.metadata,
      ...(input.ip_address !== undefined && { ipAddress: input.ip_address }),
      ...(input.user_agent !== undefined && { userAgent: input.user_agent }),
      ...(input.trace_id !== undefined && { traceId: input.trace_id }),
      recordedBy: caller,
    });
    return toWire(content, hash, { sealedSeq: 0, unfinished: new Set() });
  };
