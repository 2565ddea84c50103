import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logsTemplate } from '../../../contract/opensearch-template.ts';
import { forkEmulated, type Send, startEmulated } from '../../../support/emulated-opensearch.ts';

const bulkOf = (ids: readonly string[], more: object = {}): string =>
  ids
    .map(
      (id) =>
        `{"create":{"_index":"logs-1","_id":"${id}"}}\n${JSON.stringify({ id, project: 'p', kv: ['k\0v'], words: ['some words'], ...more })}\n`,
    )
    .join('');
const ask = async (send: Send, method: string, path: string, body?: unknown) => {
  const response = await send(
    method,
    path,
    body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  );
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path
  return (await response.json()) as any;
};
const idsOf = async (send: Send, query: object = { match_all: {} }): Promise<string[]> => {
  const answer = await ask(send, 'POST', '/logs-*/_search', { size: 10_000, query, sort: ['id'], _source: false });
  return answer.hits.hits.map((hit: { _id: string }) => hit._id);
};

describe('what an answered bulk is worth', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'opensearch-durable-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps every answered write through a kill -9 in the middle of many, and shows each once', async () => {
    const server = await forkEmulated(folder);
    await ask(server.send, 'PUT', '/_index_template/logs', logsTemplate('logs-*'));
    const answered: string[] = [];
    const exited = once(server.child, 'exit');
    // four clients write until the process is gone; refreshes and merges run meanwhile
    const clients = [0, 1, 2, 3].map(async (client) => {
      for (let batch = 0; ; batch++) {
        const ids = Array.from(
          { length: 20 },
          (_, index) => `c${client}-${String(batch).padStart(4, '0')}-${String(index).padStart(2, '0')}`,
        );
        try {
          const { errors } = await ask(server.send, 'POST', `/_bulk?refresh=${batch % 3 === 0}`, bulkOf(ids));
          expect(errors).toBe(false);
        } catch {
          return;
        }
        answered.push(...ids);
        if (answered.length > 1500) server.child.kill('SIGKILL');
      }
    });
    await Promise.all([...clients, exited]);

    const again = await startEmulated(folder);
    const found = await idsOf(again.send);
    expect(found.filter((id, index) => id === found[index - 1])).toEqual([]);
    expect(answered.filter((id) => !found.includes(id))).toEqual([]);
    expect(
      await idsOf(again.send, {
        bool: { filter: [{ term: { kv: 'k\0v' } }, { match_phrase: { words: 'some words' } }] },
      }),
    ).toEqual(found);
    const { items } = await ask(again.send, 'POST', '/_bulk', bulkOf(answered.slice(0, 5)));
    expect(items.map((item: { create: { status: number } }) => item.create.status)).toEqual([409, 409, 409, 409, 409]);
    await again.emulator.close();
  }, 120_000);

  it('keeps deletions, replacements, templates and mappings over a restart', async () => {
    const first = await startEmulated(folder);
    await ask(first.send, 'PUT', '/_index_template/logs', logsTemplate('logs-*'));
    await ask(first.send, 'POST', '/_bulk?refresh=true', bulkOf(['a', 'b', 'c']));
    await ask(
      first.send,
      'POST',
      '/_bulk',
      '{"delete":{"_index":"logs-1","_id":"a"}}\n{"index":{"_index":"logs-1","_id":"b"}}\n{"id":"b","project":"q"}\n',
    );
    await ask(first.send, 'PUT', '/logs-1/_mapping', { properties: { extra: { type: 'keyword' } } });
    await first.emulator.close();
    const second = await startEmulated(folder);
    expect(await idsOf(second.send)).toEqual(['b', 'c']);
    expect(await idsOf(second.send, { term: { project: 'q' } })).toEqual(['b']);
    expect((await ask(second.send, 'GET', '/_index_template/logs')).index_templates[0].index_template.version).toBe(7);
    expect((await ask(second.send, 'GET', '/logs-1'))['logs-1'].mappings.properties.extra).toEqual({ type: 'keyword' });
    expect(
      (await ask(second.send, 'POST', '/_bulk', '{"index":{"_index":"logs-1","_id":"b"}}\n{"id":"b"}\n')).items[0].index
        ._version,
    ).toBe(3);
    await second.emulator.close();
  });

  it('makes segments again from the documents when a file is torn', async () => {
    const first = await startEmulated(folder);
    await ask(first.send, 'PUT', '/_index_template/logs', logsTemplate('logs-*'));
    for (const id of ['a', 'b', 'c']) await ask(first.send, 'POST', '/_bulk?refresh=true', bulkOf([id]));
    await first.emulator.close();
    const indices = join(folder, 'opensearch', 'indices');
    const [uuid = ''] = readdirSync(indices);
    const [segment = ''] = readdirSync(join(indices, uuid)).filter((name) => name.endsWith('.segment'));
    truncateSync(join(indices, uuid, segment), 100);
    const second = await startEmulated(folder);
    expect(await idsOf(second.send, { term: { kv: 'k\0v' } })).toEqual(['a', 'b', 'c']);
    await second.emulator.close();
  });

  it('merges many small segments without changing what is found', async () => {
    const { emulator, send } = await startEmulated(folder);
    await ask(send, 'PUT', '/_index_template/logs', logsTemplate('logs-*'));
    const ids = Array.from({ length: 60 }, (_, index) => `d${String(index).padStart(2, '0')}`);
    for (const id of ids) await ask(send, 'POST', '/_bulk?refresh=true', bulkOf([id]));
    const [uuid = ''] = readdirSync(join(folder, 'opensearch', 'indices'));
    const segments = () =>
      readdirSync(join(folder, 'opensearch', 'indices', uuid)).filter((name) => name.endsWith('.segment')).length;
    await expect.poll(segments, { timeout: 20_000 }).toBeLessThan(16);
    expect(await idsOf(send, { match_phrase: { words: 'some words' } })).toEqual(ids);
    await emulator.close();
  });

  it('leaves nothing of a deleted index', async () => {
    const { emulator, send } = await startEmulated(folder);
    await ask(send, 'PUT', '/_index_template/logs', logsTemplate('logs-*'));
    await ask(send, 'POST', '/_bulk?refresh=true', bulkOf(['a']));
    await ask(send, 'DELETE', '/logs-1');
    expect(readdirSync(join(folder, 'opensearch', 'indices'))).toEqual([]);
    await emulator.close();
  });
});
