import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { countWord, readLogHub } from '../support/loghub.ts';
import { eventually, type Platform } from '../support/platform.ts';
import { ROOT } from '../support/steps.ts';

const ALL = readLogHub();
const FILES = process.env.TRIBUTARY_TEST_FULL ? ALL : ALL.slice(0, 2);
const LINES = FILES.flatMap(({ lines }) => lines);
const WORDS =
  'error info failed connection user root password from for block terminating received server to session opened authentication 5070 bytes'.split(
    ' ',
  );
const CLIENTS = ['tributary send', 'curl'] as const;

interface Page {
  readonly logs: readonly { readonly id: string; readonly original?: string }[];
  readonly total: number;
  readonly total_relation: string;
  readonly next_cursor: string | null;
}

/** Real logs in projects of their own, a client each. */
export const realLogs = (given: () => Platform) => {
  describe.skipIf(ALL.length === 0)(`real logs of ${FILES.length} systems, sent twice`, () => {
    let platform: Platform;
    /** A project of its own for each client: a store that outlives the run may hold lines of another. */
    const keys = new Map<string, string>();

    const search = (client: string, query: string) =>
      platform.json<Page>(`/api/v1/logs/search?${query}`, { headers: { 'x-api-key': keys.get(client) ?? '' } });

    beforeAll(async () => {
      platform = given();
      for (const client of CLIENTS) keys.set(client, await makeProject(client));
      for (const { path } of FILES) {
        const cli = spawnSync(process.execPath, ['bin/tributary.ts', 'send', path], {
          cwd: ROOT,
          env: { ...process.env, TRIBUTARY_URL: platform.url, TRIBUTARY_API_KEY: keys.get('tributary send') },
          encoding: 'utf8',
        });
        expect(`${cli.stdout}${cli.stderr}`).toContain(' accepted, 0 rejected');
        const curl = await platform.call('/v1/ingest', {
          method: 'POST',
          body: readFileSync(path),
          headers: { 'content-type': 'text/plain', 'x-api-key': keys.get('curl') ?? '' },
        });
        expect(curl.status).toBe(200);
      }
      for (const client of CLIENTS) {
        await eventually(
          () => search(client, 'limit=1'),
          ({ total }) => total >= LINES.length,
          60,
        );
      }
    });

    it.each(CLIENTS)('gives back every line sent by %s once and unchanged', async (client) => {
      const found: { id: string; original: string }[] = [];
      let cursor: string | null = null;
      do {
        const page: Page = await search(
          client,
          `limit=1000&order=asc${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        found.push(...page.logs.map(({ id, original = '' }) => ({ id, original })));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(found.length).toBe(LINES.length);
      expect(new Set(found.map(({ id }) => id)).size).toBe(LINES.length);
      expect(found.map(({ original }) => original).sort()).toEqual([...LINES].sort());
    });

    it.each(WORDS)('counts "%s" as grep does', async (word) => {
      for (const client of CLIENTS) {
        const page = await search(client, `query=${word}&limit=1`);
        expect([page.total, page.total_relation]).toEqual([countWord(LINES, word), 'eq']);
      }
    });

    /** @returns a key that reads and writes a new project */
    async function makeProject(name: string): Promise<string> {
      const post = async <T>(path: string, body: object, headers: Record<string, string>): Promise<T> => {
        const isForm = body instanceof URLSearchParams;
        const answer = await fetch(new URL(path, platform.url), {
          method: 'POST',
          headers: isForm ? headers : { 'content-type': 'application/json', ...headers },
          body: isForm ? body : JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
        return (await answer.json()) as T;
      };
      const form = new URLSearchParams({ username: platform.username, password: platform.password });
      const { access_token } = await post<{ access_token: string }>('/api/v1/auth/login', form, {});
      const session = { authorization: `Bearer ${access_token}` };
      const { id } = await post<{ id: string }>('/api/v1/projects', { name }, session);
      const made = await post<{ key: string }>(
        '/api/v1/keys',
        { name, scopes: ['ingest', 'read'] },
        { ...session, 'x-project-id': id },
      );
      return made.key;
    }
  });
};
