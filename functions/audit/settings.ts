import type { AuditSettings as Stored } from '../adapters/audit-trail/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { AuditSettings, type AuditSettingsAnswer } from './api.ts';
import type { AuditParts } from './parts.ts';

/** What holds where a project never said anything. */
const DEFAULTS = AuditSettings.parse({ record_searches: false });

/** `GET /audit/settings`: also for those whose searches are meant. */
export const makeGetAuditSettings =
  ({ settings }: Pick<AuditParts, 'settings'>) =>
  async (_input: unknown, { caller }: AuthenticatedCall): Promise<AuditSettingsAnswer> =>
    toAnswer(await settings.find(caller.project));

/** `PUT /audit/settings` */
export const makePutAuditSettings =
  ({ settings, now }: Pick<AuditParts, 'settings' | 'now'>) =>
  async ({ version, ...input }: AuditSettings, call: AuthenticatedCall): Promise<AuditSettingsAnswer> => {
    const { project, name } = call.caller;
    const stored = await settings.find(project);
    const current = stored?.version ?? 0;
    if (version !== undefined && version !== current)
      throw new Failure('conflict', `these settings are at version ${current}, not ${version}; read them again`);
    const next: Stored = {
      version: current + 1,
      recordSearches: input.record_searches,
      keepDays: input.keep_days,
      updatedAt: new Date(now()).toISOString(),
      updatedBy: name,
    };
    const { record_searches, keep_days } = toAnswer(stored);
    await settings.replace(project, next, {
      ...auditOf(call, project, actorOf(call)),
      action: 'audit_settings.updated',
      entityType: 'audit_settings',
      entityId: project,
      result: 'success',
      oldValues: { record_searches, keep_days },
      newValues: input,
    });
    return toAnswer(next);
  };

const toAnswer = (stored: Stored | undefined): AuditSettingsAnswer =>
  stored === undefined
    ? { ...DEFAULTS, version: 0 }
    : {
        record_searches: stored.recordSearches,
        keep_days: stored.keepDays,
        version: stored.version,
        updated_at: stored.updatedAt,
        updated_by: stored.updatedBy,
      };
