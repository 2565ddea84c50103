import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { MemoryEventStore } from '../../functions/adapters/event-store/memory.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { OpenSearchEventHider } from '../../functions/adapters/event-store/opensearch-hider.ts';
import { startEmulated } from '../support/emulated-opensearch.ts';
import { eventHiderContract } from './event-hider.contract.ts';

const started: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of started) await stop();
});

eventHiderContract('memory', async () => {
  const store = new MemoryEventStore();
  return { store, hider: store, refresh: async () => {}, remove: async () => {} };
});

eventHiderContract('the emulated OpenSearch', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'event-hider-'));
  const { emulator, send } = await startEmulated(directory);
  started.push(async () => {
    await emulator.close();
    await rm(directory, { recursive: true });
  });
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'secret' };
  const env = EventStoreEnv.parse({
    OPENSEARCH_DOMAIN_ENDPOINT: 'unused',
    OPENSEARCH_URL: emulator.url,
    OPENSEARCH_REFRESH_SECONDS: '1',
  });
  return {
    store: new OpenSearchEventStore(env, credentials),
    hider: new OpenSearchEventHider(env, credentials),
    refresh: async () => void (await send('POST', '/logs-*/_refresh')),
    remove: async (index) => void (await send('DELETE', `/${index}`)),
  };
});
