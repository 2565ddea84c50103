import { describe, it } from 'vitest';
import { startEngineStore } from '../support/event-stores.ts';
import { eventStoreContract } from './event-store.contract.ts';

const url = process.env.OPENSEARCH_URL;
const seeds = Number(process.env.SEEDS ?? 20);
const firstSeed = Number(process.env.SEED ?? 1);

if (url === undefined) describe('event store on a real OpenSearch', () => it.skip('needs OPENSEARCH_URL'));
else eventStoreContract('a real OpenSearch', () => startEngineStore(url), { seeds, firstSeed, queriesPerSeed: 250 });
