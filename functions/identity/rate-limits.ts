import type { AuditTrail } from '../adapters/audit-trail/port.ts';
import type { LimitUses } from '../adapters/limiter/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { PLATFORM } from '../core/project.ts';
import type { LimitsStatus } from './limits-api.ts';

/** What looking at limits stands on. */
export interface LimitsParts {
  readonly uses: LimitUses;
  readonly audit: AuditTrail;
}

/** More are not shown; the fullest come first. */
const MOST = 1_000;

/** `GET /rate-limits/status` */
export const makeLimitsStatus =
  ({ uses }: LimitsParts) =>
  async (): Promise<LimitsStatus> => {
    const items = (await uses.list())
      .map(({ of, who, limit, taken, endsAt }) => ({
        id: `${of}:${who}`,
        class: of,
        who,
        limit: limit.units,
        used: taken,
        remaining: Math.max(0, limit.units - taken),
        resets_at: new Date(endsAt).toISOString(),
      }))
      .sort((a, b) => b.used / b.limit - a.used / a.limit || (a.id < b.id ? -1 : 1));
    const limits = uses.limits().map(({ of, limit }) => ({
      class: of,
      limit: limit.units,
      window_seconds: limit.windowSeconds,
      text: limit.text,
    }));
    return { limits, items: items.slice(0, MOST), total: items.length };
  };

/** `DELETE /rate-limits/reset/{id}` */
export const makeResetLimit =
  ({ uses, audit }: LimitsParts) =>
  async ({ id }: { id: string }, call: AuthenticatedCall): Promise<{ reset: number }> => {
    const colon = id.indexOf(':');
    const of = uses.limits().find((each) => each.of === id.slice(0, Math.max(0, colon)))?.of;
    if (of === undefined) throw new Failure('not_found', 'there is no such limit; expected <class>:<who>');
    await audit.record({ ...toAudit(call, id), metadata: { limit: id } });
    return { reset: await uses.reset({ of, who: id.slice(colon + 1) }) };
  };

/** `DELETE /rate-limits/reset-all` */
export const makeResetLimits =
  ({ uses, audit }: LimitsParts) =>
  async (_input: undefined, call: AuthenticatedCall): Promise<{ reset: number }> => {
    await audit.record(toAudit(call, 'all'));
    return { reset: await uses.resetAll() };
  };

const toAudit = (call: AuthenticatedCall, id: string) => ({
  ...auditOf(call, PLATFORM, actorOf(call)),
  action: 'rate_limit.reset',
  entityType: 'rate_limit',
  entityId: id.slice(0, 200),
  result: 'success' as const,
});
