import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulated } from '../support/emulated-opensearch.ts';
import { openSearchContract } from './opensearch.contract.ts';

openSearchContract('emulated', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'opensearch-'));
  const { emulator, send } = await startEmulated(folder);
  const stop = async () => {
    await emulator.close();
    rmSync(folder, { recursive: true });
  };
  return { send, stop };
});
