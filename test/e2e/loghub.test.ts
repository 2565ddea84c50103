import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countWord, readLogHub } from '../support/loghub.ts';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';
import { ROOT } from '../support/steps.ts';

const ALL = readLogHub();
const FILES = process.env.TRIBUTARY_TEST_FULL ? ALL : ALL.slice(0, 2);
const WORDS =
  'error info failed connection user root password from for block terminating received root server to session opened authentication 5070 bytes'.split(
    ' ',
  );

// a store that is not this run's own may hold the lines of another
const RUN = Date.now().toString(36);
const serviceOf = (client: 'cli' | 'curl', system: string) => `${client}-${system}-${RUN}`;

interface Page {
  readonly logs: readonly { readonly id: string; readonly original?: string }[];
  readonly total: number;
  readonly total_relation: string;
  readonly next_cursor: string | null;
}

describe.skipIf(ALL.length === 0)(`real logs of ${FILES.length} systems, sent twice`, () => {
  let platform: Platform;
  const search = (query: string, more = '') =>
    platform.json<Page>(`/api/v1/logs/search?query=${encodeURIComponent(query)}${more}`);

  beforeAll(async () => {
    platform = await startPlatform(
      process.env.OPENSEARCH_URL_FOR_LOGHUB ? { env: { OPENSEARCH_URL: process.env.OPENSEARCH_URL_FOR_LOGHUB } } : {},
    );
    for (const { path, system } of FILES) {
      const cli = spawnSync(
        process.execPath,
        ['bin/tributary.ts', 'send', path, '--service', serviceOf('cli', system)],
        {
          cwd: ROOT,
          env: { ...process.env, TRIBUTARY_URL: platform.url, TRIBUTARY_API_KEY: platform.apiKey },
          encoding: 'utf8',
        },
      );
      expect(`${cli.stdout}${cli.stderr}`).toContain(' accepted, 0 rejected');
      const curl = await platform.call(`/v1/ingest?service=${serviceOf('curl', system)}`, {
        method: 'POST',
        body: readFileSync(path),
        headers: { 'content-type': 'text/plain' },
      });
      expect(curl.status).toBe(200);
    }
    const expected = 2 * FILES.reduce((sum, { lines }) => sum + lines.length, 0);
    await eventually(
      () => search(`service:*-${RUN}`, '&limit=1'),
      ({ total }) => total >= expected,
      60,
    );
  });
  afterAll(() => platform?.stop());

  it.each(
    FILES.flatMap(({ system, lines }) => (['cli', 'curl'] as const).map((client) => ({ client, system, lines }))),
  )('gives back every line of $system, sent by $client, once and unchanged', async ({ client, system, lines }) => {
    const found: { id: string; original: string }[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await search(
        `service:${serviceOf(client, system)}`,
        `&limit=1000&order=asc${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      found.push(...page.logs.map(({ id, original = '' }) => ({ id, original })));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(found.length).toBe(lines.length);
    expect(new Set(found.map(({ id }) => id)).size).toBe(lines.length);
    expect(found.map(({ original }) => original).sort()).toEqual([...lines].sort());
  });

  it.each([...new Set(WORDS)])('counts "%s" as grep does', async (word) => {
    for (const client of ['cli', 'curl'] as const) {
      const services = FILES.map(({ system }) => serviceOf(client, system));
      const page = await search(
        `${word} (${services.map((service) => `service:${service}`).join(' OR ')})`,
        '&limit=1',
      );
      const expected = FILES.reduce((sum, { lines }) => sum + countWord(lines, word), 0);
      expect([page.total, page.total_relation]).toEqual([expected, 'eq']);
    }
  });
});
