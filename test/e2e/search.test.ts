import { afterAll, beforeAll } from 'vitest';
import { type Platform, startPlatform } from '../support/platform.ts';
import { realLogs } from './loghub.suite.ts';
import { reads } from './reads.suite.ts';

/** A store that takes the place of the emulated one. */
const STORE = process.env.OPENSEARCH_URL_FOR_LOGHUB;

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform(STORE ? { env: { OPENSEARCH_URL: STORE } } : {});
});
afterAll(() => platform?.stop());

reads(() => platform);
realLogs(() => platform);
