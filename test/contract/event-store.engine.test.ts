import { describe, it } from 'vitest';
import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { eventStoreContract } from './event-store.contract.ts';

const url = process.env.OPENSEARCH_URL;

if (url === undefined) describe('event store on a real OpenSearch', () => it.skip('needs OPENSEARCH_URL'));
else {
  const seeds = Number(process.env.SEEDS ?? 10);
  eventStoreContract(
    'a real OpenSearch',
    async () => ({
      store: new OpenSearchEventStore(
        EventStoreEnv.parse({
          OPENSEARCH_DOMAIN_ENDPOINT: 'unused',
          OPENSEARCH_URL: url,
          OPENSEARCH_REFRESH_SECONDS: '1',
        }),
      ),
      refresh: async () => void (await fetch(`${url}/logs-*/_refresh`, { method: 'POST' })),
      remove: async (index) => void (await fetch(`${url}/${index}`, { method: 'DELETE' })),
    }),
    { seeds, queriesPerSeed: 300 },
  );
}
