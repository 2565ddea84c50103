import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';
import { CLIENT_CASES, type ClientCase } from './client-cases.ts';
import { installClient } from './install.ts';
import { startRefusingProxy } from './refusing-proxy.ts';

const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;
const RUNS = FULL ? 3 : 1;
const LINES = 12;
const CLIENT_MILLIS = 60_000;
/** Longer than from acceptance to search: what is not there by then does not come. */
const SETTLED_MILLIS = 2_500;
const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';

interface Shown {
  readonly message: string;
  readonly timestamp: string;
  readonly service: string;
  readonly trace_id?: string;
  readonly span_id?: string;
}

const cases = CLIENT_CASES.filter(({ quick }) => FULL || quick);
const folders = new Map<string, string | undefined>();
for (const { folder } of cases) if (!folders.has(folder)) folders.set(folder, await installClient(folder, FULL));

let platform: Platform;
beforeAll(async () => {
  if ([...folders.values()].some((folder) => folder !== undefined)) platform = await startPlatform();
});
afterAll(() => platform?.stop());

let runs = 0;

describe.each(cases)('$name', (client) => {
  const folder = folders.get(client.folder);
  const start = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

  for (let run = 1; run <= RUNS; run++) {
    it.skipIf(folder === undefined)(
      `sends every line once, with its level, time, service and trace (run ${run})`,
      async () => {
        const { name, shown, output, statuses, startedAt } = await send(client, {
          refusals: 0,
          token: platform.apiKey,
        });
        expect(inOrder(shown), output).toEqual(expectedLines());
        expect(Math.max(...statuses)).toBeLessThan(300);
        for (const [n, event] of sorted(shown).entries()) {
          expect.soft(event.trace_id).toBe(TRACE_ID);
          expect.soft(event.span_id).toBe(SPAN_ID);
          if (client.service !== undefined) expect.soft(event.service).toBe(client.service);
          const time = Date.parse(event.timestamp);
          if (client.time === 'own') expect.soft(time).toBe(start + n * 1000);
          else expect.soft(time).toBeGreaterThanOrEqual(startedAt - 1000);
        }
        // by class: the client's own word (`30`, `warning`) is kept
        for (const [at, level] of client.levels ? LEVELS.entries() : [])
          expect
            .soft(inOrder(await find(`${name} level:${level}`)))
            .toEqual(expectedLines().filter((_, n) => n % 3 === at));
      },
    );
  }

  if (FULL) {
    it.skipIf(folder === undefined).each(Array.from({ length: RUNS }, (_, run) => run + 1))(
      'is answered 503 twice and loses and doubles nothing that it sends again (run %i)',
      async () => {
        const { shown, statuses, output } = await send(client, { refusals: 2, token: platform.apiKey });
        const refused = statuses.slice(0, 2);
        expect(refused).toEqual(refused.map(() => 503));
        // one that does not send again may have had all of it in one request
        expect(refused.length).toBeGreaterThanOrEqual(client.retries ? 2 : 1);
        if (client.retries) expect(inOrder(shown), output).toEqual(expectedLines());
        // one that does not send again loses what was refused, and only that
        else expect(new Set(inOrder(shown)).size).toBe(shown.length);
      },
    );

    it.skipIf(folder === undefined)('is told that its token is wrong, and nothing is stored', async () => {
      const token = `${platform.apiKey.slice(0, -4)}zzzz`;
      const { shown, statuses, output } = await send(client, { refusals: 0, token });
      expect(statuses.filter((status) => status !== 401 && status !== 403)).toEqual([]);
      expect(statuses.length).toBeGreaterThan(0);
      expect(shown).toEqual([]);
      if (client.tells) expect(output).toMatch(/40[13]|forbidden|unauthori[sz]ed|token|not valid/i);
    });
  }

  /** Runs the client with lines of its own, and waits for what can be found of them. */
  async function send(
    { form }: ClientCase,
    { refusals, token }: { readonly refusals: number; readonly token: string },
  ): Promise<Sent> {
    const name = `run${process.pid}x${runs++}`;
    const startedAt = Date.now();
    const proxy = await startRefusingProxy(platform.url, refusals);
    const output = await runClient(folder ?? '', {
      TRIBUTARY_URL: proxy.url,
      TRIBUTARY_TOKEN: token,
      RUN: name,
      START: String(start),
      COUNT: String(LINES),
      ...(form !== undefined && { FORM: form }),
    });
    await proxy.close();
    const isAccepted = proxy.statuses.some((status) => status < 300);
    const seconds = refusals > 0 && !client.retries ? 3 : 15;
    if (isAccepted)
      await eventually(
        () => find(name),
        (shown) => shown.length >= LINES,
        seconds,
      ).catch(() => {});
    await sleep(isAccepted ? 500 : SETTLED_MILLIS);
    return { name, shown: await find(name), statuses: proxy.statuses, output, startedAt };
  }

  async function find(query: string): Promise<readonly Shown[]> {
    const page = `/api/v1/logs/search?query=${encodeURIComponent(query)}&limit=1000`;
    return (await platform.json<{ logs: readonly Shown[] }>(page)).logs;
  }
});

interface Sent {
  /** Word that stands in each line. */
  readonly name: string;
  readonly shown: readonly Shown[];
  readonly statuses: readonly number[];
  /** What the client printed. */
  readonly output: string;
  readonly startedAt: number;
}

const LEVELS = ['info', 'warn', 'error'] as const;

const numberOf = ({ message }: Shown): number => Number(/ line (\d+)$/.exec(message)?.[1] ?? Number.NaN);
const sorted = (shown: readonly Shown[]): Shown[] => shown.toSorted((a, b) => numberOf(a) - numberOf(b));
const inOrder = (shown: readonly Shown[]): string[] =>
  sorted(shown).map(({ message }) => message.replace(/^run\d+x\d+ /, ''));
const expectedLines = (): string[] => Array.from({ length: LINES }, (_, n) => `line ${n}`);

/** @returns all that it printed */
async function runClient(folder: string, env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, ['send.mjs'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CLIENT_MILLIS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return output;
}
