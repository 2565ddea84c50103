import { startEmulatedStore } from '../support/event-stores.ts';
import { eventStoreContract } from './event-store.contract.ts';

eventStoreContract('the emulated OpenSearch', startEmulatedStore);
