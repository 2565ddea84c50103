import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { MemoryEventStore } from '../../../functions/adapters/event-store/memory.ts';
import type { Caller } from '../../../functions/core/caller.ts';
import { DomainError } from '../../../functions/core/errors.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { ProjectId as Project } from '../../../functions/core/project.ts';
import type { UnixNano } from '../../../functions/core/unix-nano.ts';
import * as api from '../../../functions/search/api.ts';
import { makeContext } from '../../../functions/search/context.ts';
import { makeFacets, makeFields, makeValues } from '../../../functions/search/facets.ts';
import { makeGetLog } from '../../../functions/search/get-log.ts';
import { makeHistogram } from '../../../functions/search/histogram.ts';
import { makeLastEvent } from '../../../functions/search/last-event.ts';
import { makeOverview } from '../../../functions/search/overview.ts';
import { makeRecentLogs, makeSearchLogs } from '../../../functions/search/search-logs.ts';
import { makeTimeseries } from '../../../functions/search/timeseries.ts';
import { makeWithoutFilter } from '../../../functions/search/without-filter.ts';
import { type EventMembers, lineOf, MOMENT, makeEventSpace } from '../../support/event-builder.ts';

const MINUTE = 60_000;
const { project, index, anEvent } = makeEventSpace();
const stranger = Project.parse('somebody-else');
const signal = new AbortController().signal;
const callOf = (of: ProjectId) => ({
  signal,
  caller: {
    kind: 'session',
    id: 'u',
    name: 'u',
    project: of,
    scopes: new Set(['read']),
    platformAdmin: false,
  } satisfies Caller as Caller,
});

const store = new MemoryEventStore();
const parts = { events: store, now: () => MOMENT };
const search = ask(api.SearchInput, api.SearchResponse, makeSearchLogs(parts));

/** Calls a use case as the edge does: input through its schema, output checked against its schema. */
function ask<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  run: (parsed: z.output<I>, call: ReturnType<typeof callOf>) => Promise<z.input<O>>,
) {
  return async (given: z.input<I>, of: ProjectId = project): Promise<z.output<O>> =>
    output.parse(await run(input.parse(given), callOf(of)));
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DomainError) return error.code;
  throw error ?? new Error('it was answered');
}

const EVENTS: EventMembers[] = [
  ...Array.from({ length: 10 }, (_, n) => ({
    millis: MOMENT - n * MINUTE,
    body: `request ${n} done`,
    attributes: { n, request_id: `r-${n}` },
    resource: { 'service.name': n % 2 ? 'Cart' : 'checkout', 'host.name': 'h1' },
  })),
  {
    millis: MOMENT - 5 * MINUTE,
    body: 'payment failed',
    severityNumber: 17,
    severityText: 'ERR',
    attributes: { n: 100 },
    resource: { 'service.name': 'checkout', 'deployment.environment.name': 'production' },
  },
  {
    millis: MOMENT - 6 * MINUTE,
    body: 'Payment failed',
    severityNumber: 21,
    severityText: 'fatal',
    resource: { 'service.name': 'checkout' },
  },
  { millis: MOMENT - 90 * MINUTE, body: 'long ago', resource: { 'service.name': 'cart' } },
  ...(['SUCCESS', 'FAILED', 'SUCCESS'] as const).map((status, n) => ({
    millis: MOMENT - (20 + n) * MINUTE,
    body: null,
    eventName: 'workflow.execution',
    attributes: {
      status,
      category: 'vpn',
      ticket_id: `INC-${n}`,
      execution_time_seconds: n + 1,
      metrics: { confidence: 0.5 },
    },
    resource: { 'deployment.environment.name': 'production' },
  })),
];
const records = EVENTS.map((members) => anEvent(members));

beforeAll(async () => {
  await store.create([{ project, index, lines: records.map(lineOf) }]);
});

