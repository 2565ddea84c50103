import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalFile } from '../../bin/local/seed.ts';
import { ROOT } from './steps.ts';

/** The whole platform in a process of its own, as `npm start` runs it. */
export interface Platform extends LocalFile {
  readonly dataDir: string;
  /** What it printed. */
  readonly output: () => string;
  /** Calls it with the key of the user's own project. */
  call(path: string, init?: RequestInit): Promise<Response>;
  json<T = Record<string, unknown>>(path: string, init?: RequestInit): Promise<T>;
  /** Ends it as a power cut would: every process at once. */
  kill(): Promise<void>;
  /** Ctrl-C. @returns its exit code */
  stop(): Promise<number | null>;
}

export interface PlatformOptions {
  /** Kept when given, else a folder that is gone after `stop`. */
  readonly dataDir?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const START_MILLIS = 120_000;

/** Starts it on a port of the system's choice, without demo unless asked. */
export async function startPlatform({
  dataDir,
  args = ['--no-demo'],
  env = {},
}: PlatformOptions = {}): Promise<Platform> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'tributary-e2e-'));
  const startedAt = Date.now();
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bin/local.ts', '--port', '0', '--data', folder, ...args],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // no engine of the test run's own shell stands in for an emulator unless the test says so
      env: { ...withoutEngines(process.env), ...env },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await untilRunning(child, () => output, startedAt);
  const file = LocalFile.parse(JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8')));
  const call = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, file.url), { ...init, headers: { 'x-api-key': file.apiKey, ...init.headers } });
  return {
    ...file,
    dataDir: folder,
    output: () => output,
    call,
    json: async <T>(path: string, init?: RequestInit) => (await call(path, init)).json() as Promise<T>,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      const code = await exited;
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

async function untilRunning(child: ChildProcess, output: () => string, startedAt: number): Promise<void> {
  while (!output().includes('Tributary is running')) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the platform ended:\n${output()}`);
    if (Date.now() - startedAt > START_MILLIS) {
      child.kill('SIGKILL');
      throw new Error(`the platform is not up after ${START_MILLIS} ms:\n${output()}`);
    }
    await sleep(50);
  }
}

function withoutEngines(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !/^(OPENSEARCH_URL|AWS_)/.test(name));
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Asks until the answer is as wanted, for what becomes true after a while. @throws the last answer in words */
export async function eventually<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(answer)?.slice(0, 500)} after ${seconds} s`);
    await sleep(100);
  }
}

/** Where the real logs are, undefined where they are not. */
export function testData(): string | undefined {
  const folder = process.env.TRIBUTARY_TEST_DATA ?? join(ROOT, '../shared/data');
  return existsSync(folder) ? folder : undefined;
}
