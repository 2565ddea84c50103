import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform, startPlatform } from '../support/platform.ts';

const REQUESTS = process.env.TRIBUTARY_TEST_FULL ? 10_000 : 500;
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const CONCURRENCY = 16;

/** Public routes with a plausible request each; the fuzz changes them. */
const SAMPLES: readonly { method: string; path: string; body?: string; type?: string }[] = [
  {
    method: 'POST',
    path: '/api/v1/logs',
    body: '{"timestamp":"2026-11-21T07:40:00Z","level":"INFO","service":"a","message":"b","context":{"x":[1,2]}}',
    type: 'application/json',
  },
  {
    method: 'POST',
    path: '/api/v1/logs/batch',
    body: '{"logs":[{"timestamp":1,"level":"INFO","service":"a","message":"b"},{"executed_at":1,"environment":"p","status":"OK"}]}',
    type: 'application/json',
  },
  {
    method: 'POST',
    path: '/api/v1/logs/batch',
    body: '{"timestamp":1,"level":"INFO","service":"a","message":"b"}\n{"timestamp":2}',
    type: 'application/x-ndjson',
  },
  { method: 'POST', path: '/v1/ingest?service=fuzz', body: 'line one\nline two\r\n{"json":true}', type: 'text/plain' },
  {
    method: 'POST',
    path: '/api/v1/auth/login',
    body: 'username=a&password=b',
    type: 'application/x-www-form-urlencoded',
  },
  {
    method: 'POST',
    path: '/api/v1/auth/register',
    body: '{"username":"a","email":"a@example.com","password":"12345678"}',
    type: 'application/json',
  },
  { method: 'GET', path: '/api/v1/auth/me' },
  { method: 'GET', path: '/api/v1/keys' },
  { method: 'DELETE', path: '/api/v1/keys/abc' },
  {
    method: 'POST',
    path: '/api/v1/live-logs/tickets',
    body: '{"query":"service:a AND level:>=warn"}',
    type: 'application/json',
  },
  { method: 'GET', path: '/api/v1/logs/search?query=service:a+AND+(b+OR+"c+d")&limit=10&from=-15m&to=now' },
  { method: 'GET', path: '/api/v1/logs?page=1&page_size=10&level=ERROR&status=SUCCESS' },
  { method: 'GET', path: '/api/v1/logs/recent?limit=5' },
  { method: 'GET', path: '/api/v1/logs/b0m9a01arz3ndektsv4rrffq69g5fav0005' },
  { method: 'GET', path: '/api/v1/logs/histogram?buckets=10&from=-1h' },
  { method: 'GET', path: '/api/v1/logs/facets?fields=level,service&limit=5' },
  { method: 'GET', path: '/api/v1/metrics/overview?days=7' },
  { method: 'GET', path: '/api/v1/metrics/timeseries?interval=5m&from=-1h' },
  { method: 'GET', path: '/health' },
];

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform?.stop());

describe(`${REQUESTS} mutated requests (seed ${SEED})`, () => {
  it('are each answered below 500, every error as a problem with a code', async () => {
    const random = makeRandom(SEED);
    const wrong: string[] = [];
    let next = 0;
    const client = async () => {
      while (next++ < REQUESTS) {
        const request = mutate(random);
        const why = await complaint(request);
        if (why !== undefined)
          wrong.push(
            `${request.method} ${request.path} ${JSON.stringify(String(request.body ?? '').slice(0, 200))} ${JSON.stringify(request.headers)}: ${why}`,
          );
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, client));
    expect(wrong.slice(0, 10)).toEqual([]);
    const health = (await (await fetch(new URL('/health', platform.url))).json()) as { status: string };
    expect(health.status).toBe('healthy');
  }, 600_000);
});

