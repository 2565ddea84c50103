import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Platform } from '../support/platform.ts';

const run = promisify(execFile);
/** Programs that the commands call, and this machine has not. */
const MISSING = ['bash', 'curl', 'python3'].filter(
  (name) => !(process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name))),
);
const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;

/**
 * Commands of the texts that this platform is made after, as they stand there: host and credentials are put in. Where a text reads without
 * credentials, curl is given an API key by its configuration file.
 */
export const seedCommands = (platform: () => Platform) =>
  describe.skipIf(MISSING.length > 0)(
    `the commands of the seeds${MISSING.map((name) => ` (no ${name} here)`).join('')}`,
    () => {
      let home: string;
      beforeAll(() => {
        home = mkdtempSync(join(tmpdir(), 'tributary-curl-'));
        writeFileSync(join(home, '.curlrc'), `header = "X-API-Key: ${platform().apiKey}"\n`);
      });
      afterAll(() => rmSync(home, { recursive: true, force: true }));

      const shell = async (script: string, env: Readonly<Record<string, string>> = {}) => {
        const text = script
          .replaceAll('http://localhost:8000', platform().url)
          .replaceAll('test_key_123', platform().apiKey);
        return (await run('bash', ['-c', `set -o pipefail\n${text}`], { env: { ...process.env, ...env } })).stdout;
      };
      const withKey = (script: string) => shell(script, { CURL_HOME: home });
      const adminToken = async () => {
        const { url, username, password } = platform();
        const login = await fetch(new URL('/api/v1/auth/login', url), {
          method: 'POST',
          body: new URLSearchParams({ username, password }),
        });
        return ((await login.json()) as { access_token: string }).access_token;
      };

      it('of the workflow logger send an execution and read it back', async () => {
        const sent = JSON.parse(
          await shell(`curl -X POST http://localhost:8000/api/v1/logs \\
  -H "X-API-Key: test_key_123" \\
  -H "Content-Type: application/json" \\
  -d '{
    "environment": "production",
    "executed_at": "2025-12-24T10:30:00Z",
    "ticket_id": "TICKET-123",
    "status": "SUCCESS",
    "execution_time_seconds": 5.2,
    "category": "billing_issue",
    "metrics": {"confidence": 0.95},
    "payload": {"trace": []}
  }'`),
        ) as { id: string };
        const stored = await eventually(
          () => platform().call(`/api/v1/logs/${sent.id}`),
          ({ status }) => status === 200,
        );
        expect(await stored.json()).toMatchObject({ status: 'SUCCESS', ticket_id: 'TICKET-123' });
        const page = JSON.parse(
          await shell(`curl -X GET "http://localhost:8000/api/v1/logs?page=1&page_size=10" \\
  -H "X-API-Key: test_key_123"`),
        ) as { logs: object[]; total: number };
        expect(page).toMatchObject({ page: 1, page_size: 10 });
        expect(page.logs.length).toBe(Math.min(10, page.total));
        const overview = JSON.parse(
          await shell(`curl -X GET "http://localhost:8000/api/v1/metrics/overview?days=7" \\
  -H "X-API-Key: test_key_123"`),
        ) as { period: { from: string; to: string } };
        const days = (Date.parse(overview.period.to) - Date.parse(overview.period.from)) / 86_400_000;
        expect(days).toBeCloseTo(7, 3);
      });

      it('of the quick start find a healthy system', async () => {
        const health = JSON.parse(await shell('curl http://localhost:8000/health | python3 -m json.tool'));
        expect(health).toMatchObject({
          status: 'healthy',
          services: { elasticsearch: 'green', database: 'healthy', redis: 'healthy' },
        });
      });

      it('of authentication register, sign in, and use the token', async () => {
        const output = await shell(`curl -X POST "http://localhost:8000/api/v1/auth/register" \\
  -H "Content-Type: application/json" \\
  -d '{
    "username": "alice",
    "email": "alice@example.com",
    "password": "secure123",
    "full_name": "Alice Smith"
  }'
echo

# 2. Login and get token
TOKEN=$(curl -s -X POST "http://localhost:8000/api/v1/auth/login" \\
  -H "Content-Type: application/x-www-form-urlencoded" \\
  -d "username=alice&password=secure123" \\
  | python3 -c "import sys, json; print(json.load(sys.stdin)['access_token'])")

curl -s -H "Authorization: Bearer $TOKEN" http://localhost:8000/api/v1/auth/me`);
        const [registered, me] = output.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(registered).toMatchObject({ username: 'alice', full_name: 'Alice Smith', is_admin: false });
        expect(me).toEqual(registered);
      });

      it('of searches, metrics and monitoring answer with the key of a reader', async () => {
        const paths = [
          ...[
            'search?query=error',
            'search?service=payment-service',
            'search?level=ERROR',
            'search?level=ERROR&limit=10',
          ],
          'search?service=auth-service&level=WARN&query=timeout',
        ].map((path) => `logs/${path}`);
        const metrics = ['overview', 'service/payment-service', 'system', 'timeseries?interval=5m'];
        const all = [...paths, ...metrics.map((path) => `metrics/${path}`), 'cache/stats', 'trace/context'];
        const status = await withKey(
          all
            .map((path) => `curl -s -o /dev/null -w "%{http_code} " "http://localhost:8000/api/v1/${path}"`)
            .join('\n'),
        );
        expect(status.trim().split(' ')).toEqual(all.map(() => '200'));
      });

      it('of tracing keep a correlation id', async () => {
        const head = await shell(`CORR_ID="my-test-$(date +%s)"
curl -H "X-Correlation-ID: $CORR_ID" \\
  http://localhost:8000/ | python3 -m json.tool > /dev/null
echo "$CORR_ID"
curl -i -H "X-Correlation-ID: $CORR_ID" \\
  http://localhost:8000/ | grep -i correlation`);
        const [sent, came] = head.trim().split(/\r?\n/);
        expect(came?.toLowerCase()).toBe(`x-correlation-id: ${sent}`);
      });

      it('of rate limits show and take back, to the administrator alone', async () => {
        const TOKEN = await adminToken();
        const status = JSON.parse(
          await shell(
            `curl -H "Authorization: Bearer $TOKEN" \\
  http://localhost:8000/api/v1/rate-limits/status`,
            { TOKEN },
          ),
        ) as { items: { id: string }[]; limits: { class: string; limit: number }[] };
        // the local stage allows twenty times the seed's table
        expect(status.limits).toContainEqual(expect.objectContaining({ class: 'search', limit: 1_000 }));
        const login = status.items.find(({ id }) => id.startsWith('login:ip:'));
        expect(login).toBeDefined();
        const reset = await shell(
          `curl -s -X DELETE -H "Authorization: Bearer $TOKEN" "http://localhost:8000/api/v1/rate-limits/reset/${login?.id}"`,
          { TOKEN },
        );
        expect(JSON.parse(reset)).toEqual({ reset: 1 });
        expect((await platform().call('/api/v1/rate-limits/status')).status).toBe(403);
      });

      it.runIf(FULL)('of rate limits meet the limit, in the words of the seed', async () => {
        const TOKEN = await adminToken();
        // of an hour, so that the window hardly ends in the middle
        const output = await shell(
          `for i in {1..650}; do echo "url = http://localhost:8000/api/v1/auth/me"; echo "output = /dev/null"; done > "${home}/urls"
set -- -X PUT -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "{}"
curl -s "$@" -w "%{http_code}\\n" -K "${home}/urls" | sort | uniq -c
curl -s -i "$@" http://localhost:8000/api/v1/auth/me`,
          { TOKEN },
        );
        expect(output).toMatch(/^ *\d+ 429$/m);
        expect(output).toMatch(/^retry-after: \d+\r$/im);
        expect(output).toContain('Rate limit exceeded: 600 per 1 hour');
        // who comes next on this platform counts from the beginning
        const headers = { authorization: `Bearer ${TOKEN}` };
        const reset = await platform().call('/api/v1/rate-limits/reset-all', { method: 'DELETE', headers });
        expect(reset.ok).toBe(true);
        const change = { method: 'PUT', headers: { ...headers, 'content-type': 'application/json' }, body: '{}' };
        await eventually(
          () => platform().call('/api/v1/auth/me', change),
          ({ status }) => status !== 429,
        );
      });
    },
  );
