import { MemoryEventStore } from '../../functions/adapters/event-store/memory.ts';
import { eventStoreContract } from './event-store.contract.ts';

eventStoreContract(
  'memory',
  async () => ({
    store: new MemoryEventStore(),
    refresh: async () => undefined,
    remove: async () => undefined,
    stop: async () => undefined,
  }),
  // it is what the others are compared with
  { seeds: 0 },
);
