import { describe, expect, it } from 'vitest';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import { DynamoDbIngestSettings } from '../../../functions/adapters/ingest-settings/dynamodb.ts';
import { DynamoDbLimiter } from '../../../functions/adapters/limiter/dynamodb.ts';
import { RetryLater } from '../../../functions/core/errors.ts';
import { decodeFrame, readLines } from '../../../functions/core/frame.ts';
import type { LogRecord } from '../../../functions/core/log-record.ts';
import type { ProjectId } from '../../../functions/core/project.ts';
import { makeAccept } from '../../../functions/ingest/accept.ts';
import { makeArchiveFrames } from '../../../functions/ingest/archive-frames.ts';
import type { Draft } from '../../../functions/ingest/draft.ts';
import { makeFindPolicy } from '../../../functions/ingest/policy/policy.ts';
import { makePreview } from '../../../functions/ingest/policy/preview.ts';
import { makeTakeQuota } from '../../../functions/ingest/policy/quota.ts';
import { makeGetSettings, makePutSettings, makeQuotaUse } from '../../../functions/ingest/policy/settings.ts';
import { IngestSettings, SanitisePreviewRequest } from '../../../functions/ingest/settings-api.ts';
import { callOf } from '../../support/calls.ts';
import { MemoryLedger, MemoryObjectStore, MemoryStream } from '../../support/fakes.ts';
import { readAuditTrail, startTables } from '../../support/tables.ts';

const PROJECT = 'demo' as ProjectId;
const SIGNAL = new AbortController().signal;
const MINUTE = 60_000;

/** Settings, limits and audit in the emulated DynamoDB, and what accepts by them. */
async function start({ factor = 1 } = {}) {
  const tables = await startTables('settings', 'limits', 'audit');
  // the emulated table has a clock of its own, by which items end
  const clock = { now: Date.parse('2050-01-01T12:00:00Z') };
  const now = () => clock.now;
  const audit = new DynamoDbAuditTrail(tables.client, 'audit', now);
  const settings = new DynamoDbIngestSettings(tables.client, 'settings', audit);
  const limiter = new DynamoDbLimiter(tables.client, 'limits', { factor }, now);
  const parts = { settings, limiter, now };
  const stream = new MemoryStream();
  let asked = 0;
  const policies = makeFindPolicy(
    {
      find: (project) => {
        asked++;
        return settings.find(project);
      },
    },
    now,
  );
  const accept = makeAccept({
    stream,
    quarantine: new MemoryObjectStore(),
    policies,
    quota: makeTakeQuota(limiter),
    now,
  });
  const call = callOf(PROJECT, { scopes: ['read', 'write', 'admin'] });
  return {
    tables,
    clock,
    stream,
    asked: () => asked,
    /** Of another instance, which has leases of its own. */
    otherLimiter: () => new DynamoDbLimiter(tables.client, 'limits', { factor }, now),
    accept: (drafts: readonly Draft[], project = PROJECT) =>
      accept(drafts, { project, retention: '30d', source: { protocol: 'test' }, hints: {} }, SIGNAL),
    get: () => makeGetSettings(parts)({}, call),
    put: (input: object) => makePutSettings(parts)(IngestSettings.parse(input), call),
    use: () => makeQuotaUse(parts)({}, call),
    preview: (input: object) => makePreview(parts)(SanitisePreviewRequest.parse(input), call),
    stored: (): LogRecord[] =>
      stream.records.flatMap((record) => readLines(decodeFrame(record)).map((line) => JSON.parse(line))),
  };
}

const draft = (body: string, more: Partial<Draft> = {}): Draft => ({ body, attributes: {}, resource: {}, ...more });

