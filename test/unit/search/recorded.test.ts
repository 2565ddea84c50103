import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import { TableSearchRecorder } from '../../../functions/adapters/audit-trail/search-recorder.ts';
import { DynamoDbSearchEntries } from '../../../functions/adapters/audit-trail/searches.ts';
import { DynamoDbAuditSettings } from '../../../functions/adapters/audit-trail/settings.ts';
import { Failure } from '../../../functions/core/errors.ts';
import { Reply } from '../../../functions/core/http.ts';
import { maskQuery } from '../../../functions/core/mask.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import type { Route } from '../../../functions/core/route.ts';
import * as api from '../../../functions/search/api.ts';
import { exportRoute } from '../../../functions/search/export-api.ts';
import * as metrics from '../../../functions/search/metrics-api.ts';
import { isSearch, recordedAnswer } from '../../../functions/search/recorded.ts';
import * as trace from '../../../functions/search/trace-api.ts';
import { callOf } from '../../support/calls.ts';
import { startTables } from '../../support/tables.ts';

const START = Date.parse('2026-11-21T12:00:00Z');
const clock = { now: START };
const now = () => clock.now;
const project = ProjectId.parse('recorded');
const call = callOf(project);

let tables: Awaited<ReturnType<typeof startTables>>;
let entries: DynamoDbSearchEntries;
let settings: DynamoDbAuditSettings;
let version = 0;
const lines: string[] = [];

beforeAll(async () => {
  tables = await startTables('audit');
  entries = new DynamoDbSearchEntries(tables.client, 'audit');
  settings = new DynamoDbAuditSettings(tables.client, 'audit', new DynamoDbAuditTrail(tables.client, 'audit', now));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await tables.stop();
});
beforeEach(() => {
  lines.length = 0;
  clock.now += 60_000;
});

async function record(recordSearches: boolean, keepDays = 30): Promise<void> {
  const next = {
    version: ++version,
    recordSearches,
    keepDays,
    updatedAt: new Date(now()).toISOString(),
    updatedBy: 'a',
  };
  await settings.replace(project, next, {
    project,
    actor: { type: 'user', id: 'a', name: 'a' },
    action: 'audit_settings.updated',
    entityType: 'audit_settings',
    entityId: project,
    result: 'success',
  });
}

const recorder = (store: Pick<DynamoDbSearchEntries, 'add'> = entries, patience?: number) =>
  new TableSearchRecorder(settings, store, now, patience);
const newest = async () => (await entries.before(project, '~', 100))[0];
const page = { logs: [{}, {}], total: 17, total_relation: 'eq', page: 1, partial: false, took_ms: 1 };
const ask = (
  input: object,
  answer: () => Promise<unknown> = async () => page,
  by = recorder(),
  route: Route = api.searchRoute,
) => recordedAnswer(by, route, answer, now)(input, call);

