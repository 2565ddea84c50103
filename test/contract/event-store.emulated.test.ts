import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { startEmulated } from '../support/emulated-opensearch.ts';
import { eventStoreContract } from './event-store.contract.ts';

const started: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of started) await stop();
});

eventStoreContract('the emulated OpenSearch', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'event-store-'));
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
    refresh: async () => void (await send('POST', '/logs-*/_refresh')),
    remove: async (index) => void (await send('DELETE', `/${index}`)),
  };
});