describe('settings of ingest', () => {
  it('hold for events from the next minute on, are read once in it, and leave an audit entry', async () => {
    const system = await start();
    await system.accept([draft('password=hunter2')]);
    const answer = await system.put({ sanitising: { rules: { password: 'keep', email: 'hash' } } });
    expect(answer.version).toBe(1);
    for (let n = 0; n < 20; n++) await system.accept([draft('password=hunter2')]);
    expect(system.asked()).toBe(1);
    system.clock.now += MINUTE;
    await system.accept([draft('password=hunter2 a@example.com')]);
    expect(system.asked()).toBe(2);
    const bodies = system.stored().map(({ body }) => body);
    expect(bodies.slice(0, 21)).toEqual(new Array(21).fill('password=[redacted:password]'));
    expect(bodies[21]).toMatch(/^password=hunter2 \[hash:email:[0-9a-f]{16}\]$/);
    const [entry] = await readAuditTrail(system.tables.client, 'audit', PROJECT);
    expect(entry?.action).toBe('ingest_settings.updated');
    await system.tables.stop();
  });

  it('refuse a version that is not the last, and keep their key for hashes', async () => {
    const system = await start();
    await system.put({ sanitising: { rules: { email: 'hash' } } });
    const hash = async () => (await system.preview({ sample: 'a@example.com' })).items[0]?.after;
    const before = await hash();
    await system.put({ version: 1, sanitising: { rules: { email: 'hash', phone: 'redact' } } });
    await expect(system.put({ version: 1 })).rejects.toMatchObject({ code: 'conflict' });
    expect(await hash()).toBe(before);
    const { version, rules, updated_by } = await system.get();
    expect({ version, updated_by }).toEqual({ version: 2, updated_by: 'u-1' });
    expect(rules.find(({ name }) => name === 'phone')).toMatchObject({ action: 'redact', default_action: 'keep' });
    await system.tables.stop();
  });

  it('name what is wrong: rules, patterns, queries, quotas', async () => {
    const system = await start();
    const wrong = async (input: object) => {
      const error = await system.put(input).catch((each: unknown) => each);
      return (error as { extensions: { errors: { pointer: string }[] } }).extensions.errors.map(
        ({ pointer }) => pointer,
      );
    };
    expect(await wrong({ sanitising: { rules: { nothing: 'redact' } } })).toEqual(['#/sanitising/rules/nothing']);
    expect(await wrong({ sanitising: { custom: [{ name: 'card', pattern: 'x' }] } })).toEqual([
      '#/sanitising/custom/0/name',
    ]);
    expect(await wrong({ sanitising: { custom: [{ name: 'a', pattern: '(' }] } })).toEqual([
      '#/sanitising/custom/0/pattern',
    ]);
    expect(await wrong({ drop_rules: [{ name: 'a', query: 'level:' }] })).toEqual(['#/drop_rules/0/query']);
    expect(await wrong({ drop_rules: [{ name: 'a', query: 'a | stats count()' }] })).toEqual(['#/drop_rules/0/query']);
    expect(await wrong({ quota: { bytes_per_day: 10 ** 15 } })).toEqual(['#/quota/bytes_per_day']);
    await system.tables.stop();
  });

  it('are not guessed: while they cannot be read nothing is stored', async () => {
    const policies = makeFindPolicy({ find: async () => Promise.reject(new Error('table is away')) }, Date.now);
    const stream = new MemoryStream();
    const accept = makeAccept({
      stream,
      quarantine: new MemoryObjectStore(),
      policies,
      quota: async () => [],
      now: Date.now,
    });
    const accepting = accept(
      [draft('hi')],
      { project: PROJECT, retention: '30d', source: { protocol: 'test' }, hints: {} },
      SIGNAL,
    );
    await expect(accepting).rejects.toBeInstanceOf(RetryLater);
    expect(stream.records).toEqual([]);
  });
});

