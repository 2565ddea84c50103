import { randomUUID } from 'node:crypto';
import { placeOf } from '../iam/roles.ts';
import type { Deployment, Resource } from '../template/deployment.ts';
import { TemplateError } from '../template/template-error.ts';
import { type NextTime, parseSchedule } from './schedule-expression.ts';

/** A schedule or a rule with its target. */
export interface ScheduleSettings {
  readonly kind: 'schedule' | 'rule';
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly next: NextTime;
  readonly functionArn: string;
  /** JSON of the target; undefined: the service's own event. */
  readonly input: string | undefined;
}

/** Every `AWS::Scheduler::Schedule` and `AWS::Events::Rule`. @throws TemplateError for what they say that is not known here */
export function readSchedules(deployment: Deployment): readonly ScheduleSettings[] {
  const isFunction = (arn: unknown) =>
    deployment.resources.some((each) => each.type === 'AWS::Lambda::Function' && each.arn === arn);
  const read = (
    resource: Resource,
    kind: ScheduleSettings['kind'],
    target: { Arn: string; Input?: string },
    property: string,
  ) => {
    const { ScheduleExpression, State = 'ENABLED' } = resource.properties as {
      ScheduleExpression?: string;
      State?: string;
    };
    if (!isFunction(target.Arn))
      throw new TemplateError(placeOf(resource, property), `target ${target.Arn} is no function`);
    let next: NextTime;
    try {
      next = parseSchedule(ScheduleExpression ?? '');
    } catch (error) {
      throw new TemplateError(placeOf(resource, 'ScheduleExpression'), (error as Error).message);
    }
    const { logicalId, name, arn } = resource;
    return {
      kind,
      logicalId,
      name,
      arn,
      enabled: State === 'ENABLED',
      next,
      functionArn: target.Arn,
      input: target.Input,
    };
  };
  return deployment.resources.flatMap((resource) => {
    if (resource.type === 'AWS::Scheduler::Schedule') {
      const zone = String(resource.properties.ScheduleExpressionTimezone ?? 'UTC');
      if (!['UTC', 'Etc/UTC'].includes(zone)) {
        throw new TemplateError(
          placeOf(resource, 'ScheduleExpressionTimezone'),
          `time zone ${zone} is not known here, expected UTC`,
        );
      }
      return [read(resource, 'schedule', resource.properties.Target as { Arn: string; Input?: string }, 'Target.Arn')];
    }
    if (resource.type === 'AWS::Events::Rule') {
      const targets = resource.properties.Targets as readonly { Arn: string; Input?: string }[];
      return targets.map((target, index) => read(resource, 'rule', target, `Targets.${index}.Arn`));
    }
    return [];
  });
}

/** The event a target gets: its input with the scheduler's placeholders filled, or the service's own. */
export function scheduleEvent(
  { kind, arn, input }: ScheduleSettings,
  at: number,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): string {
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
  const id = randomUUID();
  if (input !== undefined) {
    return input
      .replaceAll('<aws.scheduler.schedule-arn>', arn)
      .replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.execution-id>', id)
      .replaceAll('<aws.scheduler.attempt-number>', '1');
  }
  return JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: kind === 'schedule' ? 'aws.scheduler' : 'aws.events',
    account: accountId,
    time,
    region,
    resources: [arn],
    detail: kind === 'schedule' ? '{}' : {},
  });
}

/** How often the clock is looked at. */
const TICK_MILLIS = 1_000;

/** Fires schedules when their time has come. What was missed while the local cloud was down is not made up for. */
export class Scheduler {
  readonly #schedules: readonly ScheduleSettings[];
  readonly #fire: (schedule: ScheduleSettings, at: number) => void;
  readonly #now: () => number;
  readonly #due = new Map<ScheduleSettings, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param fire runs one; must not throw */
  constructor(
    schedules: readonly ScheduleSettings[],
    fire: (schedule: ScheduleSettings, at: number) => void,
    now: () => number,
  ) {
    this.#schedules = schedules.filter(({ enabled }) => enabled);
    this.#fire = fire;
    this.#now = now;
  }

  start(): void {
    for (const schedule of this.#schedules) this.#plan(schedule, this.#now());
    this.#timer = setInterval(() => this.#tick(), TICK_MILLIS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = this.#now();
    for (const [schedule, at] of this.#due) {
      if (at > now) continue;
      // one firing for however many were due: the machine may have slept
      this.#plan(schedule, now);
      this.#fire(schedule, at);
    }
  }

  #plan(schedule: ScheduleSettings, after: number): void {
    const next = schedule.next(after);
    if (next === undefined) this.#due.delete(schedule);
    else this.#due.set(schedule, next);
  }
}
