import { describe, it } from 'vitest';
import { startEngineStore } from '../support/event-stores.ts';
import { hostileQueriesContract } from './hostile-queries.contract.ts';

const url = process.env.OPENSEARCH_URL;

if (url === undefined) describe('hostile searches on a real OpenSearch', () => it.skip('needs OPENSEARCH_URL'));
else
  hostileQueriesContract('a real OpenSearch', async () => ({ ...(await startEngineStore(url)), url }), {
    count: 20_000,
    waitMillis: 6_000,
    bound: { ratio: 2, rounds: 5 },
  });
