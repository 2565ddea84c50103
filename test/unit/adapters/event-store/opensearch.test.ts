import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { EventStoreEnv } from '../../../../functions/adapters/event-store/env.ts';
import { TEMPLATE_VERSION } from '../../../../functions/adapters/event-store/mapping.ts';
import { OpenSearchEventStore } from '../../../../functions/adapters/event-store/opensearch.ts';
import type { Group, Selection } from '../../../../functions/adapters/event-store/port.ts';
import { tenantFilter } from '../../../../functions/core/project.ts';
import { parse } from '../../../../functions/search/language/parser.ts';
import { lineOf, MOMENT, makeEventSpace } from '../../../support/event-builder.ts';
import { drawFilter, makeDraw } from '../../../support/random-queries.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Answer = { readonly status?: number; readonly body: unknown };

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** A store whose OpenSearch answers as told; what it was asked is kept. */
async function given(answer: (seen: Seen) => Answer | undefined) {
  const seen: Seen[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    seen.push(asked);
    const { status = 200, body: answered } = answer(asked) ?? defaultAnswer(asked);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = EventStoreEnv.parse({ OPENSEARCH_DOMAIN_ENDPOINT: 'unused', OPENSEARCH_URL: url });
  return { store: new OpenSearchEventStore(env, { accessKeyId: 'id', secretAccessKey: 'secret' }), seen };
}

const NO_HITS = { timed_out: false, _shards: { failed: 0 }, hits: { total: { value: 0 }, hits: [] }, aggregations: {} };
const currentTemplate = { index_templates: [{ index_template: { version: TEMPLATE_VERSION } }] };

function defaultAnswer({ path, body }: Seen): Answer {
  if (path.includes('_search')) return { body: NO_HITS };
  if (path.startsWith('/_index_template')) return { body: currentTemplate };
  return {
    body: {
      items: body
        .trim()
        .split('\n')
        .filter((_, at) => at % 2 === 0)
        .map(() => ({ create: { status: 201 } })),
    },
  };
}

const never = new AbortController().signal;
const { project, index, anEvent } = makeEventSpace();
const lines = (count: number, body = 'x') => Array.from({ length: count }, () => lineOf(anEvent({ body })));

describe('reading from OpenSearch', () => {
  it('puts the tenant filter around every search, whatever was compiled', async () => {
    const { store, seen } = await given(() => undefined);
    const draw = makeDraw(11);
    const groups: Group[] = [{ by: 'attribute', key: 'a' }, { by: 'level' }, { by: 'errorMessage' }];
    for (let n = 0; n < 60; n++) {
      const selection: Selection = { filter: drawFilter(draw), now: MOMENT };
      await store.page(project, selection, { order: 'desc', limit: 5, count: true });
      await store.facets(
        project,
        selection,
        groups.map((group) => ({ group, limit: 5, newest: true })),
      );
      await store.histogram(project, selection, { intervalMillis: 1000, by: 'level' });
      await store.keys(project, selection, 10);
      await store.extent(project, selection);
      await store.stats(project, selection, { groups, measures: [{ fn: 'p95', key: 'a' }], limit: 5 });
    }
    expect(seen.length).toBeGreaterThan(360);
    for (const { body } of seen) {
      const { query, aggs } = JSON.parse(body) as { query: { bool: { filter: unknown[] } }; aggs?: unknown };
      // at the top and beside nothing that can widen what it keeps
      expect(Object.keys(query)).toEqual(['bool']);
      expect(Object.keys(query.bool).filter((clause) => clause !== 'must_not')).toEqual(['filter']);
      expect(query.bool.filter[0]).toEqual(tenantFilter(project));
      expect(JSON.stringify(aggs ?? {})).not.toContain('"global"');
    }
  });

  it('signs every request for the service es', async () => {
    const { store, seen } = await given(() => undefined);
    await store.extent(project, { filter: parse('').filter, now: MOMENT });
    expect(seen[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/[\w-]+\/es\/aws4_request, SignedHeaders=[\w;-]*host/,
    );
  });

  it('tells an answer of which shards failed or ran out of time from a whole one', async () => {
    for (const [part, code] of [
      [{ timed_out: true }, 'timeout'],
      [{ _shards: { failed: 1 } }, 'shard_failure'],
    ] as const) {
      const { store } = await given(() => ({ body: { ...NO_HITS, ...part } }));
      const selection = { filter: parse('x').filter, now: MOMENT };
      expect(await store.page(project, selection, { order: 'desc', limit: 1, count: true })).toMatchObject({
        partial: { code },
        total: { relation: 'gte' },
      });
      expect((await store.histogram(project, selection, { intervalMillis: 1000 })).partial).toEqual({ code });
      server?.close();
    }
  });

  it('makes a store that is away or overloaded a reason to come back, and a query too large one to shorten it', async () => {
    const selection = { filter: parse('x').filter, now: MOMENT };
    for (const status of [429, 503]) {
      const { store } = await given(() => ({
        status,
        body: { error: { type: 'es_rejected_execution_exception', reason: 'full' } },
      }));
      await expect(store.extent(project, selection)).rejects.toMatchObject({
        code: 'unavailable',
        extensions: { retry_after: 2 },
      });
      server?.close();
    }
    const { store } = await given(() => ({
      status: 400,
      body: { error: { root_cause: [{ type: 'too_many_nested_clauses', reason: 'maxClauseCount is set to 1024' }] } },
    }));
    await expect(store.extent(project, selection)).rejects.toMatchObject({ code: 'query_limit' });
    const away = new OpenSearchEventStore(
      EventStoreEnv.parse({ OPENSEARCH_DOMAIN_ENDPOINT: 'unused', OPENSEARCH_URL: 'http://127.0.0.1:9' }),
    );
    await expect(away.extent(project, selection)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('writing to OpenSearch', () => {
  it('puts the template once, before the first write, where none or an older one stands', async () => {
    for (const found of [
      { status: 404, body: { error: { type: 'resource_not_found_exception' } } },
      { body: { index_templates: [{ index_template: { version: TEMPLATE_VERSION - 1 } }] } },
    ]) {
      const { store, seen } = await given(({ method, path }) =>
        method === 'GET' && path.startsWith('/_index_template') ? found : undefined,
      );
      await store.create([{ project, index, lines: lines(1) }], never);
      await store.create([{ project, index, lines: lines(1) }], never);
      expect(seen.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
        'GET /_index_template/logs',
        'PUT /_index_template/logs',
        'POST /_bulk',
        'POST /_bulk',
      ]);
      expect(JSON.parse(seen[1]?.body ?? '')).toMatchObject({
        version: TEMPLATE_VERSION,
        index_patterns: ['logs-*'],
        template: { mappings: { dynamic: false } },
      });
      server?.close();
    }
    const { store, seen } = await given(({ method }) =>
      method === 'GET'
        ? { body: { index_templates: [{ index_template: { version: TEMPLATE_VERSION + 1 } }] } }
        : undefined,
    );
    await store.create([{ project, index, lines: lines(1) }], never);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('writes nothing without the template, and tries it again with the next write', async () => {
    let healthy = false;
    const { store, seen } = await given(() => (healthy ? undefined : { status: 503, body: {} }));
    const [first] = await store.create([{ project, index, lines: lines(2) }], never);
    expect(first?.map(({ kind }) => kind)).toEqual(['retry', 'retry']);
    expect(seen.every(({ path }) => path !== '/_bulk')).toBe(true);
    healthy = true;
    expect(await store.create([{ project, index, lines: lines(1) }], never)).toEqual([[{ kind: 'created' }]]);
  });

  it('tells for each event what became of it', async () => {
    const statuses = [201, 409, 429, 503, 400, 413, 403, 404];
    const { store } = await given(({ path }) =>
      path.startsWith('/_bulk')
        ? { body: { items: statuses.map((status) => ({ create: { status, error: { type: 't', reason: 'r' } } })) } }
        : undefined,
    );
    const [outcomes] = await store.create([{ project, index, lines: lines(9) }], never);
    expect(outcomes?.map(({ kind }) => kind)).toEqual([
      'created',
      'exists',
      'retry',
      'retry',
      'refused',
      'refused',
      'retry',
      'retry',
      'retry',
    ]);
    expect(outcomes?.[4]).toEqual({ kind: 'refused', reason: '400 t: r' });
  });

  it('refuses an event that is too large for the store alone, and tries again what was too large together', async () => {
    const tooLarge = { status: 413, body: {} };
    const { store } = await given(({ path }) => (path.startsWith('/_bulk') ? tooLarge : undefined));
    const group = (count: number) => ({ project, index, lines: lines(count) });
    expect(await store.create([group(1)], never)).toMatchObject([[{ kind: 'refused' }]]);
    expect(await store.create([group(2)], never)).toMatchObject([[{ kind: 'retry' }, { kind: 'retry' }]]);
  });

  it('keeps bulks at 5 MB, whichever groups they come from, and loses no other bulk when one fails', async () => {
    let bulks = 0;
    const { store, seen } = await given(({ path }) =>
      path.startsWith('/_bulk') && ++bulks === 2 ? { status: 503, body: {} } : undefined,
    );
    const group = { project, index, lines: lines(6, 'lorem ipsum '.repeat(20_000)) };
    const outcomes = await store.create([group, group], never);
    const sizes = seen.filter(({ path }) => path.startsWith('/_bulk')).map(({ body }) => Buffer.byteLength(body));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5_000_000);
    const kinds = outcomes.flat().map(({ kind }) => kind);
    expect(kinds.length).toBe(12);
    expect(new Set(kinds)).toEqual(new Set(['created', 'retry']));
  });
});
