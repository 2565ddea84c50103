import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CorrelationTrace, TraceContextResponse, TraceDebugResponse } from '../../functions/search/trace-api.ts';
import { contentsOf, filesBelow } from '../support/kept-files.ts';
import { PLANTED_PASSWORD, SHIPMENTS } from '../support/planted-shipments.ts';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';
import { people } from './people.suite.ts';
import { plantedSecrets } from './planted-secrets.suite.ts';
import { seedCommands } from './seed-commands.suite.ts';

const run = promisify(execFile);
const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

let platform: Platform;
let token: string;
beforeAll(async () => {
  platform = await startPlatform();
  token = ((await (await login(platform.password)).json()) as { access_token: string }).access_token;
  // first, because the archive gathers for ten seconds
  for (const [name, [path, body]] of Object.entries(SHIPMENTS)) {
    const type = body.includes('\n') ? 'application/x-ndjson' : 'application/json';
    const answer = await platform.call(path, { method: 'POST', headers: { 'content-type': type }, body });
    expect(answer.status, `${name}: ${await answer.text()}`).toBeLessThan(300);
  }
});
afterAll(() => platform.stop());

const login = (password: string) =>
  fetch(new URL('/api/v1/auth/login', platform.url), {
    method: 'POST',
    body: new URLSearchParams({ username: platform.username, password }),
  });
/** A shell's output; `$URL` and `$TOKEN` are what a seed's text has a host and a login for. */
const shell = async (script: string): Promise<string> =>
  (await run('sh', ['-c', script], { env: { ...process.env, URL: platform.url, TOKEN: token } })).stdout;

describe('the tracing section of the seed, by its own calls', () => {
  it('gives every request its ids', async () => {
    const head = await shell('curl -s -i "$URL/health"');
    const id = /^x-request-id: (\S+)\r$/im.exec(head)?.[1];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(/^x-correlation-id: (\S+)\r$/im.exec(head)?.[1]).toBe(id);
    expect(head).toMatch(/^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00\r$/im);
  });

  it('preserves a correlation id', async () => {
    const head = await shell(
      'curl -s -i -H "Authorization: Bearer $TOKEN" -H "X-Correlation-ID: my-transaction-123" "$URL/api/v1/logs/search"',
    );
    expect(head).toMatch(/^x-correlation-id: my-transaction-123\r$/im);
  });

  it('keeps one for several related requests, refused ones as well', async () => {
    const output = await shell(`CORRELATION_ID="txn-$(date +%s)"
      for path in auth/login logs/search audit; do
        curl -s -o /dev/null -D - -H "Authorization: Bearer $TOKEN" -H "X-Correlation-ID: $CORRELATION_ID" "$URL/api/v1/$path" | grep -i '^x-correlation-id'
      done; echo "$CORRELATION_ID"`);
    const lines = output.trim().split(/\r?\n/);
    const id = lines.pop();
    expect(lines.map((line) => line.split(': ')[1]?.trim())).toEqual([id, id, id]);
  });

  it('tells the context, and to the administrator the request as it arrived, its proofs masked', async () => {
    const context: TraceContextResponse = JSON.parse(
      await shell(
        `curl -s -H "X-Correlation-ID: abc-123" -H "traceparent: 00-${TRACE}-00f067aa0ba902b7-01" "$URL/api/v1/trace/context"`,
      ),
    );
    expect(context).toMatchObject({ correlation_id: 'abc-123', trace_id: TRACE, parent_span_id: '00f067aa0ba902b7' });
    const debug: TraceDebugResponse = JSON.parse(
      await shell(
        'curl -s -H "Authorization: Bearer $TOKEN" -H "X-Correlation-ID: abc-123" "$URL/api/v1/trace/debug?page=1&token=sesame"',
      ),
    );
    expect(debug).toMatchObject({
      method: 'GET',
      path: '/api/v1/trace/debug',
      correlation_id: 'abc-123',
      user: 'admin',
      headers: { authorization: '[masked]' },
      query_params: { page: '1', token: '[masked]' },
    });
    expect(JSON.stringify(debug)).not.toContain(token);
    expect((await platform.call('/api/v1/trace/debug')).status).toBe(403);
  });

  it('finds what several services told under one correlation, in order, with its services and gaps', async () => {
    const id = `txn-${randomBytes(4).toString('hex')}`;
    const at = Date.now() - 60_000;
    const event = (service: string, millis: number, message: string, more: object = {}) => ({
      timestamp: new Date(at + millis).toISOString(),
      level: message === 'refused' ? 'ERROR' : 'INFO',
      service,
      message,
      correlation_id: id,
      ...more,
    });
    const events = [
      event('shop', 0, 'ordered', { span_id: 'a1' }),
      event('payment', 50, 'asked', { span_id: 'b1', parent_span_id: 'a1' }),
      event('payment', 4_050, 'refused', { span_id: 'b2', parent_span_id: 'lost' }),
      event('shop', 4_100, 'cancelled'),
    ];
    expect((await platform.call('/api/v1/logs/batch', json(events.reverse()))).status).toBe(202);
    const logged = await fetch(new URL('/api/v1/trace/log', platform.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': platform.apiKey, 'x-correlation-id': id },
      body: JSON.stringify({ event: 'payment_processed', details: { amount: 99.99, status: 'success' } }),
    });
    expect([logged.status, await logged.json()]).toMatchObject([
      201,
      { correlation_id: id, event: 'payment_processed' },
    ]);
    const trace = await eventually(
      () => platform.json<CorrelationTrace>(`/api/v1/correlation/trace/${id}`),
      ({ total }) => total === 5,
    );
    expect(trace.logs.map(({ message }) => message)).toEqual([
      'ordered',
      'asked',
      'refused',
      'cancelled',
      'payment_processed',
    ]);
    expect(trace.services.map(({ service, events: count, errors }) => [service, count, errors])).toEqual([
      ['shop', 2, 0],
      ['payment', 2, 1],
      ['trace', 1, 0],
    ]);
    expect(trace.gaps[0]).toMatchObject({ duration_ms: 4_000, from_service: 'payment', to_service: 'payment' });
    expect(trace).toMatchObject({ missing_spans: ['lost'], partial: false, truncated: false });
    const short = await platform.json<CorrelationTrace>(`/api/v1/correlation/trace/${id}?limit=2`);
    expect([short.logs.length, short.partial, short.truncated, short.total]).toEqual([2, true, true, 5]);
  });
});

