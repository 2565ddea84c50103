import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { invokeAsync } from '../../../../lib/local-cloud/event-sources/async-invocation.ts';
import { parseSchedule } from '../../../../lib/local-cloud/event-sources/schedule-expression.ts';
import {
  readSchedules,
  Scheduler,
  type ScheduleSettings,
  scheduleEvent,
} from '../../../../lib/local-cloud/event-sources/scheduler.ts';
import { readAssembly } from '../../../../lib/local-cloud/template/assembly.ts';
import { readDeployment } from '../../../../lib/local-cloud/template/deployment.ts';
import type { InvocationResult } from '../../../../lib/local-cloud/workers/function-pool.ts';
import { functionResources, writeAssembly } from '../../../support/cloud-assembly.ts';

const at = (iso: string) => Date.parse(iso);

describe('a schedule expression', () => {
  it.each([
    ['rate(1 minute)', '2026-01-01T00:00:30Z', '2026-01-01T00:01:30Z'],
    ['rate(5 minutes)', '2026-01-01T00:00:00Z', '2026-01-01T00:05:00Z'],
    ['rate(2 days)', '2026-01-01T00:00:00Z', '2026-01-03T00:00:00Z'],
    ['cron(0/5 * * * ? *)', '2026-01-01T00:02:10Z', '2026-01-01T00:05:00Z'],
    ['cron(0/5 * * * ? *)', '2026-01-01T00:05:00Z', '2026-01-01T00:10:00Z'],
    ['cron(15 10 ? * MON-FRI *)', '2026-01-02T10:15:00Z', '2026-01-05T10:15:00Z'],
    ['cron(0 3 1,15 * ? *)', '2026-01-15T03:00:00Z', '2026-02-01T03:00:00Z'],
    ['cron(30 23 31 DEC ? 2027)', '2026-06-01T00:00:00Z', '2027-12-31T23:30:00Z'],
    ['cron(0 0 29 2 ? *)', '2026-06-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['cron(10-20/5 0 * * ? *)', '2026-01-01T00:10:00Z', '2026-01-01T00:15:00Z'],
    ['at(2026-03-04T05:06:07)', '2026-01-01T00:00:00Z', '2026-03-04T05:06:07Z'],
  ])('%s after %s is %s', (expression, after, expected) => {
    expect(new Date(parseSchedule(expression)(at(after)) ?? Number.NaN).toISOString()).toBe(
      new Date(expected).toISOString(),
    );
  });

  it('has no next time when all are past', () => {
    expect(parseSchedule('at(2026-03-04T05:06:07)')(at('2026-03-04T05:06:07Z'))).toBeUndefined();
    expect(parseSchedule('cron(0 0 1 1 ? 2020)')(at('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 week)',
    'cron(* * * *)',
    'cron(60 * * * ? *)',
    'cron(0 0 ? * FOO *)',
    'cron(0/0 * * * ? *)',
    'every day',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(`schedule ${expression}`);
  });
});

const SCHEDULE: ScheduleSettings = {
  kind: 'schedule',
  logicalId: 'Sweep',
  name: 'sweep',
  arn: 'arn:schedule',
  enabled: true,
  next: parseSchedule('rate(1 minute)'),
  functionArn: 'arn:function',
  input: undefined,
};

describe('the scheduler', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }));
  afterEach(() => void vi.useRealTimers());

  it('fires at each time, once when several were slept through, and not when disabled', async () => {
    const fired: [string, number][] = [];
    let now = 0;
    const disabled = { ...SCHEDULE, logicalId: 'Off', enabled: false };
    const scheduler = new Scheduler(
      [SCHEDULE, disabled],
      ({ logicalId }, time) => fired.push([logicalId, time]),
      () => now,
    );
    scheduler.start();
    const pass = async (millis: number) => {
      now += millis;
      await vi.advanceTimersByTimeAsync(1_000);
    };
    await pass(59_000);
    expect(fired).toEqual([]);
    await pass(1_000);
    expect(fired).toEqual([['Sweep', 60_000]]);
    await pass(600_000);
    expect(fired).toEqual([
      ['Sweep', 60_000],
      ['Sweep', 120_000],
    ]);
    scheduler.stop();
    await pass(600_000);
    expect(fired).toHaveLength(2);
  });
});

