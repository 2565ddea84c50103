import { startEmulatedStore } from '../support/event-stores.ts';
import { loghubContract } from './loghub.contract.ts';

const full = process.env.TRIBUTARY_TEST_FULL !== undefined;

loghubContract('the emulated OpenSearch', startEmulatedStore, full ? {} : { systems: 3, pasted: 40 });
