import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, type Platform, startPlatform } from '../support/platform.ts';

const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;
const SENDS = FULL ? 200 : 30;
const EVENTS = FULL ? 1_000 : 200;

interface Page {
  readonly logs: readonly { readonly id: string }[];
  readonly total: number;
  readonly next_cursor: string | null;
}

describe('a power cut', () => {
  it(`in the middle of ${SENDS} sends of ${EVENTS} events loses none that was acknowledged and shows none twice`, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tributary-kill-'));
    try {
      const first = await startPlatform({ dataDir });
      const acknowledged = await sendUntilKilled(first);
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(acknowledged.length).toBeLessThan(SENDS * EVENTS);

      const second = await startPlatform({ dataDir });
      try {
        expect(second.apiKey).toBe(first.apiKey);
        const shown = await eventually(
          () => allIds(second),
          (ids) => acknowledged.every((id) => ids.has(id)),
          120,
        );
        // what was not acknowledged may be there or not; nothing is there twice, because every page gives other ids
        expect(shown.size).toBeGreaterThanOrEqual(acknowledged.length);
        const { total } = await second.json<Page>('/api/v1/logs/search?limit=1');
        expect(total).toBe((await allIds(second)).size);
      } finally {
        await second.stop();
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('of nobody: Ctrl-C ends it within five seconds with nothing accepted lost', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tributary-stop-'));
    try {
      const first = await startPlatform({ dataDir });
      const ids = await send(first, 0);
      const startedAt = Date.now();
      expect(await first.stop()).toBe(0);
      expect(Date.now() - startedAt).toBeLessThan(15_000);
      const second = await startPlatform({ dataDir });
      await eventually(
        () => allIds(second),
        (shown) => ids.every((id) => shown.has(id)),
        60,
      );
      await second.stop();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

/** Four clients send; a third of the way the process is killed. @returns ids of every event that a 2xx named */
async function sendUntilKilled(platform: Platform): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  let next = 0;
  let killing: Promise<void> | undefined;
  const client = async () => {
    for (let n = next++; n < SENDS; n = next++) {
      const ids = await send(platform, n).catch(() => undefined);
      if (ids === undefined) return;
      acknowledged.push(...ids);
      if (acknowledged.length >= (SENDS * EVENTS) / 3) killing ??= platform.kill();
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  await killing;
  return acknowledged;
}

async function send(platform: Platform, n: number): Promise<readonly string[]> {
  const batch = Array.from({ length: EVENTS }, (_, at) => ({
    timestamp: Date.now(),
    level: 'INFO',
    service: 'kill',
    message: `send ${n} event ${at}`,
  }));
  const answer = await platform.call('/api/v1/logs/batch', {
    method: 'POST',
    body: JSON.stringify(batch),
    headers: { 'content-type': 'application/json' },
  });
  if (answer.status !== 202) throw new Error(`answered ${answer.status}`);
  return ((await answer.json()) as { ids: string[] }).ids;
}

async function allIds(platform: Platform): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let cursor: string | null = null;
  do {
    const page: Page = await platform.json<Page>(
      `/api/v1/logs/search?limit=1000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { id } of page.logs) {
      if (ids.has(id)) throw new Error(`${id} is shown twice`);
      ids.add(id);
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
  return ids;
}
