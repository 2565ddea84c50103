import { startEmulatedStore } from '../support/event-stores.ts';
import { eventStoreContract } from './event-store.contract.ts';

eventStoreContract('the emulated OpenSearch', startEmulatedStore, { seeds: Number(process.env.SEEDS ?? 2) });
