import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Platform } from '../support/platform.ts';

interface Page {
  readonly logs: readonly { readonly id: string; readonly message: string }[];
  readonly total: number;
}
/** What is read of the user's own project, and changed of it. */
export const reads = (given: () => Platform) => {
  let platform: Platform;
  /** A signed-in administrator's headers. */
  let session: Record<string, string>;
  beforeAll(async () => {
    platform = given();
    const { access_token: token } = await platform.json<{ access_token: string }>('/api/v1/auth/login', {
      method: 'POST',
      body: new URLSearchParams({ username: platform.username, password: platform.password }),
    });
    session = { authorization: `Bearer ${token}`, 'x-project-id': platform.project, 'x-api-key': '' };
  });

  const search = (query: string) => platform.json<Page>(`/api/v1/logs/search?query=${encodeURIComponent(query)}`);
  const send = (path: string, method: string, body?: unknown, headers: Record<string, string> = session) =>
    platform.call(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const sendEntry = async (service: string, message: string, more: object = {}) => {
    const entry = { timestamp: new Date().toISOString(), level: 'INFO', service, message, ...more };
    const answer = await send('/api/v1/logs', 'POST', entry, {});
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  };
  const total = (query: string, wanted: number) =>
    eventually(
      () => search(query),
      (page) => page.total === wanted,
    );

  describe('a deleted event', () => {
    it('is gone from every read at once, and comes back whole when it is restored', async () => {
      const id = await sendEntry('deletion', 'wrongly sent secret', { context: { secret_kind: 'password' } });
      await sendEntry('deletion', 'rightly sent');
      await total('service:deletion', 2);
      const deleted = await send(`/api/v1/logs/${id}`, 'DELETE');
      expect([deleted.status, await deleted.json()]).toMatchObject([
        200,
        { id, status: 'deleted', archive_retention_days: 365 },
      ]);
      expect((await search('service:deletion')).logs.map(({ message }) => message)).toEqual(['rightly sent']);
      expect((await search('secret')).total).toBe(0);
      expect((await platform.call(`/api/v1/logs/${id}`)).status).toBe(404);
      const { facets } = await platform.json<{ facets: { values: unknown[] }[] }>(
        '/api/v1/logs/facets?query=service:deletion&fields=context.secret_kind',
      );
      expect(facets[0]?.values).toEqual([]);
      const restored = await send(`/api/v1/logs/${id}/restore`, 'POST');
      expect([restored.status, await restored.json()]).toEqual([200, { id, status: 'restored' }]);
      expect((await search('secret')).logs.map((log) => log.id)).toEqual([id]);
      expect((await platform.call(`/api/v1/logs/${id}`)).status).toBe(200);
    });

    it('may be deleted before it is stored, and is never found', async () => {
      const ids = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const id = await sendEntry('hasty', `number ${n}`);
          const answer = await send(`/api/v1/logs/${id}`, 'DELETE');
          expect([200, 202]).toContain(answer.status);
          return id;
        }),
      );
      await sendEntry('hasty', 'last');
      await total('service:hasty', 1);
      // the last event's frame may pass those of another shard
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect((await search('service:hasty')).logs.map(({ message }) => message)).toEqual(['last']);
      for (const id of ids) expect((await platform.call(`/api/v1/logs/${id}`)).status).toBe(404);
    });

    it('stays deleted when its client sends it again', async () => {
      const entry = { timestamp: new Date().toISOString(), level: 'INFO', service: 'again', message: 'sent twice' };
      const post = () => send('/api/v1/logs', 'POST', entry, { 'idempotency-key': 'the-same' });
      const { id } = (await (await post()).json()) as { id: string };
      await total('service:again', 1);
      await send(`/api/v1/logs/${id}`, 'DELETE');
      expect(((await (await post()).json()) as { id: string }).id).toBe(id);
      await sendEntry('again', 'something else');
      await eventually(
        () => search('service:again'),
        ({ logs }) => logs.some(({ message }) => message === 'something else'),
      );
      expect((await search('service:again')).total).toBe(1);
    });

    it('asks for the scope write, and is no event of another project', async () => {
      const id = await sendEntry('scoped', 'mine');
      await total('service:scoped', 1);
      // the demo key reads and writes events, and changes nothing else
      expect((await send(`/api/v1/logs/${id}`, 'DELETE', undefined, {})).status).toBe(403);
      expect((await send('/api/v1/logs/nonsense', 'DELETE')).status).toBe(404);
      expect((await search('service:scoped')).total).toBe(1);
    });
  });

  describe('metrics', () => {
    it('are told under the paths and parameters of the seeds', async () => {
      for (let n = 0; n < 3; n++) await sendEntry('metered', `event ${n}`, { level: n === 0 ? 'ERROR' : 'INFO' });
      await send(
        '/api/v1/logs',
        'POST',
        {
          environment: 'production',
          executed_at: new Date().toISOString(),
          ticket_id: 'T-1',
          status: 'SUCCESS',
          execution_time_seconds: 5.2,
          category: 'billing_issue',
        },
        {},
      );
      await total('service:metered', 3);
      await total('ticket_id:T-1', 1);
      for (const path of ['/api/logs/stats', '/api/v1/logs/stats?days=1&service=metered']) {
        const found = await platform.json<{ by_service: Record<string, number> }>(path);
        expect(found.by_service.metered, path).toBe(3);
      }
      for (const path of ['/api/analytics?service=metered', '/api/v1/analytics?days=1&interval=1h&service=metered']) {
        const found = await platform.json<{ trend: { total: number }[]; total_logs: number }>(path);
        expect(found.total_logs, path).toBe(3);
        expect(found.trend.reduce((sum, point) => sum + point.total, 0)).toBe(3);
      }
      expect(await platform.json('/api/v1/metrics/service/metered')).toMatchObject({
        service: 'metered',
        total_logs: 3,
        error_count: 1,
        health: 'unhealthy',
      });
      const system = await platform.json<{ services: { service: string }[] }>('/api/v1/metrics/system?window=30');
      expect(system.services.map(({ service }) => service)).toContain('metered');
      expect(await platform.json('/api/v1/metrics/categories?days=7')).toMatchObject({
        items: [
          {
            category: 'billing_issue',
            count: 1,
            success_rate: 1,
            execution_time: { avg: 5.2, p50: 5.2, p95: 5.2 },
          },
        ],
        total: 1,
        success_rate: 1,
      });
    });
  });

  describe('the cache of metrics', () => {
    const overview = async (query = 'service:cached') => {
      const answer = await platform.call(`/api/v1/metrics/overview?query=${encodeURIComponent(query)}`);
      const { total_logs } = (await answer.json()) as { total_logs: number };
      return [answer.headers.get('x-cache'), total_logs];
    };

    it('is told by X-Cache, cleared by an administrator, and forgotten when an event is deleted', async () => {
      const id = await sendEntry('cached', 'one');
      await total('service:cached', 1);
      expect(await overview()).toEqual(['MISS', 1]);
      expect(await overview()).toEqual(['HIT', 1]);
      await sendEntry('cached', 'two');
      await total('service:cached', 2);
      expect(await overview()).toEqual(['HIT', 1]);
      expect((await send('/api/v1/cache/clear?pattern=metrics:*', 'DELETE', undefined, {})).status).toBe(403);
      const cleared = await send('/api/v1/cache/clear?pattern=metrics:*', 'DELETE');
      expect(await cleared.json()).toMatchObject({ pattern: 'metrics:*' });
      // another instance may go by what it knew for five seconds
      await eventually(overview, ([, count]) => count === 2, 7);
      await send(`/api/v1/logs/${id}`, 'DELETE');
      await eventually(overview, ([, count]) => count === 1, 7);
      const stats = await platform.json<{ status: string; hits: number; misses: number }>('/api/v1/cache/stats');
      expect(stats.status).toBe('connected');
      expect(stats.hits).toBeGreaterThanOrEqual(2);
      expect(stats.misses).toBeGreaterThanOrEqual(3);
    });
  });

  describe('saved searches', () => {
    it('are kept, changed and deleted', async () => {
      const input = {
        name: 'errors',
        query: 'level:>=error',
        columns: ['message'],
        visibility: 'shared',
        is_default: true,
      };
      const created = await send('/api/v1/saved-searches', 'POST', input);
      expect(created.status).toBe(201);
      const { id } = (await created.json()) as { id: string };
      expect(await platform.json('/api/v1/saved-searches')).toMatchObject({ items: [{ ...input, id }], total: 1 });
      const changed = await send(`/api/v1/saved-searches/${id}`, 'PUT', { ...input, name: 'all errors' });
      expect(await changed.json()).toMatchObject({ name: 'all errors', is_default: true });
      expect((await send('/api/v1/saved-searches', 'POST', { ...input, query: '(' })).status).toBe(400);
      expect((await send(`/api/v1/saved-searches/${id}`, 'DELETE')).status).toBe(204);
      expect((await send(`/api/v1/saved-searches/${id}`, 'GET')).status).toBe(404);
    });
  });

  describe('an export', () => {
    it('is a file of what a search finds, by key and as the links of the dashboard ask for it', async () => {
      for (let n = 0; n < 3; n++) await sendEntry('exported', n === 1 ? '=1+1' : `number ${n}`);
      await total('service:exported', 3);
      const csv = await platform.call('/api/v1/logs/export?query=service:exported&columns=service,message&order=asc');
      expect(csv.headers.get('content-disposition')).toContain('tributary-logs.csv');
      expect([csv.headers.get('x-export-complete'), csv.headers.get('x-export-rows')]).toEqual(['true', '3']);
      expect(await csv.text()).toBe("service,message\r\nexported,number 0\r\nexported,'=1+1\r\nexported,number 2\r\n");
      const json = await platform.json<Page>('/api/v1/logs/export?service=exported&format=json');
      expect(json.logs.map(({ message }) => message)).toEqual(['number 2', '=1+1', 'number 0']);
      const ndjson = await (await platform.call('/api/v1/logs/export?service=exported&format=ndjson')).text();
      expect(ndjson.trimEnd().split('\n')).toHaveLength(3);
      expect((await platform.call('/api/v1/logs/export?format=xml')).status).toBe(422);
    });

    it('of more than an answer holds comes in parts that are all of it', async () => {
      const filler = 'x'.repeat(20_000);
      for (let batch = 0; batch < 6; batch++) {
        const logs = Array.from({ length: 50 }, (_, n) => ({
          timestamp: new Date(Date.now() - batch * 1_000 - n).toISOString(),
          level: 'INFO',
          service: 'large',
          message: `${batch}.${n} ${filler}`,
        }));
        expect((await send('/api/v1/logs/batch', 'POST', logs, {})).status).toBe(202);
      }
      await total('service:large', 300);
      const ids = new Set<string>();
      let rows = 0;
      let cursor: string | null = '';
      let parts = 0;
      while (cursor !== null) {
        const more = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const answer: Response = await platform.call(`/api/v1/logs/export?service=large&format=json${more}`);
        expect(answer.status).toBe(200);
        const part = (await answer.json()) as Page & { export_complete: boolean };
        for (const { id } of part.logs) ids.add(id);
        rows += part.logs.length;
        cursor = answer.headers.get('x-next-cursor');
        expect(part.export_complete).toBe(cursor === null);
        parts++;
      }
      expect([rows, ids.size, parts]).toEqual([300, 300, 2]);
    });
  });
};