describe('search', () => {
  it('answers the newest events first under the names of the API', async () => {
    const page = await search({ query: 'service:checkout payment', limit: 1 });
    expect(page).toMatchObject({ total: 2, total_relation: 'eq', page: 1, page_size: 1, partial: false });
    expect(page.logs[0]).toMatchObject({
      id: records[10]?.id,
      timestamp: '2026-11-21T07:35:00.000000000Z',
      level: 'ERR',
      severity: 'ERROR',
      severity_number: 17,
      service: 'checkout',
      environment: 'production',
      message: 'payment failed',
      attributes: { n: 100 },
    });
  });

  it('shows a workflow execution with its own members and a message made of them', async () => {
    const [first] = (await search({ query: 'ticket_id:INC-1' })).logs;
    expect(first).toMatchObject({
      message: 'FAILED vpn INC-1',
      status: 'FAILED',
      client_id: project,
      execution_time_seconds: 2,
      executed_at: first?.timestamp,
      metrics: { confidence: 0.5 },
    });
  });

  it('joins filter parameters to the query, any of several values', async () => {
    expect((await search({ service: ['cart', 'checkout'], level: 'error' })).total).toBe(1);
    expect((await search({ level: ['error', 'FATAL'] })).total).toBe(2);
    expect((await search({ status: 'failed', category: 'VPN' })).total).toBe(1);
    expect((await search({ query: 'request OR payment', service: 'cart' })).total).toBe(5);
  });

  it('reads ranges in every form, and around a moment', async () => {
    expect((await search({ from: '-4m' })).total).toBe(5);
    expect((await search({ from: 'now-4m', to: 'now' })).total).toBe(4);
    expect((await search({ start_time: '2026-11-21T07:38:00Z', end_time: String(MOMENT) })).total).toBe(2);
    expect((await search({ from: '2026-11-21', to: '2026-11-21' })).total).toBe(records.length);
    expect((await search({ timestamp: '2026-11-21T07:35:00Z' })).logs.map(({ message }) => message).sort()).toEqual([
      'payment failed',
      'request 5 done',
    ]);
  });

  it('pages by number and by cursor, over all events once', async () => {
    const byNumber: string[] = [];
    for (let page = 1; page <= 4; page++)
      byNumber.push(...(await search({ page, page_size: 5 })).logs.map(({ id }) => id));
    const byCursor: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const found = await search({ limit: 5, ...(cursor !== undefined && { cursor }) });
      expect(found).toMatchObject({ total: records.length, page: ++pages });
      byCursor.push(...found.logs.map(({ id }) => id));
      cursor = found.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(byCursor).toEqual(byNumber);
    expect(new Set(byCursor).size).toBe(records.length);
  });

  it('keeps a relative range where it was while someone pages', async () => {
    let moment = MOMENT;
    const moving = ask(api.SearchInput, api.SearchResponse, makeSearchLogs({ events: store, now: () => moment }));
    const first = await moving({ from: '-8m', limit: 9 });
    moment += 5 * MINUTE;
    const second = await moving({ from: '-8m', limit: 9, cursor: first.next_cursor as string });
    expect(first.logs.length + second.logs.length).toBe(first.total);
  });

  it('refuses a cursor that is none, changed, or of another query, order or project', async () => {
    const cursor = (await search({ limit: 1 })).next_cursor as string;
    for (const given of [
      { cursor: 'x', limit: 1 },
      { cursor: `${cursor.slice(0, -3)}AAA`, limit: 1 },
      { cursor, query: 'other', limit: 1 },
      { cursor, order: 'asc' as const, limit: 1 },
    ]) {
      expect(await codeOf(search(given))).toBe('invalid_cursor');
    }
    expect(await codeOf(search({ cursor, limit: 1 }, stranger))).toBe('invalid_cursor');
  });

  it('says what is wrong with a request and what to do', async () => {
    expect(await codeOf(search({ page: 1_000_000_000 }))).toBe('page_limit');
    expect(await codeOf(search({ query: 'a OR' }))).toBe('query_syntax');
    expect(await codeOf(search({ query: 'duration:>abc' }))).toBe('query_type');
    expect(await codeOf(search({ from: 'yesterday-ish' }))).toBe('invalid_time');
    expect(await codeOf(search({ from: 'now', to: 'now-1h' }))).toBe('time_range');
    expect(await codeOf(search({ from: '-1h', start_time: '-2h' }))).toBe('time_range');
    expect(await codeOf(search({ query: '* | sort service' }))).toBe('query_syntax');
    expect(await codeOf(search({ query: '* | stats count | sort nothing' }))).toBe('query_syntax');
    expect(api.SearchInput.safeParse({ limit: '1001' }).success).toBe(false);
  });

  it('answers tables, sorted and cut as the pipes say', async () => {
    const { stats, logs, total } = await search({
      query: 'request | stats count, avg(n), max(n) by service | sort avg(n)',
    });
    expect({ logs, total }).toEqual({ logs: [], total: 10 });
    expect(stats).toEqual({
      columns: [
        { name: 'service', kind: 'group' },
        { name: 'count', kind: 'measure' },
        { name: 'avg(n)', kind: 'measure' },
        { name: 'max(n)', kind: 'measure' },
      ],
      rows: [
        ['checkout', 5, 4, 8],
        ['Cart', 5, 5, 9],
      ],
      omitted: 0,
      approximate: false,
    });
    const top = await search({ query: '* | top 1 service | fields count' });
    expect(top.stats).toMatchObject({ columns: [{ name: 'count', kind: 'measure' }], rows: [[7]], omitted: 1 });
    const times = await search({ query: 'request | stats count by time(10m) | sort time' });
    expect(times.stats?.rows).toEqual([
      ['2026-11-21T07:30:00.000Z', 9],
      ['2026-11-21T07:40:00.000Z', 1],
    ]);
  });

  it('keeps a limit of the query over all pages', async () => {
    const first = await search({ query: 'request | sort time | limit 3', limit: 2 });
    expect(first).toMatchObject({ total: 3, logs: [{ message: 'request 9 done' }, { message: 'request 8 done' }] });
    const second = await search({
      query: 'request | sort time | limit 3',
      limit: 2,
      cursor: first.next_cursor as string,
    });
    expect(second).toMatchObject({ logs: [{ message: 'request 7 done' }], next_cursor: null });
  });

  it('knows recent events and single ones, of the own project only', async () => {
    const recent = await ask(api.RecentInput, api.SearchResponse, makeRecentLogs(parts))({ limit: 2 });
    expect(recent.logs.map(({ message }) => message)).toEqual(['request 0 done', 'request 1 done']);
    const get = ask(api.GetLogInput, api.LogEvent, makeGetLog(parts));
    const id = records[0]?.id as string;
    expect((await get({ id })).id).toBe(id);
    const [foreign, nowhere] = await Promise.all([codeOf(get({ id }, stranger)), codeOf(get({ id: 'nowhere' }))]);
    expect([foreign, nowhere]).toEqual(['not_found', 'not_found']);
  });
});

