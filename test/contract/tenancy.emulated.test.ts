import { startEmulatedStore } from '../support/event-stores.ts';
import { tenancyContract } from './tenancy.contract.ts';

const full = process.env.TRIBUTARY_TEST_FULL !== undefined;
const reads = Number(process.env.READS ?? (full ? 100_000 : 500));

tenancyContract(
  'the emulated OpenSearch',
  startEmulatedStore,
  reads,
  Number(process.env.SEED ?? (full ? Date.now() : 1)),
);