interface Mutated {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

async function complaint({ method, path, body, headers }: Mutated): Promise<string | undefined> {
  const answer = await fetch(`${platform.url}${path}`, {
    method,
    headers,
    ...(body !== undefined && method !== 'GET' && { body }),
  }).catch((error: unknown) => error as Error);
  if (answer instanceof Error) return answer.cause instanceof Error ? answer.cause.message : answer.message;
  const text = await answer.text();
  if (answer.status >= 500) return `${answer.status} ${text.slice(0, 300)}`;
  // what the gateway itself refuses (unknown route, too large, malformed) has its own form
  if (answer.status < 400 || answer.headers.get('content-type') !== 'application/problem+json') {
    return answer.status >= 400 &&
      answer.headers.get('x-request-id') !== null &&
      path.startsWith('/api/') &&
      !/"message"/.test(text)
      ? `${answer.status} without a problem document: ${text.slice(0, 200)}`
      : undefined;
  }
  const problem = JSON.parse(text) as { code?: string; status?: number };
  return problem.code === undefined || problem.status !== answer.status
    ? `no code or another status: ${text.slice(0, 200)}`
    : undefined;
}

function mutate(random: () => number): Mutated {
  const int = (limit: number) => Math.floor(random() * limit);
  const sample = SAMPLES[int(SAMPLES.length)] ?? SAMPLES[0];
  if (sample === undefined) throw new Error('no samples');
  let body: Buffer | undefined = sample.body === undefined ? undefined : Buffer.from(sample.body);
  for (let times = int(4); times > 0 && body !== undefined; times--) body = mutateBytes(body, int);
  let path = sample.path;
  if (random() < 0.5) path = mutatePath(path, int);
  const headers: Record<string, string> = { 'x-api-key': platform.apiKey };
  if (sample.type !== undefined) headers['content-type'] = sample.type;
  if (random() < 0.2)
    headers['content-type'] = ['text/plain', 'application/octet-stream', 'application/x-protobuf', ''][int(4)] ?? '';
  if (random() < 0.15)
    headers['content-encoding'] = ['gzip', 'deflate', 'zstd', 'identity', 'nonsense', 'gzip, gzip'][int(6)] ?? '';
  if (random() < 0.1) delete headers['x-api-key'];
  if (random() < 0.1)
    headers.authorization = ['Bearer x', 'Basic %%%', 'Splunk', 'Bearer a.b.c', 'ApiKey eA=='][int(5)] ?? '';
  if (random() < 0.05) headers['x-project-id'] = ['../x', 'other', 'A', 'a'.repeat(300)][int(4)] ?? '';
  const method = random() < 0.1 ? (['PUT', 'DELETE', 'PATCH', 'POST', 'OPTIONS'][int(5)] ?? 'POST') : sample.method;
  return { method, path, headers, body: body === undefined ? undefined : new Uint8Array(body) };
}

const PIECES = [
  '\u0000',
  '"',
  '{',
  '[[[[',
  '1e400',
  '9'.repeat(40),
  '"__proto__":{}',
  '\ud800',
  'null',
  '-',
  '\\u',
  '../',
  '%00',
  '\n',
  '💥',
  'a'.repeat(5_000),
];

function mutateBytes(body: Buffer, int: (limit: number) => number): Buffer {
  const at = int(body.length + 1);
  switch (int(5)) {
    case 0:
      return Buffer.concat([body.subarray(0, at), Buffer.from(PIECES[int(PIECES.length)] ?? ''), body.subarray(at)]);
    case 1:
      return Buffer.concat([body.subarray(0, at), body.subarray(Math.min(body.length, at + int(20)))]);
    case 2:
      return Buffer.concat([body, body]);
    case 3: {
      const changed = Buffer.from(body);
      if (changed.length > 0) changed[int(changed.length)] = int(256);
      return changed;
    }
    default:
      return body.subarray(0, at);
  }
}

const VALUES = [
  '',
  '-1',
  '0',
  '1e9',
  'NaN',
  '%',
  '%F0%9F%92%A5',
  '(((',
  '"',
  'a:b:c',
  '/(a+)+$/',
  'now-1d/d',
  '99999999999999999999',
  '*',
  'x'.repeat(3_000),
];

function mutatePath(path: string, int: (limit: number) => number): string {
  const value = encodeURI(VALUES[int(VALUES.length)] ?? '');
  switch (int(5)) {
    case 0:
      return `${path}${path.includes('?') ? '&' : '?'}query=${value}`;
    case 1:
      return path.replace(/=[^&]*/, `=${value}`);
    case 2:
      return `${path}${path.includes('?') ? '&' : '?'}cursor=${value}`;
    case 3:
      return path.replace(
        /\/([^/?]*)(\?|$)/,
        (_all, last: string, end: string) => `/${last}${int(2) === 0 ? '/' : value.slice(0, 200)}${end}`,
      );
    default:
      return `${path}${path.includes('?') ? '&' : '?'}from=${value}&to=-1h&limit=${value}`;
  }
}

/** mulberry32 */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
