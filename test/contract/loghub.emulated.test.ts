import { startEmulatedStore } from '../support/event-stores.ts';
import { loghubContract } from './loghub.contract.ts';

loghubContract('the emulated OpenSearch', startEmulatedStore);
