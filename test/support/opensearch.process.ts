/** An emulated OpenSearch in a process of its own, to be killed or weighed: `node opensearch.process.ts <data folder>`. */

import { startOpenSearch } from '../../lib/local-cloud/opensearch/opensearch.ts';
import { openSearchOptions } from './emulated-opensearch.ts';

const [, , folder = ''] = process.argv;
const emulator = await startOpenSearch(openSearchOptions(folder));
process.send?.({ url: emulator.url });
process.on('disconnect', () => process.exit()); // whoever started it is gone
process.on('message', async (message: 'usage' | 'stop') => {
  if (message === 'usage') {
    const { user, system } = process.cpuUsage();
    process.send?.({ megabytes: Math.round(process.memoryUsage().rss / 2 ** 20), cpuMicros: user + system });
  } else {
    await emulator.close();
    process.exit(0);
  }
});
