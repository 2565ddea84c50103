import { describe, it } from 'vitest';
import { startEngineStore } from '../support/event-stores.ts';
import { loghubContract } from './loghub.contract.ts';

const url = process.env.OPENSEARCH_URL;
if (url === undefined) describe('real lines on a real OpenSearch', () => it.skip('needs OPENSEARCH_URL'));
else loghubContract('a real OpenSearch', () => startEngineStore(url));
