import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { MemoryEventStore } from '../../../functions/adapters/event-store/memory.ts';
import { WORKFLOW_EXECUTION } from '../../../functions/core/log-record.ts';
import { makeAnalytics } from '../../../functions/search/metrics/analytics.ts';
import { makeCategoryMetrics } from '../../../functions/search/metrics/category-metrics.ts';
import { makeLogStats } from '../../../functions/search/metrics/log-stats.ts';
import { makeServiceMetrics } from '../../../functions/search/metrics/service-metrics.ts';
import { makeSystemMetrics } from '../../../functions/search/metrics/system-metrics.ts';
import * as api from '../../../functions/search/metrics-api.ts';
import { callOf } from '../../support/calls.ts';
import { type EventMembers, lineOf, MOMENT, makeEventSpace } from '../../support/event-builder.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const { project, index, anEvent } = makeEventSpace();
const store = new MemoryEventStore();
const parts = { events: store, now: () => MOMENT };

/** Calls a use case as the edge does: input through its schema, output checked against its schema. */
const ask =
  <I extends z.ZodType, O extends z.ZodType>(
    input: I,
    output: O,
    run: (parsed: z.output<I>, call: ReturnType<typeof callOf>) => Promise<z.input<O>>,
  ) =>
  async (given: z.input<I>): Promise<z.output<O>> =>
    output.parse(await run(input.parse(given), callOf(project)));

const stats = ask(api.LogStatsInput, api.LogStats, makeLogStats(parts));
const analytics = ask(api.AnalyticsInput, api.Analytics, makeAnalytics(parts));
const service = ask(api.ServiceMetricsInput, api.ServiceMetrics, makeServiceMetrics(parts));
const system = ask(api.SystemMetricsInput, api.SystemMetrics, makeSystemMetrics(parts));
const categories = ask(api.CategoryMetricsInput, api.CategoryMetrics, makeCategoryMetrics(parts));

const workflow = (millis: number, category: string, status: string, seconds?: number): EventMembers => ({
  millis,
  body: null,
  severityNumber: 0,
  eventName: WORKFLOW_EXECUTION,
  attributes: { category, status, ...(seconds !== undefined && { execution_time_seconds: seconds }) },
  resource: {},
});

const EVENTS: EventMembers[] = [
  // the last hour: 98 of cart, 2 of them errors, and 4 of mail without any
  ...Array.from({ length: 96 }, (_, n) => ({
    millis: MOMENT - 30 * MINUTE + n,
    body: `request ${n}`,
    attributes: { duration_ms: n + 1 },
    resource: {
      'service.name': n % 2 ? 'cart' : 'Cart',
      'host.name': `h${n % 3}`,
      'deployment.environment.name': 'prod',
    },
  })),
  ...Array.from({ length: 2 }, (_, n) => ({
    millis: MOMENT - (n + 1) * MINUTE,
    body: 'out of stock',
    severityNumber: 17,
    severityText: 'error',
    resource: { 'service.name': 'cart' },
  })),
  ...Array.from({ length: 4 }, (_, n) => ({
    millis: MOMENT - 20 * MINUTE + n,
    resource: { 'service.name': 'mail' },
  })),
  // the hour before: half as many
  ...Array.from({ length: 51 }, (_, n) => ({
    millis: MOMENT - 90 * MINUTE + n,
    resource: { 'service.name': 'cart' },
  })),
  // workflow executions of the last three days, and one of the week before
  workflow(MOMENT - DAY, 'billing', 'SUCCESS', 2),
  workflow(MOMENT - DAY - 1, 'Billing', 'success', 4),
  workflow(MOMENT - DAY - 2, 'billing', 'failed', 9),
  workflow(MOMENT - 3 * DAY, 'access', 'completed'),
  workflow(MOMENT - 8 * DAY, 'billing', 'success', 100),
];

beforeAll(async () => {
  await store.create([{ project, index, lines: EVENTS.map((members) => lineOf(anEvent(members))) }]);
});

