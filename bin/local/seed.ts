import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { generateSample } from '../../functions/ingest/generator/generate.ts';

/** `DIR/local.json`: what the command line, scripts and a person need to begin. */
export const LocalFile = z.object({
  url: z.string(),
  webSocketUrl: z.string(),
  /** The user's own project. */
  project: z.string(),
  username: z.string(),
  password: z.string(),
  /** Reads and writes the user's own project. */
  apiKey: z.string(),
  /** Whether the demo project was filled. */
  demo: z.boolean(),
});
export type LocalFile = z.output<typeof LocalFile>;

const OWN_PROJECT = 'default';
const DEMO_PROJECT = 'demo';
const DAY_MILLIS = 86_400_000;
const DEMO_EVENTS = 20_000;
const BATCH = 1_000;

/** Where the platform is reached, and the administrator's password. */
export interface SeedFrom {
  /** Where to call now; the public URL may not be open yet. */
  readonly url: string;
  readonly publicUrl: string;
  readonly webSocketUrl: string;
  readonly password: string;
}

/** Signs the administrator in, makes a key where none is known that works, and writes `local.json`. */
export async function makeLocalFile(
  dataDir: string,
  { url, publicUrl, webSocketUrl, password }: SeedFrom,
): Promise<LocalFile> {
  const known = readLocalFile(dataDir);
  const { access_token: token } = await call(
    url,
    'POST',
    '/api/v1/auth/login',
    new URLSearchParams({ username: 'admin', password }),
    {},
  );
  const works =
    known !== undefined &&
    (await fetch(`${url}/api/v1/logs/recent?limit=1`, { headers: { 'x-api-key': known.apiKey } })).status !== 401;
  const apiKey = works ? known.apiKey : await makeKey(url, token, OWN_PROJECT, 'local', ['ingest', 'read']);
  const file = {
    url: publicUrl,
    webSocketUrl,
    project: OWN_PROJECT,
    username: 'admin',
    password,
    apiKey,
    demo: known?.demo ?? false,
  };
  writeLocalFile(dataDir, file);
  return file;
}

/** Fills a demo project with a day of generated logs, once. */
export async function fillDemo(dataDir: string, file: LocalFile): Promise<void> {
  if (file.demo) return;
  const { url, password } = file;
  const { access_token: token } = await call(
    url,
    'POST',
    '/api/v1/auth/login',
    new URLSearchParams({ username: 'admin', password }),
    {},
  );
  const projects = await call<{ items: { id: string }[] }>(url, 'GET', '/api/v1/projects', undefined, {
    authorization: `Bearer ${token}`,
  });
  if (!projects.items.some(({ id }) => id === DEMO_PROJECT)) {
    await call(
      url,
      'POST',
      '/api/v1/projects',
      { id: DEMO_PROJECT, name: 'Demo shop' },
      { authorization: `Bearer ${token}` },
    );
  }
  const to = Date.now();
  const sample = generateSample({ from: to - DAY_MILLIS, to, events: DEMO_EVENTS, seed: 42 });
  for (let start = 0; start < sample.length; start += BATCH) {
    await call(url, 'POST', '/api/v1/logs/batch', sample.slice(start, start + BATCH), {
      authorization: `Bearer ${token}`,
      'x-project-id': DEMO_PROJECT,
      // a start that was cut off in the middle sends the same again: the same day, the same batch
      'idempotency-key': `demo-${new Date(to).toISOString().slice(0, 10)}-${start}`,
    });
  }
  writeLocalFile(dataDir, { ...file, demo: true });
}

async function makeKey(
  url: string,
  token: string,
  project: string,
  name: string,
  scopes: readonly string[],
): Promise<string> {
  const { key } = await call(
    url,
    'POST',
    '/api/v1/keys',
    { name, scopes },
    { authorization: `Bearer ${token}`, 'x-project-id': project },
  );
  return key;
}

async function call<T = { access_token: string; key: string }>(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const form = body instanceof URLSearchParams;
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { ...headers, ...(body !== undefined && !form && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
    });
    if (answer.ok) return (await answer.json()) as T;
    if (answer.status < 500 || attempt === 5)
      throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    await sleep(attempt * 200);
  }
}

export function readLocalFile(dataDir: string): LocalFile | undefined {
  const path = join(dataDir, 'local.json');
  return existsSync(path) ? LocalFile.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data : undefined;
}

/** Written beside and renamed, so that no reader finds half of it. */
function writeLocalFile(dataDir: string, file: LocalFile): void {
  const path = join(dataDir, 'local.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