describe('drop rules', () => {
  it('keep what they match out of the stream, and have it counted on the accepted side of the ledger', async () => {
    const system = await start();
    await system.put({ drop_rules: [{ name: 'health checks', query: 'path:/health' }] });
    const ids = await system.accept([
      draft('one', { attributes: { path: '/health' } }),
      draft('two', { attributes: { path: '/' } }),
      draft('password=hunter2'),
    ]);
    expect(new Set(ids).size).toBe(3);
    expect(system.stored().map(({ body }) => body)).toEqual(['two', 'password=[redacted:password]']);
    const [first] = system.stream.records.map((each) => decodeFrame(each).header);
    expect(first).toMatchObject({ events: 2, dropped: 1, sanitised: { password: 1 } });
    await system.accept([draft('three', { attributes: { path: '/health' } })]);
    expect(decodeFrame(system.stream.records[1] ?? Buffer.alloc(0)).header).toMatchObject({ events: 0, dropped: 1 });
    const ledger = new MemoryLedger();
    await makeArchiveFrames({ archive: new MemoryObjectStore(), ledger })(system.stream.deliveries());
    expect([...ledger.frames.values()].map(({ accepted, dropped }) => ({ accepted, dropped }))).toEqual([
      { accepted: 3, dropped: 1 },
      { accepted: 1, dropped: 1 },
    ]);
    await system.tables.stop();
  });

  it('keep a share of events: traces whole, and the same ones each time', async () => {
    const system = await start();
    await system.put({ drop_rules: [{ name: 'a tenth', query: '*', keep: 0.1 }] });
    const drafts = Array.from({ length: 4_000 }, (_, n) =>
      draft(`event ${n}`, {
        traceId: `f${Math.floor(n / 4)
          .toString(16)
          .padStart(31, '0')}`,
      }),
    );
    await system.accept(drafts);
    const traces = Map.groupBy(system.stored(), ({ traceId }) => traceId);
    expect([...traces.values()].every((events) => events.length === 4)).toBe(true);
    expect(traces.size / 1_000).toBeGreaterThan(0.06);
    expect(traces.size / 1_000).toBeLessThan(0.14);
    const before = system.stream.records.splice(0).length;
    expect(before).toBeGreaterThan(0);
    await system.accept(drafts);
    expect(new Set(system.stored().map(({ traceId }) => traceId))).toEqual(new Set(traces.keys()));
    await system.tables.stop();
  });
});

describe('the quota of a project', () => {
  it('refuses what is beyond it until the window ends, other projects aside, and shows its use before', async () => {
    const system = await start();
    await system.put({ quota: { events_per_minute: 100 } });
    const batch = Array.from({ length: 40 }, (_, n) => draft(`event ${n}`));
    await system.accept(batch);
    expect((await system.use()).items[0]).toMatchObject({
      of: 'events',
      window: 'minute',
      limit: 100,
      used: 40,
      remaining: 60,
    });
    await system.accept(batch);
    await expect(system.accept(batch)).rejects.toMatchObject({
      code: 'rate_limited',
      headers: { 'retry-after': '60' },
    });
    expect(system.stored().length).toBe(80);
    await system.accept(batch, 'other' as ProjectId);
    await system.accept(batch.slice(0, 20));
    system.clock.now += MINUTE;
    await system.accept(batch);
    expect(system.stored().length).toBe(180);
    await system.tables.stop();
  });

  it('takes a batch larger than a window as the whole of one', async () => {
    const system = await start();
    await system.put({ quota: { events_per_minute: 10 } });
    const batch = Array.from({ length: 40 }, (_, n) => draft(`event ${n}`));
    await system.accept(batch);
    await expect(system.accept(batch.slice(0, 1))).rejects.toMatchObject({ code: 'rate_limited' });
    await system.tables.stop();
  });

  it('is held by all instances together, and a window of a day is not used up by what each holds', async () => {
    const system = await start();
    const of = 'events_day' as const;
    const take = { of, who: 'project:demo', units: 10_000, amount: 10 };
    // each instance ends after ten small takes
    for (let n = 0; n < 40; n++) {
      const limiter = system.otherLimiter();
      for (let each = 0; each < 10; each++) await limiter.take(take);
    }
    const { limit, remaining } = await system.otherLimiter().look(take);
    const taken = limit - remaining;
    expect(taken).toBeGreaterThanOrEqual(4_000);
    expect(taken).toBeLessThanOrEqual(8_000);
    await system.tables.stop();
  });
});

describe('a dry run', () => {
  it('tells what the rules would do to a sample, and where', async () => {
    const system = await start();
    const answer = await system.preview({
      sample: 'all well\nlogin password=hunter2 of a@example.com\n{"message":"ping","path":"/health"}',
      sanitising: { rules: { email: 'redact' } },
      drop_rules: [{ name: 'health', query: 'path:/health' }],
    });
    expect(answer).toMatchObject({ events: 3, touched: 1, counts: { password: 1, email: 1 }, dropped: { health: 1 } });
    const [login, ping] = answer.items;
    expect(login?.after).toBe('login password=[redacted:password] of [redacted:email]');
    expect(login?.highlights.map(({ rule, start: from, end }) => [rule, login.before.slice(from, end)])).toEqual([
      ['password', 'hunter2'],
      ['email', 'a@example.com'],
    ]);
    expect(ping).toMatchObject({ position: 2, dropped_by: 'health', highlights: [] });
    expect(system.stream.records).toEqual([]);
    await system.tables.stop();
  });
});
