import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../../../lib/local-cloud/emulator.ts';
import { startOpenSearch } from '../../../../lib/local-cloud/opensearch/opensearch.ts';
import { logsTemplate } from '../../../contract/opensearch-template.ts';
import {
  DOMAIN_ARN,
  openSearchOptions,
  plainSender,
  type Send,
  signedSender,
} from '../../../support/emulated-opensearch.ts';

const DOCUMENTS = 6_000;

describe('the emulated OpenSearch as a service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'opensearch-service-'));
  let emulator: Emulator;
  let send: Send;

  beforeAll(async () => {
    const reader = {
      effect: 'Allow',
      actions: ['es:ESHttpGet', 'es:ESHttpPost'],
      resources: [`${DOMAIN_ARN}/logs-*/_search`],
      conditions: {},
      source: 'reader',
    } as const;
    const options = openSearchOptions(folder, {
      reader: {
        arn: 'arn:aws:sts::123456789012:assumed-role/reader/x',
        secretAccessKey: 'other',
        statements: [reader],
      },
    });
    emulator = await startOpenSearch(options);
    send = signedSender(emulator.url);
    await send('PUT', '/_index_template/logs', JSON.stringify(logsTemplate('logs-*')));
    const lines = Array.from({ length: DOCUMENTS }, (_, index) => {
      const kv = Array.from({ length: 20 }, (_, place) => `k${place}\0${'ab'.repeat(20)}${index * 31 + place}`);
      return `{"create":{}}\n${JSON.stringify({ id: `d${index}`, project: 'p', severity: index % 24, kv })}\n`;
    });
    const response = await send('POST', '/logs-1/_bulk?refresh=true', lines.join(''));
    expect(((await response.json()) as { errors: boolean }).errors).toBe(false);
  }, 60_000);

  afterAll(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true });
  });

  // backtracks over every value: as costly as a query of the subset gets
  const hostile = (salt: number, more: object = {}) =>
    JSON.stringify({
      size: 0,
      query: {
        bool: {
          should: Array.from({ length: 40 }, (_, index) => ({
            wildcard: { kv: { value: `*a*b*a*b*a*${salt}x${index}*` } },
          })),
        },
      },
      ...more,
    });

  it('answers a small search while fifty hostile ones run', async () => {
    const gone = new AbortController();
    let hostileDone = 0;
    const running = Array.from({ length: 50 }, (_, index) =>
      send('POST', '/logs-1/_search', hostile(index), { signal: gone.signal }).then(
        () => hostileDone++,
        () => undefined,
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const response = await send(
      'POST',
      '/logs-1/_search',
      JSON.stringify({ size: 1, query: { term: { id: 'd7' } }, sort: ['id'] }),
    );
    expect(((await response.json()) as { hits: { total: { value: number } } }).hits.total.value).toBe(1);
    expect(hostileDone).toBeLessThan(50);
    // those who hang up are not worked for any more
    gone.abort();
    await Promise.all(running);
    const after = await send('POST', '/logs-1/_search', JSON.stringify({ size: 0 }));
    expect(after.status).toBe(200);
  });

  it('answers with what it has when the time is over, and says so', async () => {
    const response = await send('POST', '/logs-1/_search', hostile(1, { timeout: '1ms' }));
    const answer = (await response.json()) as { timed_out: boolean; hits: { hits: unknown[] } };
    expect([response.status, answer.timed_out, answer.hits.hits]).toEqual([200, true, []]);
    const quick = await send('POST', '/logs-1/_search?timeout=1h', JSON.stringify({ size: 0 }));
    expect(((await quick.json()) as { timed_out: boolean }).timed_out).toBe(false);
  });

  it('stops after as many documents as it is told', async () => {
    const response = await send('POST', '/logs-1/_search', JSON.stringify({ size: 3, terminate_after: 10 }));
    const { terminated_early: early, hits } = (await response.json()) as {
      terminated_early: boolean;
      hits: { total: { value: number }; hits: unknown[] };
    };
    expect([early, hits.total.value, hits.hits.length]).toEqual([true, 10, 3]);
  });

  it('refuses more buckets than OpenSearch allows', async () => {
    const aggs = { a: { terms: { field: 'kv', size: 70_000 } } };
    const response = await send('POST', '/logs-1/_search', JSON.stringify({ size: 0, aggs }));
    expect([response.status, ((await response.json()) as { error: { type: string } }).error.type]).toEqual([
      503,
      'too_many_buckets_exception',
    ]);
  });

  it.each([
    ['a query', { query: { fuzzy: { kv: 'x' } } }, 'unknown query [fuzzy] at [query]'],
    [
      'a nested query',
      { query: { bool: { filter: [{ match_all: {} }, { script: {} }] } } },
      'unknown query [script] at [query.bool.filter[1]]',
    ],
    [
      'an aggregation',
      { aggs: { a: { terms: { field: 'kv' }, aggs: { b: { global: {} } } } } },
      'Unknown aggregation type [global] at [aggs.a.aggs.b]',
    ],
    [
      'a regular expression',
      { aggs: { a: { terms: { field: 'kv', include: 'k[0-9]+.*' } } } },
      '[include] at [aggs.a.terms]',
    ],
    ['a slop', { query: { match_phrase: { words: { query: 'a b', slop: 2 } } } }, 'does not support [slop]'],
    ['a score', { sort: ['_score'] }, '[_score] is not supported here'],
    ['highlighting', { highlight: {} }, '[highlight]'],
  ])('names %s that it does not know and where it stands', async (_what, body, reason) => {
    const response = await send('POST', '/logs-1/_search', JSON.stringify(body));
    const { error } = (await response.json()) as { error: { reason: string } };
    expect(response.status).toBe(400);
    expect(error.reason).toContain(reason);
  });

  it('lets a caller do what its policy says, and answers the rest as AWS does', async () => {
    const role = signedSender(emulator.url, 'reader', 'other');
    expect((await role('POST', '/logs-*/_search', '{"size":0}')).status).toBe(200);
    const denied = await role('PUT', '/logs-2', '{}');
    expect([denied.status, await denied.json()]).toEqual([
      403,
      {
        Message:
          'User: arn:aws:sts::123456789012:assumed-role/reader/x is not authorized to perform: es:ESHttpPut on resource: ' +
          `${DOMAIN_ARN}/logs-2 because no identity-based policy allows the es:ESHttpPut action`,
      },
    ]);
    expect((await role('POST', '/logs-1/_bulk', '{"delete":{"_id":"d1"}}\n')).status).toBe(403);
    expect((await plainSender(emulator.url)('GET', '/logs-1/_search')).status).toBe(403);
    expect((await signedSender(emulator.url, 'reader', 'wrong')('POST', '/logs-1/_search', '{}')).status).toBe(403);
    expect((await signedSender(emulator.url, 'nobody')('POST', '/logs-1/_search', '{}')).status).toBe(403);
  });

  it('stops soon although a hostile search runs', async () => {
    const own = mkdtempSync(join(tmpdir(), 'opensearch-stop-'));
    const other = await startOpenSearch(openSearchOptions(own));
    const ask = signedSender(other.url);
    await ask('PUT', '/_index_template/logs', JSON.stringify(logsTemplate('logs-*')));
    const lines = Array.from(
      { length: 2_000 },
      (_, index) => `{"create":{}}\n${JSON.stringify({ id: `d${index}`, kv: [`k\0${'ab'.repeat(2_000)}${index}`] })}\n`,
    );
    await ask('POST', '/logs-1/_bulk?refresh=true', lines.join(''));
    const hostileSearch = ask('POST', '/logs-1/_search', hostile(1, { aggs: {} })).then((response) => response.status);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await other.close();
    expect(await hostileSearch).toBe(503);
    rmSync(own, { recursive: true });
  }, 30_000);

  it('refuses to stand in for no domain, or for two', async () => {
    const options = openSearchOptions(folder);
    await expect(startOpenSearch({ ...options, resources: [] })).rejects.toThrow('the template has 0');
    await expect(
      startOpenSearch({ ...options, resources: [...options.resources, ...options.resources] }),
    ).rejects.toThrow('the template has 2');
  });
});