describe('numbers', () => {
  it('counts every bucket of the range, the empty ones too', async () => {
    const histogram = ask(api.HistogramInput, api.HistogramResponse, makeHistogram(parts));
    const found = await histogram({ from: 'now-10m', to: 'now', buckets: 10, query: 'payment' });
    expect(found.interval_ms).toBe(60_000);
    expect(found.buckets.map(({ total }) => total)).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
    expect(found.buckets[4]).toEqual({ time: '2026-11-21T07:34:00.000Z', total: 1, counts: { FATAL: 1 } });
    const open = await histogram({});
    expect(open.from).toBe('2026-11-21T06:10:00.000000000Z');
    expect(open.buckets.reduce((sum, { total }) => sum + total, 0)).toBe(records.length);
    expect(open.buckets.length).toBeLessThanOrEqual(120);
  });

  it('counts facets, fields and values', async () => {
    const facets = await ask(
      api.FacetsInput,
      api.FacetsResponse,
      makeFacets(parts),
    )({ fields: 'level,service,env', limit: 1 });
    expect(facets.facets).toEqual([
      {
        field: 'level',
        values: [{ value: 'INFO', count: 14 }],
        other: 2,
        distinct: 3,
        distinct_relation: 'eq',
        missing: 0,
        error_bound: 0,
      },
      {
        field: 'service',
        values: [{ value: 'checkout', count: 7 }],
        other: 6,
        distinct: 2,
        distinct_relation: 'eq',
        missing: 3,
        error_bound: 0,
      },
      {
        field: 'env',
        values: [{ value: 'production', count: 4 }],
        other: 0,
        distinct: 1,
        distinct_relation: 'eq',
        missing: 12,
        error_bound: 0,
      },
    ]);
    const fields = await ask(api.FieldsInput, api.FieldsResponse, makeFields(parts))({});
    expect(fields.items).toContainEqual({ name: 'n', type: 'number', count: 11 });
    expect(fields.items).toContainEqual({ name: 'metrics.confidence', type: 'number', count: 3 });
    expect(fields.items).toContainEqual({ name: 'service', type: 'string', count: 13 });
    const values = await ask(
      api.ValuesInput,
      api.ValuesResponse,
      makeValues(parts),
    )({ field: 'service', prefix: 'C', limit: 5 });
    expect(values.items).toEqual([
      { value: 'checkout', count: 7 },
      { value: 'Cart', count: 6 },
    ]);
    expect(await codeOf(ask(api.ValuesInput, api.ValuesResponse, makeValues(parts))({ field: 'message' }))).toBe(
      'invalid_request',
    );
  });

  it('shows a period beside the one before', async () => {
    const overview = await ask(api.OverviewInput, api.OverviewResponse, makeOverview(parts))({ window: 60 });
    expect(overview).toMatchObject({
      period: { from: '2026-11-21T06:40:00.000000000Z', to: '2026-11-21T07:40:00.000000000Z' },
      total_logs: 14,
      error_count: 2,
      active_services: 2,
      logs_by_level: { INFO: 12, ERROR: 1, FATAL: 1 },
      logs_by_service: [
        { service: 'checkout', count: 6, error_count: 2 },
        { service: 'Cart', count: 5, error_count: 0, error_rate: 0 },
      ],
      top_errors: [
        { message: 'payment failed', count: 2, service: 'checkout', last_seen: '2026-11-21T07:35:00.000000000Z' },
      ],
      previous: { total_logs: 1, active_services: 1, error_rate: 0 },
      success_rate: 0.666667,
      avg_execution_time: 2,
      categories: [{ category: 'vpn', count: 3, failures: 1 }],
      partial: false,
    });
    expect(
      await codeOf(ask(api.OverviewInput, api.OverviewResponse, makeOverview(parts))({ from: 'now', to: 'now' })),
    ).toBe('time_range');
  });

  it('fills the gaps of a series, and refuses one that is too long', async () => {
    const timeseries = ask(api.TimeseriesInput, api.TimeseriesResponse, makeTimeseries(parts));
    const found = await timeseries({ interval: '10m', window: 60 });
    expect(found.points.map(({ total }) => total)).toEqual([0, 0, 0, 2, 1, 11]);
    expect(found.points[5]).toMatchObject({
      error_count: 2,
      error_rate: 0.181818,
      by_level: { ERROR: 1, FATAL: 1, INFO: 9 },
    });
    expect(await codeOf(timeseries({ interval: '1s', days: 1 }))).toBe('time_range');
    expect(await codeOf(timeseries({ interval: 'often' }))).toBe('time_range');
  });

  it('knows the first and the last event, and of none that there is none', async () => {
    const last = ask(api.lastRoute.input, api.LastResponse, makeLastEvent(parts));
    expect(await last({})).toMatchObject({
      last_event_at: '2026-11-21T07:40:00.000000000Z',
      first_event_at: '2026-11-21T06:10:00.000000000Z',
      total: records.length,
    });
    expect(await last({}, stranger)).toMatchObject({ last_event_at: null, first_event_at: null, total: 0 });
  });
});

