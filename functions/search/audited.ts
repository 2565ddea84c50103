import type { AuditTrail } from '../adapters/audit-trail/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import type { AuthenticatedCall, Reply } from '../core/http.ts';
import type { ExportInput } from './export-api.ts';
import type { ClearCacheInput, ClearedCache } from './metrics-api.ts';

type Answer<Input, Output> = (input: Input, call: AuthenticatedCall) => Promise<Output>;

/** Hands out an export once the audit trail tells of it: each part is an entry, because each leaves the platform by itself. */
export const auditedExport =
  (trail: Pick<AuditTrail, 'record'>, answer: Answer<ExportInput, Reply>): Answer<ExportInput, Reply> =>
  async (input, call) => {
    const reply = await answer(input, call);
    const { cursor, marker: _marker, ...asked } = input;
    const { project } = call.caller;
    await trail.record({
      ...auditOf(call, project, actorOf(call)),
      action: 'log.exported',
      entityType: 'project',
      entityId: project,
      result: 'success',
      newValues: asked,
      metadata: {
        rows: Number(reply.headers['x-export-rows']),
        complete: reply.headers['x-export-complete'] === 'true',
        continued: cursor !== undefined,
      },
    });
    return reply;
  };

/** Clears answers, and tells of it. */
export const auditedClear =
  (
    trail: Pick<AuditTrail, 'record'>,
    answer: Answer<ClearCacheInput, ClearedCache>,
  ): Answer<ClearCacheInput, ClearedCache> =>
  async (input, call) => {
    const answered = await answer(input, call);
    await trail.record({
      ...auditOf(call, call.caller.project, actorOf(call)),
      action: 'cache.cleared',
      entityType: 'cache',
      entityId: input.pattern,
      result: 'success',
      newValues: { cleared: answered.cleared },
    });
    return answered;
  };
