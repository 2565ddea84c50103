import { describe, it } from 'vitest';
import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { OpenSearchEventHider } from '../../functions/adapters/event-store/opensearch-hider.ts';
import { eventHiderContract } from './event-hider.contract.ts';

const url = process.env.OPENSEARCH_URL;

if (url === undefined) describe('event hider on a real OpenSearch', () => it.skip('needs OPENSEARCH_URL'));
else {
  const env = EventStoreEnv.parse({
    OPENSEARCH_DOMAIN_ENDPOINT: 'unused',
    OPENSEARCH_URL: url,
    OPENSEARCH_REFRESH_SECONDS: '1',
  });
  eventHiderContract('a real OpenSearch', async () => ({
    store: new OpenSearchEventStore(env),
    hider: new OpenSearchEventHider(env),
    refresh: async () => void (await fetch(`${url}/logs-*/_refresh`, { method: 'POST' })),
    remove: async (index) => void (await fetch(`${url}/${index}`, { method: 'DELETE' })),
  }));
}
