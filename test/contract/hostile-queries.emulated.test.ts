import { startEmulatedStore } from '../support/event-stores.ts';
import { hostileQueriesContract } from './hostile-queries.contract.ts';

// it shares the machine with the searches themselves, so it is asked to go on answering and no more
hostileQueriesContract('the emulated OpenSearch', startEmulatedStore, { count: 4_000, waitMillis: 2_000 });
