import { startEmulatedStore } from '../support/event-stores.ts';
import { eventStoreContract } from './event-store.contract.ts';

const full = process.env.TRIBUTARY_TEST_FULL !== undefined;

eventStoreContract('the emulated OpenSearch', startEmulatedStore, {
  seeds: Number(process.env.SEEDS ?? (full ? 20 : 2)),
  queriesPerSeed: 250,
  // new ones at each full run, which is where rare cases are looked for
  firstSeed: Number(process.env.SEED ?? (full ? Date.now() % 1_000_000 : 1)),
});
