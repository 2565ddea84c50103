import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from './exit.ts';

/** Where to call, and as whom. */
export interface Connection {
  readonly url: string;
  /** API key or access token. */
  readonly credential: string;
  /** Project for a session; a key has its own. */
  readonly project?: string | undefined;
}

const LocalFile = z.object({ url: z.string(), apiKey: z.string() });
const SessionFile = z.object({ url: z.string(), access_token: z.string(), expires_at: z.number() });

const sessionFile = () => join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'tributary', 'session.json');

/**
 * `TRIBUTARY_URL` and `TRIBUTARY_API_KEY`, else the session of `tributary login`, else the local platform's `local.json`, looked for in
 * `.tributary/` here and above, or in `TRIBUTARY_DATA`.
 */
export function findConnection(project?: string): Connection {
  const { TRIBUTARY_URL: url, TRIBUTARY_API_KEY: key } = process.env;
  if (url && key) return { url: url.replace(/\/+$/, ''), credential: key, project };
  const session = read(sessionFile(), SessionFile);
  if (session !== undefined && session.expires_at > Date.now() / 1000 && (!url || url === session.url)) {
    return { url: session.url, credential: session.access_token, project };
  }
  const local = findLocal();
  if (local !== undefined) return { url: url ?? local.url, credential: key ?? local.apiKey, project };
  if (session !== undefined)
    throw new CliError(EXIT.auth, `the session at ${session.url} is over: run "tributary login" again`);
  throw new CliError(
    EXIT.auth,
    'nowhere to call: set TRIBUTARY_URL and TRIBUTARY_API_KEY, run "tributary login", or start the local platform with "npm start"',
  );
}

function findLocal(): z.output<typeof LocalFile> | undefined {
  if (process.env.TRIBUTARY_DATA) return read(join(process.env.TRIBUTARY_DATA, 'local.json'), LocalFile);
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    const found = read(join(folder, '.tributary', 'local.json'), LocalFile);
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}

function read<T extends z.ZodType>(file: string, schema: T): z.output<T> | undefined {
  if (!existsSync(file)) return undefined;
  return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
}

/** Keeps a session where only its owner can read it. */
export function saveSession(session: z.input<typeof SessionFile>): string {
  const file = sessionFile();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(session), { mode: 0o600 });
  return file;
}