describe('around an event', () => {
  const context = ask(api.ContextInput, api.ContextResponse, makeContext(parts));

  it('shows events before and after it, of the same service or of all', async () => {
    const id = records[5]?.id as string;
    const same = await context({ id, window_seconds: 180, before: 1, after: 1 });
    expect([same.before, [same.event], same.after].map((list) => list.map(({ message }) => message))).toEqual([
      ['request 7 done'],
      ['request 5 done'],
      ['request 3 done'],
    ]);
    const all = await context({ id, window_seconds: 60, scope: 'all' });
    // which of two events of one instant comes first is told by their ids
    const around = [...all.before, ...all.after].map(({ message }) => message).sort();
    expect(around).toEqual(['Payment failed', 'payment failed', 'request 4 done', 'request 6 done']);
  });

  it('puts events of the same instant on one side each', async () => {
    const { project: other, index: where, anEvent: make } = makeEventSpace();
    const same = Array.from({ length: 5 }, (_, n) =>
      make({ body: `${n}`, timeUnixNano: '1763710800000000001' as UnixNano }),
    );
    await store.create([{ project: other, index: where, lines: same.map(lineOf) }]);
    const found = await context({ id: same[2]?.id as string }, other);
    expect([...found.before, found.event, ...found.after].map(({ id }) => id)).toEqual(
      same.map(({ id }) => id).toSorted(),
    );
  });
});

describe('an empty page', () => {
  it('counts what there would be without each filter, and as text', async () => {
    const without = ask(api.SelectionInput, api.WithoutFilterResponse, makeWithoutFilter(parts));
    const found = await without({ query: 'payment service:cart', level: 'error', from: '-1m' });
    expect(found.items.map(({ filter, kind, count, query }) => [filter, kind, count, query])).toEqual([
      ['payment', 'term', 0, 'service:cart'],
      ['service:cart', 'term', 0, 'payment'],
      ['level=error', 'parameter', 0, 'payment service:cart'],
      ['range', 'range', 0, 'payment service:cart'],
    ]);
    const service = await without({ query: 'payment service:cart' });
    expect(service.items.map(({ filter, count }) => [filter, count])).toEqual([
      ['payment', 6],
      ['service:cart', 2],
    ]);
    const text = await without({ query: 'request:5' });
    expect(text.items).toEqual([
      { filter: 'request:5', kind: 'term', count: records.length, count_relation: 'eq', query: '*' },
      { filter: 'request:5', kind: 'as_text', count: 1, count_relation: 'eq', query: '"request:5"' },
    ]);
  });
});
