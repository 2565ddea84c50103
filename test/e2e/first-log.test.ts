import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';
import { sendSnippets } from './send-snippets.suite.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform?.stop());

interface Page {
  readonly logs: readonly Record<string, unknown>[];
  readonly total: number;
}
const search = (query: string) => platform.json<Page>(`/api/v1/logs/search?query=${encodeURIComponent(query)}`);
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  platform.call(path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

describe('the way of an event', () => {
  it('goes from one request to a search hit that holds all of it', async () => {
    // written by hand: JSON.stringify would already have rounded the order's id
    const text = `{"timestamp":"2026-11-21T07:40:00.123456789Z","level":"WARNING","service":"checkout","message":"card declined: größe 你好",
      "environment":"production","trace_id":"5b8efff798038103d269b633813fc60c","correlation_id":"corr-1","tags":["vip"],
      "context":{"attempt":3,"order":{"id":9007199254740993}}}`;
    const created = await post('/api/v1/logs', text);
    expect(created.status).toBe(201);
    const { id } = (await created.json()) as { id: string };
    const page = await eventually(
      () => search('declined'),
      ({ total }) => total === 1,
    );
    expect(page.logs[0]).toMatchObject({
      id,
      timestamp: '2026-11-21T07:40:00.123456789Z',
      level: 'WARNING',
      severity: 'WARN',
      service: 'checkout',
      message: 'card declined: größe 你好',
      environment: 'production',
      correlation_id: 'corr-1',
      tags: ['vip'],
    });
    expect(await (await platform.call(`/api/v1/logs/${id}`)).text()).toContain('9007199254740993');
  });

  it('takes a workflow execution by the same call', async () => {
    const created = await post('/api/v1/logs', {
      environment: 'production',
      executed_at: '2025-12-24T10:30:00Z',
      ticket_id: 'TICKET-123',
      status: 'SUCCESS',
      execution_time_seconds: 5.2,
      category: 'billing_issue',
      metrics: { confidence: 0.95 },
      payload: { trace: [] },
    });
    expect(created.status).toBe(201);
    const page = await eventually(
      () => platform.json<Page>('/api/v1/logs?ticket_id=TICKET-123&page=1&page_size=10'),
      ({ total }) => total === 1,
    );
    expect(page.logs[0]).toMatchObject({
      ticket_id: 'TICKET-123',
      status: 'SUCCESS',
      category: 'billing_issue',
      execution_time_seconds: 5.2,
      metrics: { confidence: 0.95 },
    });
  });

  it('names each wrong member of a batch and takes the good items', async () => {
    const good = { timestamp: Date.now(), level: 'INFO', service: 'batch', message: 'fine' };
    const answer = await post('/api/v1/logs/batch', [
      good,
      { ...good, level: undefined },
      { ...good, timestamp: 'yesterday' },
      'text',
    ]);
    expect(answer.status).toBe(202);
    const body = (await answer.json()) as { errors: { index: number; errors: { pointer: string }[] }[] };
    expect(body).toMatchObject({ accepted: 1, rejected: 3 });
    expect(body.errors.map(({ index, errors }) => [index, errors[0]?.pointer])).toEqual([
      [1, '#/level'],
      [2, '#/timestamp'],
      [3, '#'],
    ]);
  });

  it('refuses an event without its required members, each named', async () => {
    const answer = await post('/api/v1/logs', { message: 'alone' });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const { code, errors } = (await answer.json()) as { code: string; errors: { pointer: string }[] };
    expect(code).toBe('invalid_request');
    expect(errors.map(({ pointer }) => pointer)).toEqual(['#/timestamp', '#/level', '#/service']);
  });

  it('takes lines of text, one event each, and gives them back as they were', async () => {
    const lines = ['2026-11-21 07:40:00,123 ERROR something broke', '  indented "quoted" \\path', 'plain'];
    const answer = await platform.call('/v1/ingest?service=legacy', {
      method: 'POST',
      body: lines.join('\r\n'),
      headers: { 'content-type': 'text/plain' },
    });
    expect(await answer.json()).toMatchObject({ accepted: 3, rejected: 0 });
    const page = await eventually(
      () => search('service:legacy'),
      ({ total }) => total === 3,
    );
    expect(page.logs.map(({ original }) => original).sort()).toEqual([...lines].sort());
    expect(page.logs.find(({ level }) => level === 'ERROR')).toMatchObject({
      timestamp: '2026-11-21T07:40:00.123000000Z',
    });
  });

  it('stores a batch once, however often it is sent with the same idempotency key', async () => {
    const batch = Array.from({ length: 20 }, (_, n) => ({
      timestamp: 1_795_246_800_000 + n,
      level: 'INFO',
      service: 'retry',
      message: `event ${n}`,
    }));
    const send = async () => {
      const answer = await post('/api/v1/logs/batch', batch, { 'idempotency-key': '01KAJV7X1Q6G3Z8W5R9T2M4N0P' });
      return ((await answer.json()) as { ids: string[] }).ids;
    };
    expect(await send()).toEqual(await send());
    await post('/api/v1/logs', { timestamp: Date.now(), level: 'INFO', service: 'retry-end', message: 'after' });
    await eventually(
      () => search('service:retry-end'),
      ({ total }) => total === 1,
    );
    expect((await search('service:retry')).total).toBe(20);
  });
});

describe('who may call', () => {
  const login = (username: string, password: string) =>
    fetch(new URL('/api/v1/auth/login', platform.url), {
      method: 'POST',
      body: new URLSearchParams({ username, password }),
    });

  it('asks for credentials and tells nothing else', async () => {
    const answer = await fetch(new URL('/api/v1/logs/search', platform.url));
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
  });

  it('keeps projects apart', async () => {
    const register = await fetch(new URL('/api/v1/auth/register', platform.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'mallory', email: 'mallory@example.com', password: 'correct horse' }),
    });
    expect(register.status).toBe(201);
    const { access_token } = (await (await login('mallory', 'correct horse')).json()) as { access_token: string };
    const asMallory = (path: string, headers: Record<string, string> = {}) =>
      fetch(new URL(path, platform.url), { headers: { authorization: `Bearer ${access_token}`, ...headers } });
    const created = await post('/api/v1/logs', {
      timestamp: Date.now(),
      level: 'INFO',
      service: 'secret',
      message: 'mine',
    });
    const { id } = (await created.json()) as { id: string };
    await eventually(
      () => search('service:secret'),
      ({ total }) => total === 1,
    );
    expect(((await (await asMallory('/api/v1/logs/search')).json()) as Page).total).toBe(0);
    expect((await asMallory(`/api/v1/logs/${id}`)).status).toBe(404);
    expect((await asMallory('/api/v1/logs/search', { 'x-project-id': platform.project })).status).toBe(404);
  });

  it('says the same words for a wrong password and an unknown user', async () => {
    const refusal = async (username: string) => {
      const answer = await login(username, 'wrong');
      return [answer.status, ((await answer.json()) as { detail: string }).detail];
    };
    expect(await refusal('admin')).toEqual(await refusal('nobody-here'));
  });
});

describe('operation', () => {
  it('is healthy and ready, with each dependency named', async () => {
    const health = await (await fetch(new URL('/health', platform.url))).json();
    expect(health).toMatchObject({
      status: 'healthy',
      services: { elasticsearch: 'green', database: 'healthy', redis: 'healthy' },
    });
    const ready = await fetch(new URL('/health/ready', platform.url));
    expect(ready.status).toBe(200);
    expect(Object.keys(((await ready.json()) as { checks: object }).checks)).toEqual([
      'opensearch',
      'dynamodb',
      'kinesis',
      'domain',
    ]);
  });

  it('gives back request and correlation ids', async () => {
    const answer = await platform.call('/api/v1/logs/recent', {
      headers: { 'x-correlation-id': 'my-transaction-123' },
    });
    expect(answer.headers.get('x-correlation-id')).toBe('my-transaction-123');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gives the dashboard to a browser, under its content security policy', async () => {
    const page = await fetch(new URL('/logs?q=x', platform.url), { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('says which port is taken and which flag helps', async () => {
    const { port } = new URL(platform.url);
    await expect(startPlatform({ args: ['--no-demo', '--port', port] })).rejects.toThrow(new RegExp(`${port}.*--port`));
  });
});

sendSnippets(() => platform);
