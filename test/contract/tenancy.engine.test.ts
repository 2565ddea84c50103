import { describe, it } from 'vitest';
import { startEngineStore } from '../support/event-stores.ts';
import { tenancyContract } from './tenancy.contract.ts';

const url = process.env.OPENSEARCH_URL;

if (url === undefined) describe('tenancy on a real OpenSearch', () => it.skip('needs OPENSEARCH_URL'));
else
  tenancyContract(
    'a real OpenSearch',
    () => startEngineStore(url),
    Number(process.env.READS ?? 2_000),
    Number(process.env.SEED ?? 1),
  );
