import { randomBytes } from 'node:crypto';
import type { AuditEvent } from '../../adapters/audit-trail/port.ts';
import type { IngestSettingsStore, StoredIngestSettings } from '../../adapters/ingest-settings/port.ts';
import type { Limiter } from '../../adapters/limiter/port.ts';
import { actorOf, auditOf } from '../../core/audit.ts';
import { Failure, type FieldError, InvalidRequest } from '../../core/errors.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import { defaultActionOf, RULES } from '../sanitise/rules.ts';
import {
  IngestSettings,
  type IngestSettingsAnswer,
  type Quota,
  type QuotaUse,
  type Sanitising,
} from '../settings-api.ts';
import { toPolicy } from './policy.ts';
import { METERS, toTake } from './quota.ts';

/** What changing settings of ingest stands on. */
export interface SettingsParts {
  readonly settings: IngestSettingsStore;
  readonly limiter: Pick<Limiter, 'look' | 'limitOf'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** `GET /ingest/settings` */
export const makeGetSettings =
  ({ settings, limiter }: SettingsParts) =>
  async (_input: unknown, { caller }: AuthenticatedCall): Promise<IngestSettingsAnswer> => {
    const { stored } = await settings.find(caller.project);
    return toAnswer(stored, stageQuota(limiter));
  };

/** `PUT /ingest/settings`: checked whole before any of it holds. */
export const makePutSettings =
  ({ settings, limiter, now }: SettingsParts) =>
  async ({ version, ...input }: IngestSettings, call: AuthenticatedCall): Promise<IngestSettingsAnswer> => {
    const { caller } = call;
    const { stored, hashKey } = await settings.find(caller.project);
    const current = stored?.version ?? 0;
    if (version !== undefined && version !== current)
      throw new Failure('conflict', `these settings are at version ${current}, not ${version}; read them again`);
    checkNames(input.sanitising);
    // compiles every pattern and query
    toPolicy(input, hashKey ?? '', now());
    const stage = stageQuota(limiter);
    if (!caller.platformAdmin) checkQuota(input.quota, stage);
    const next: StoredIngestSettings = {
      version: current + 1,
      settings: input,
      updatedAt: new Date(now()).toISOString(),
      updatedBy: caller.name,
    };
    const newKey = hashKey === undefined && hashes(input.sanitising) ? randomBytes(32).toString('hex') : undefined;
    await settings.replace(caller.project, next, newKey, toAudit(call, stored?.settings, input));
    return toAnswer(next, stage);
  };

/** `GET /ingest/quota` */
export const makeQuotaUse =
  ({ settings, limiter, now }: SettingsParts) =>
  async (_input: unknown, { caller }: AuthenticatedCall): Promise<QuotaUse> => {
    const { stored } = await settings.find(caller.project);
    const { quota } = IngestSettings.parse(stored?.settings ?? {});
    const at = now();
    const items = await Promise.all(
      METERS.map(async (meter) => {
        const { limit, remaining, resetSeconds } = await limiter.look(toTake(caller.project, quota, meter));
        return {
          of: meter.of,
          window: meter.window,
          limit,
          used: limit - remaining,
          remaining,
          resets_at: new Date(at + resetSeconds * 1000).toISOString(),
        };
      }),
    );
    return { items, total: items.length };
  };

function toAnswer(stored: StoredIngestSettings | undefined, stage: Required<Quota>): IngestSettingsAnswer {
  const { version: _, ...settings } = IngestSettings.parse(stored?.settings ?? {});
  return {
    ...settings,
    version: stored?.version ?? 0,
    rules: RULES.map((rule) => ({
      name: rule.name,
      title: rule.title,
      group: rule.group,
      default_action: defaultActionOf(rule),
      action: settings.sanitising.rules[rule.name] ?? defaultActionOf(rule),
    })),
    stage_quota: stage,
    ...(stored && { updated_at: stored.updatedAt, updated_by: stored.updatedBy }),
  };
}

const stageQuota = (limiter: SettingsParts['limiter']): Required<Quota> =>
  Object.fromEntries(METERS.map(({ metered, member }) => [member, limiter.limitOf(metered)])) as Required<Quota>;

function checkNames({ rules, custom }: Sanitising): void {
  const known = new Set(RULES.map(({ name }) => name));
  const errors: FieldError[] = Object.keys(rules)
    .filter((name) => !known.has(name))
    .map((name) => ({ pointer: `#/sanitising/rules/${name}`, detail: 'there is no such rule' }));
  const seen = new Set(known);
  for (const [position, { name }] of custom.entries()) {
    if (seen.has(name))
      errors.push({
        pointer: `#/sanitising/custom/${position}/name`,
        detail: `expected a name of its own, "${name}" is taken`,
      });
    seen.add(name);
  }
  if (errors.length > 0) throw new InvalidRequest(errors);
}

function checkQuota(quota: Quota, stage: Required<Quota>): void {
  const errors = METERS.flatMap(({ member }) => {
    const units = quota[member];
    return units === undefined || units <= stage[member]
      ? []
      : [{ pointer: `#/quota/${member}`, detail: `expected at most ${stage[member]}, the quota of this stage` }];
  });
  if (errors.length > 0) throw new InvalidRequest(errors);
}

const hashes = ({ rules, custom }: Sanitising): boolean =>
  Object.values(rules).includes('hash') || custom.some(({ action }) => action === 'hash');

function toAudit(call: AuthenticatedCall, before: unknown, after: Omit<IngestSettings, 'version'>): AuditEvent {
  return {
    ...auditOf(call, call.caller.project, actorOf(call)),
    action: 'ingest_settings.updated',
    entityType: 'ingest_settings',
    entityId: call.caller.project,
    result: 'success',
    oldValues: { ...(before as Record<string, unknown> | undefined) },
    newValues: { ...after },
  };
}