describe('statistics of logs', () => {
  it('count all that is kept where no period is asked for', async () => {
    const found = await stats({});
    expect(found).toMatchObject({
      total_logs: EVENTS.length,
      error_count: 2,
      active_services: 2,
      by_level: { INFO: 151, ERROR: 2, NONE: 5 },
      by_service: { cart: 149, mail: 4 },
      by_environment: { prod: 96 },
      performance: {
        execution_time_seconds: { count: 4, min: 2, max: 100 },
        duration_ms: { count: 96, avg: 48.5, min: 1, max: 96, p50: 48.5, approximate: false },
      },
    });
    expect(found.period.from.slice(0, 10)).toBe(new Date(MOMENT - 8 * DAY).toISOString().slice(0, 10));
  });

  it('count a window of minutes, and a query within it', async () => {
    expect((await stats({ window: 60 })).total_logs).toBe(102);
    expect(await stats({ window: 60, query: 'service:mail' })).toMatchObject({
      total_logs: 4,
      logs_per_minute: 0.067,
      performance: { duration_ms: null },
    });
  });
});

describe('analytics', () => {
  it('tell the trend of a period beside the period before, no step left out', async () => {
    const found = await analytics({ window: 60, interval: '10m' });
    expect(found).toMatchObject({
      interval_ms: 600_000,
      total_logs: 102,
      volume_change: { previous: 51, change: 1 },
      error_rate_change: { previous: 0, change: null },
      top_errors: [{ message: 'out of stock', count: 2, service: 'cart' }],
    });
    expect(found.trend.length).toBeGreaterThanOrEqual(6);
    expect(found.trend.reduce((sum, { total }) => sum + total, 0)).toBe(102);
    expect(found.trend.reduce((sum, point) => sum + point.error_count, 0)).toBe(2);
    expect(found.trend.some(({ total }) => total === 0)).toBe(true);
  });

  it('refuse a step that is none, and one too short for the period', async () => {
    await expect(analytics({ interval: 'often' })).rejects.toMatchObject({ code: 'time_range' });
    await expect(analytics({ days: 30, interval: '1s' })).rejects.toMatchObject({ code: 'time_range' });
  });
});

describe('metrics of a service', () => {
  it('are those of the last hour under the name as it was last spelled', async () => {
    const found = await service({ name: 'CART' });
    expect(found).toMatchObject({
      service: 'cart',
      total_logs: 98,
      error_count: 2,
      health: 'degraded',
      hosts: { h0: 32, h1: 32, h2: 32 },
      environments: { prod: 96 },
      volume_change: { previous: 51 },
    });
    expect(found.last_seen?.slice(0, 19)).toBe(new Date(MOMENT - MINUTE).toISOString().slice(0, 19));
  });

  it('call a service silent that says nothing', async () => {
    expect(await service({ name: 'nobody' })).toMatchObject({ total_logs: 0, health: 'silent', last_seen: null });
  });
});

describe('metrics of the system', () => {
  it('tell each service with its health', async () => {
    expect(await system({})).toMatchObject({
      total_logs: 102,
      active_services: 2,
      active_hosts: 3,
      health: 'degraded',
      services: [
        { service: 'cart', count: 98, error_count: 2, health: 'degraded' },
        { service: 'mail', count: 4, error_count: 0, health: 'healthy' },
      ],
    });
  });
});

describe('metrics of categories', () => {
  it('tell success, execution time and trend of workflow executions', async () => {
    const found = await categories({ interval: '1d' });
    expect(found).toMatchObject({ total: 2, total_executions: 4, success_rate: 0.75 });
    expect(found.items).toMatchObject([
      {
        category: 'billing',
        count: 3,
        success_count: 2,
        failure_count: 1,
        success_rate: 0.666667,
        execution_time: { avg: 5, p50: 4 },
        previous: 1,
        change: 2,
      },
      { category: 'access', count: 1, success_rate: 1, execution_time: null, previous: 0, change: null },
    ]);
    for (const { count, trend } of found.items) {
      expect(trend.reduce((sum, point) => sum + point.count, 0)).toBe(count);
      expect(trend.length).toBeGreaterThanOrEqual(7);
    }
  });
});