describe('a request', () => {
  it('that names what nobody knows is told which', async () => {
    const answer = await platform.call('/api/v1/logs/search?qeury=timeout&limit=1');
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { code: 'invalid_request', errors: [{ pointer: '#/qeury', detail: 'is not known here' }] },
    ]);
  });

  it('that is larger than any of its kind is refused before it is read', async () => {
    const answer = await fetch(new URL('/api/v1/audit', platform.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ metadata: { text: 'x'.repeat(1_100_000) } }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'payload_too_large' }]);
  });

  it('of another origin is given nothing that a browser would let its page read', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await fetch(new URL('/api/v1/trace/context', platform.url), {
        method,
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
      });
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

describe('a secret in events', () => {
  const marker = '[redacted:password]';

  it('is in no answer, and in no file of store, stream, archive or logs, whichever protocol it came by', async () => {
    // the lines are two events
    const events = Object.keys(SHIPMENTS).length + 1;
    const page = await eventually(
      () => platform.json<{ total: number; logs: readonly object[] }>('/api/v1/logs/search?query=marks:sanitised*'),
      ({ total }) => total === events,
    );
    expect(JSON.stringify(page)).not.toContain(PLANTED_PASSWORD);
    expect(JSON.stringify(page)).toContain(marker);
    const places = ['opensearch', 'kinesis', 's3'];
    const holding = (text: string) =>
      filesBelow(platform.dataDir).filter((file) => contentsOf(file).some((content) => content.includes(text)));
    // each would show it: what stands in its place is found there
    await eventually(
      async () => holding(marker),
      (files) => places.every((place) => files.some((file) => file.includes(`/${place}/`))),
      30,
    );
    expect(holding(PLANTED_PASSWORD)).toEqual([]);
    expect(platform.output()).not.toContain(PLANTED_PASSWORD);
  });

  it('is told by a dry run, kept where an administrator of the project says so, and events are counted by the quota', async () => {
    const preview = await platform.call(
      '/api/v1/ingest/sanitise/preview',
      json({ sample: `password=${PLANTED_PASSWORD}` }),
    );
    expect(await preview.json()).toMatchObject({ events: 1, touched: 1, counts: { password: 1 } });
    const { items } = await platform.json<{ items: { of: string; window: string; used: number }[] }>(
      '/api/v1/ingest/quota',
    );
    const used = items.find(({ of, window }) => of === 'events' && window === 'day')?.used ?? 0;
    expect(used).toBeGreaterThanOrEqual(Object.keys(SHIPMENTS).length);
    const put = (sanitising: object) =>
      fetch(new URL('/api/v1/ingest/settings', platform.url), {
        ...json({ sanitising }),
        method: 'PUT',
        headers: {
          authorization: `Bearer ${token}`,
          'x-project-id': platform.project,
          'content-type': 'application/json',
        },
      });
    expect((await put({ rules: { nonsense: 'keep' } })).status).toBe(422);
    const answer = await put({ rules: { password: 'keep' } });
    expect([answer.status, await answer.json()]).toMatchObject([200, { version: 1 }]);
  });
});

seedCommands(() => platform);
people(() => platform);
// last, so that it searches what all of them left
plantedSecrets(() => platform);
