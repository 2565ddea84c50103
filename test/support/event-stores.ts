import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { startEmulated } from './emulated-opensearch.ts';

const envOf = (url: string) =>
  EventStoreEnv.parse({ OPENSEARCH_DOMAIN_ENDPOINT: 'unused', OPENSEARCH_URL: url, OPENSEARCH_REFRESH_SECONDS: '1' });

/** An event store on an emulated OpenSearch of its own. */
export async function startEmulatedStore() {
  const directory = await mkdtemp(join(tmpdir(), 'event-store-'));
  const { emulator, send } = await startEmulated(directory);
  return {
    url: emulator.url,
    store: new OpenSearchEventStore(envOf(emulator.url), { accessKeyId: 'operator', secretAccessKey: 'secret' }),
    refresh: async () => void (await send('POST', '/logs-*/_refresh')),
    remove: async (index: string) => void (await send('DELETE', `/${index}`)),
    /** All documents as they are stored, by index and id. */
    documents: async () => {
      const answer = await send('POST', '/logs-*/_search', JSON.stringify({ size: 10_000, query: { match_all: {} } }));
      const { hits } = (await answer.json()) as {
        hits: { hits: readonly { _index: string; _id: string; _source: unknown }[] };
      };
      return new Map(hits.hits.map(({ _index, _id, _source }) => [`${_index}/${_id}`, _source]));
    },
    stop: async () => {
      await emulator.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** An event store on a real OpenSearch, which others may use at the same time. */
export async function startEngineStore(url: string) {
  return {
    store: new OpenSearchEventStore(envOf(url)),
    refresh: async () => void (await fetch(`${url}/logs-*/_refresh`, { method: 'POST' })),
    remove: async (index: string) => void (await fetch(`${url}/${index}`, { method: 'DELETE' })),
    stop: async () => undefined,
  };
}
