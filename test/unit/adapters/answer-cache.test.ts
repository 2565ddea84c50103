import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAnswerCache } from '../../../functions/adapters/answer-cache/dynamodb.ts';
import { Reply } from '../../../functions/core/http.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { cachedAnswer } from '../../../functions/search/metrics/cached-answer.ts';
import { CACHED_KINDS } from '../../../functions/search/metrics/cached-kinds.ts';
import { makeCacheStats, makeClearCache } from '../../../functions/search/metrics/manage-cache.ts';
import { callOf } from '../../support/calls.ts';
import { startTables } from '../../support/tables.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  tables = await startTables('cache');
});
afterAll(() => tables.stop());

let now = Date.parse('2026-11-21T12:00:00Z');
/** Another instance of a function, with the same table. */
const instance = () => new DynamoDbAnswerCache(tables.client, 'cache', () => now);
let projects = 0;
const aProject = () => ProjectId.parse(`project-${projects++}`);
const { overview, service } = CACHED_KINDS;

describe('the cache of answers', () => {
  it('gives every instance what one kept, until its time ends', async () => {
    const project = aProject();
    const { found, keep } = await instance().lookUp(project, overview.kind, 'q');
    expect(found).toBeUndefined();
    await keep('an answer', 30);
    expect((await instance().lookUp(project, overview.kind, 'q')).found).toBe('an answer');
    now += 29_999;
    expect((await instance().lookUp(project, overview.kind, 'q')).found).toBe('an answer');
    now += 1;
    expect((await instance().lookUp(project, overview.kind, 'q')).found).toBeUndefined();
  });

  it('keeps projects, kinds and questions apart', async () => {
    const project = aProject();
    const cache = instance();
    await (await cache.lookUp(project, overview.kind, 'q')).keep('an answer', 30);
    for (const [of, kind, question] of [
      [aProject(), overview.kind, 'q'],
      [project, service.kind, 'q'],
      [project, overview.kind, 'Q'],
    ] as const)
      expect((await cache.lookUp(of, kind, question)).found).toBeUndefined();
  });

  it('forgets a kind here at once and in another instance within 5 seconds, and no other kind or project', async () => {
    const [project, other] = [aProject(), aProject()];
    const [one, two] = [instance(), instance()];
    for (const of of [project, other])
      for (const { kind } of [overview, service]) await (await one.lookUp(of, kind, 'q')).keep('old', 60);
    expect((await two.lookUp(project, overview.kind, 'q')).found).toBe('old');
    await one.clear(project, [overview.kind]);
    expect((await one.lookUp(project, overview.kind, 'q')).found).toBeUndefined();
    now += 5_000;
    expect((await two.lookUp(project, overview.kind, 'q')).found).toBeUndefined();
    expect((await two.lookUp(project, service.kind, 'q')).found).toBe('old');
    await one.clear(project);
    expect((await one.lookUp(project, service.kind, 'q')).found).toBeUndefined();
    expect((await one.lookUp(other, overview.kind, 'q')).found).toBe('old');
  });

  it('never gives an answer that was begun before it was cleared', async () => {
    const project = aProject();
    const cache = instance();
    const begun = await cache.lookUp(project, overview.kind, 'q');
    await cache.clear(project);
    await begun.keep('of before', 60);
    expect((await cache.lookUp(project, overview.kind, 'q')).found).toBeUndefined();
  });

  it('does not keep what is too large for an item', async () => {
    const project = aProject();
    const cache = instance();
    // nothing that compression could shorten
    const large = Array.from({ length: 300_000 }, () => Math.random().toString(36)).join('');
    await (await cache.lookUp(project, overview.kind, 'q')).keep(large, 60);
    expect((await cache.lookUp(project, overview.kind, 'q')).found).toBeUndefined();
  });
});

describe('a cached read', () => {
  it('says whether it was a hit, asks once for the same parameters in any order, and counts', async () => {
    const project = aProject();
    let asked = 0;
    const read = cachedAnswer(instance(), overview, async (_input: object) => ({
      partial: false,
      took_ms: 500,
      asked: ++asked,
    }));
    const ask = async (input: object) => {
      const { headers, body } = await read(input, callOf(project));
      return [headers['x-cache'], JSON.parse(String(body)).asked];
    };
    expect(await ask({ window: 60, query: 'a' })).toEqual(['MISS', 1]);
    expect(await ask({ query: 'a', window: 60, days: undefined })).toEqual(['HIT', 1]);
    expect(await ask({ query: 'b', window: 60 })).toEqual(['MISS', 2]);
    const stats = await makeCacheStats(instance())({}, callOf(project));
    expect(stats).toMatchObject({ status: 'connected', entries: 2, hits: 1, misses: 2, hit_rate: 0.333333 });
    expect(stats.kinds).toHaveLength(4);
    expect(stats.kinds[0]).toEqual({ name: 'metrics:overview', ttl_seconds: 30, entries: 2, hits: 1, misses: 2 });
  });

  it('is not kept where it is partial', async () => {
    const read = cachedAnswer(instance(), overview, async (_input: object) => ({ partial: true }));
    const project = aProject();
    for (let n = 0; n < 2; n++) expect((await read({}, callOf(project))).headers['x-cache']).toBe('MISS');
  });

  it.each([
    ['*', 4],
    ['metrics:*', 4],
    ['metrics:s*', 2],
    ['metrics:service:*', 1],
    ['METRICS:overview', 1],
    ['alerts:*', 0],
    ['.*', 0],
  ])('is forgotten by the pattern %s in %d kinds', async (pattern, kinds) => {
    const { cleared } = await makeClearCache(instance())({ pattern }, callOf(aProject()));
    expect(cleared).toHaveLength(kinds);
  });

  it('goes on while the table is away, and does not wait for it each time', async () => {
    const cache = new DynamoDbAnswerCache(tables.client, 'no-such-table', () => now);
    let asked = 0;
    const read = cachedAnswer(cache, overview, async (_input: object) => ({ partial: false, asked: ++asked }));
    for (let n = 1; n <= 3; n++) {
      const reply = await read({}, callOf(aProject()));
      expect(reply).toBeInstanceOf(Reply);
      expect([reply.status, reply.headers['x-cache'], JSON.parse(String(reply.body)).asked]).toEqual([200, 'MISS', n]);
    }
    expect(await makeCacheStats(cache)({}, callOf(aProject()))).toMatchObject({ status: 'unavailable' });
    await expect(cache.clear(aProject())).rejects.toMatchObject({ code: 'unavailable' });
  });
});
