import { describe } from 'vitest';
import { plainSender } from '../support/emulated-opensearch.ts';
import { openSearchContract } from './opensearch.contract.ts';

const url = process.env.OPENSEARCH_URL;

if (url === undefined) describe.skip('OpenSearch (real): OPENSEARCH_URL is not set');
else openSearchContract('real', async () => ({ send: plainSender(url), stop: async () => undefined }));
