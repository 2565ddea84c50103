import type { Allowance, Limiter, Metered, Take } from '../../adapters/limiter/port.ts';
import type { ProjectId } from '../../core/project.ts';
import type { Quota } from '../settings-api.ts';

/** What is metered, with the member of the settings that says otherwise than the stage. */
export const METERS = [
  { of: 'events', window: 'minute', metered: 'events', member: 'events_per_minute' },
  { of: 'bytes', window: 'minute', metered: 'bytes', member: 'bytes_per_minute' },
  { of: 'events', window: 'day', metered: 'events_day', member: 'events_per_day' },
  { of: 'bytes', window: 'day', metered: 'bytes_day', member: 'bytes_per_day' },
] as const satisfies readonly {
  readonly of: 'events' | 'bytes';
  readonly window: 'minute' | 'day';
  readonly metered: Metered;
  readonly member: keyof Quota;
}[];

/**
 * Counts what a request holds against its project's quota: all of it or nothing.
 * @throws RetryLater `rate_limited`
 */
export type TakeQuota = (
  project: ProjectId,
  quota: Quota,
  amounts: { readonly events: number; readonly bytes: number },
) => Promise<readonly Allowance[]>;

export const makeTakeQuota =
  (limiter: Pick<Limiter, 'takeAll'>): TakeQuota =>
  async (project, quota, amounts) =>
    limiter.takeAll(METERS.map((meter) => ({ ...toTake(project, quota, meter), amount: amounts[meter.of] })));

/** What a project's meter is called in the limiter. */
export const toTake = (
  project: ProjectId,
  quota: Quota,
  { metered, member }: (typeof METERS)[number],
): Pick<Take, 'of' | 'who' | 'units'> => ({ of: metered, who: `project:${project}`, units: quota[member] });