describe('the event of a schedule', () => {
  const place = { region: 'eu-west-1', accountId: '123456789012' };

  it('is its input, with the placeholders of EventBridge Scheduler filled', () => {
    const input = '{"what":"sweep","at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}';
    expect(JSON.parse(scheduleEvent({ ...SCHEDULE, input }, 0, place))).toEqual({
      what: 'sweep',
      at: '1970-01-01T00:00:00Z',
      by: 'arn:schedule',
    });
  });

  it('of a rule without input is a scheduled event', () => {
    expect(JSON.parse(scheduleEvent({ ...SCHEDULE, kind: 'rule' }, 0, place))).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '123456789012',
      time: '1970-01-01T00:00:00Z',
      resources: ['arn:schedule'],
    });
  });
});

describe('schedules of a template', () => {
  const read = (properties: Readonly<Record<string, unknown>>) =>
    readSchedules(
      readDeployment(
        readAssembly(
          writeAssembly({
            stacks: {
              app: {
                Resources: {
                  ...functionResources('Fn'),
                  Sweep: {
                    Type: 'AWS::Scheduler::Schedule',
                    Properties: {
                      ScheduleExpression: 'rate(1 minute)',
                      Target: { Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, RoleArn: 'r' },
                      ...properties,
                    },
                  },
                },
              },
            },
          }),
        ),
      ),
    );

  it('know their target and state', () => {
    expect(read({ State: 'DISABLED' })).toMatchObject([{ logicalId: 'Sweep', enabled: false, kind: 'schedule' }]);
  });

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{ ScheduleExpression: 'rate(1 week)' }, 'app / Sweep / Properties.ScheduleExpression: schedule rate(1 week)'],
    [{ ScheduleExpressionTimezone: 'Europe/Berlin' }, 'time zone Europe/Berlin is not known here, expected UTC'],
    [
      { Target: { Arn: 'arn:aws:sqs:::x', RoleArn: 'r' } },
      'app / Sweep / Properties.Target.Arn: target arn:aws:sqs:::x is no function',
    ],
  ])('refuse %j with its place', (properties, message) => {
    expect(() => read(properties)).toThrow(message);
  });
});

describe('an asynchronous invocation', () => {
  const settings = { maximumRetries: 2, maximumAgeMillis: 60_000, onFailureBucket: undefined };
  const result = (error?: InvocationResult['error']): InvocationResult => ({
    requestId: 'r',
    payload: '{}',
    ...(error && { error }),
  });
  const failure = { errorType: 'E', errorMessage: 'no' };

  const run = async (answers: (() => InvocationResult)[], now = () => 0) => {
    let calls = 0;
    const work = invokeAsync({
      settings,
      invoke: async () => (answers[calls++] ?? (() => result(failure)))(),
      now,
      signal: new AbortController().signal,
      retryMillis: 1,
    });
    return { ...(await work), calls };
  };

  it('runs until it succeeds', async () => {
    const { result: last, calls } = await run([() => result(failure), () => result()]);
    expect([last.error, calls]).toEqual([undefined, 2]);
  });

  it('ends with the error when its retries are spent', async () => {
    const { result: last, calls, invocations } = await run([]);
    expect([last.error, calls, invocations]).toEqual([failure, 3, 3]);
  });

  it('spends no retry on throttling', async () => {
    const throttle = () => {
      throw new Error('Rate Exceeded.');
    };
    const { invocations, calls } = await run([throttle, throttle, throttle, () => result()]);
    expect([invocations, calls]).toEqual([1, 4]);
  });

  it('ends when the event is too old', async () => {
    let now = 0;
    const { calls } = await run([], () => {
      now += 40_000;
      return now;
    });
    expect(calls).toBe(2);
  });
});