describe('a search of a project that asks for it', () => {
  it('is told of with who asked, for what, of which time, and what came of it', async () => {
    await record(true);
    const input = api.SearchInput.parse({ query: 'level:error', from: 'now-15m', service: 'shop', limit: '2' });
    expect(await ask(input)).toBe(page);
    expect(await newest()).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      timestamp: new Date(clock.now).toISOString(),
      actor: { type: 'user', id: 'u-1', name: 'u-1' },
      action: 'read.search_logs',
      entity_type: 'project',
      entity_id: project,
      result: 'success',
      query: 'level:error',
      from: new Date(clock.now - 15 * 60_000).toISOString().replace('Z', '000000Z'),
      parameters: { from: 'now-15m', service: ['shop'], limit: 2 },
      count: 2,
      total: 17,
      partial: false,
      took_ms: expect.any(Number),
      ip_address: '192.0.2.1',
      user_agent: 'test',
      trace_id: call.traceId,
      correlation_id: 'correlation-1',
      request_id: 'request-1',
    });
  });

  it.each([
    ['a failure of ours to tell', new Failure('query_limit', 'too much'), 'query_limit'],
    ['a defect', new TypeError('x is undefined'), 'internal'],
  ])('is told of with the code of its end where it is %s, which stays as it was', async (_what, error, code) => {
    await record(true);
    await expect(ask({ query: 'q' }, () => Promise.reject(error))).rejects.toBe(error);
    expect(await newest()).toMatchObject({ result: 'failure', error_code: code, query: 'q' });
  });

  it('says how many events were handed out, whatever the shape of the answer', async () => {
    await record(true);
    const counted = async (route: Route, output: unknown) => {
      clock.now += 1;
      await ask({ id: 'b123' }, async () => output, recorder(), route);
      const entry = await newest();
      return [entry?.action, entry?.entity_type, entry?.count, entry?.total, entry?.partial];
    };
    const rows = { 'x-export-rows': '250', 'x-export-complete': 'false' };
    expect(await counted(exportRoute, new Reply(200, { headers: rows }))).toEqual([
      'read.export_logs',
      'project',
      250,
      undefined,
      true,
    ]);
    expect(await counted(api.getLogRoute, { id: 'b123', message: 'm' })).toEqual([
      'read.get_log',
      'log',
      1,
      undefined,
      undefined,
    ]);
    const around = { before: [{}], event: {}, after: [{}, {}], partial: false };
    expect(await counted(api.contextRoute, around)).toEqual(['read.log_context', 'log', 4, undefined, false]);
    expect(await counted(trace.correlationRoute, { ...page, id: 'x' })).toEqual([
      'read.get_correlation_trace',
      'project',
      2,
      17,
      false,
    ]);
    expect(await counted(api.facetsRoute, { facets: {}, total: 5, partial: false })).toEqual([
      'read.log_facets',
      'project',
      undefined,
      5,
      false,
    ]);
    expect(await counted(api.overviewRoute, new Reply(200))).toEqual([
      'read.metrics_overview',
      'project',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('holds no secret, neither one that is looked for nor one that slipped into the text', async () => {
    await record(true);
    await ask({ query: 'password:hunter2 Bearer abcdefghijklmnop ok', prefix: 'trb_local_abcdefghijklmnopqrst' });
    const { query, parameters } = (await newest()) ?? {};
    expect([query, parameters]).toEqual(['password:[masked] [masked] ok', { prefix: '[masked]' }]);
  });

  it('ends by itself after the days that the project keeps them', async () => {
    await record(true, 7);
    let kept: number | undefined;
    const store = {
      add: async (_project: ProjectId, _entry: unknown, expiresAt: number) => {
        kept = expiresAt;
      },
    };
    await ask({ query: '' }, undefined, recorder(store));
    expect(kept).toBe(Math.floor(clock.now / 1000) + 7 * 86_400);
  });
});

describe('a search', () => {
  it('is not told of unless its project asks for it, nor once it no longer does', async () => {
    const one = recorder();
    await record(false);
    const before = await entries.before(project, '~', 1_000);
    await ask({ query: 'quiet' }, undefined, one);
    await record(true);
    await ask({ query: 'not yet known' }, undefined, one);
    clock.now += 50_000;
    await ask({ query: 'known' }, undefined, one);
    await record(false);
    clock.now += 50_000;
    await ask({ query: 'quiet again' }, undefined, one);
    const since = (await entries.before(project, '~', 1_000)).slice(0, -before.length);
    expect(since.map(({ query }) => query)).toEqual(['known']);
  });

  it('is answered though its entry cannot be written, or not in time, and the own log says so', async () => {
    await record(true);
    const failing = { add: () => Promise.reject(new Error('no table')) };
    expect(await ask({ query: 'secret words' }, undefined, recorder(failing))).toBe(page);
    const hanging = { add: () => new Promise<void>(() => {}) };
    expect(await ask({ query: 'secret words' }, undefined, recorder(hanging, 20))).toBe(page);
    const told = lines.map((line) => JSON.parse(line));
    expect(told.map(({ body, severityText }) => [body, severityText])).toEqual([
      ['search was not recorded', 'ERROR'],
      ['search was not recorded', 'ERROR'],
    ]);
    expect(told[0].attributes).toMatchObject({ 'tributary.operation': 'searchLogs', 'exception.message': 'no table' });
    expect(lines.join()).not.toContain('secret words');
  });

  it('is answered where nobody can say whether it is to be told of, and goes by what was said last', async () => {
    const away = { find: () => Promise.reject(new Error('away')) };
    expect(await ask({ query: '' }, undefined, new TableSearchRecorder(away, entries, now))).toBe(page);
    expect(JSON.parse(lines[0] ?? '{}').body).toBe('search was not recorded');
    await record(true);
    let broken = false;
    const known = { find: (of: ProjectId) => (broken ? Promise.reject(new Error('away')) : settings.find(of)) };
    const one = new TableSearchRecorder(known, entries, now);
    await ask({ query: 'before' }, undefined, one);
    broken = true;
    clock.now += 3_600_000;
    await ask({ query: 'in the outage' }, undefined, one);
    expect((await newest())?.query).toBe('in the outage');
  });

  it('is every read that is asked by a query or for what an id names', () => {
    const exported: readonly object[] = [api, metrics, trace].flatMap((each) => Object.values(each));
    const isRead = (each: object): each is Route => 'operationId' in each && 'access' in each && each.access === 'read';
    const reads = [...exported.filter(isRead), exportRoute];
    const names = (searches: boolean) =>
      reads.filter((route) => isSearch(route) === searches).map(({ operationId }) => operationId);
    expect(names(false)).toEqual(['lastLog', 'cacheStats']);
    expect(names(true)).toHaveLength(18);
    expect(isSearch({ ...api.searchRoute, access: 'write' })).toBe(false);
  });
});

describe('the text of a query', () => {
  it.each([
    ['password:hunter2', 'password:[masked]'],
    ['user.password:"hunter 2" rest', 'user.password:[masked] rest'],
    ['"api_key":abc AND x:1', '"api_key":[masked] AND x:1'],
    ['token:(a OR "b c") level:error', 'token:[masked] level:error'],
    ['secret:/a.b c/ d', 'secret:[masked] d'],
    ['authorization = x', 'authorization = [masked]'],
    ['tokens:5 OR passwordless:yes', 'tokens:5 OR passwordless:yes'],
    ['"password is wrong"', '"password is wrong"'],
    ['password:"open', 'password:[masked]'],
    ['https://me:pw123@host/ x', 'https://me:[masked]@host/ x'],
  ])('%s is kept as %s', (query, kept) => {
    expect(maskQuery(query)).toBe(kept);
  });

  it('is masked in a time that grows with its length and no faster', () => {
    const millisOf = (text: string) =>
      Math.min(
        ...[1, 2, 3].map(() => {
          const startedAt = performance.now();
          maskQuery(text);
          return performance.now() - startedAt;
        }),
      );
    for (const piece of ['a', 'a:', '"', 'password:(', 'password:"\\', 'a.b-', '/', ' ']) {
      const [short, long] = [20_000, 320_000].map((size) => millisOf(piece.repeat(size / piece.length)));
      // sixteen times the text; were it squared, 256 times the time
      expect(long ?? 0, piece).toBeLessThan(80 * Math.max(short ?? 0, 0.2));
    }
  });
});
