import { gzipSync } from 'node:zlib';
import { decodeFrame } from '../../functions/core/frame.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import { makeAccept } from '../../functions/ingest/accept.ts';
import { generateSample } from '../../functions/ingest/generator/generate.ts';
import { processByKind } from '../../functions/ingest/kinds/process.ts';
import { readEntry } from '../../functions/ingest/own-api/read-entry.ts';
import { ASSUMPTIONS } from '../../lib/config/cost.ts';
import { PRICES, PRICES_AS_OF, PRICES_REGION } from '../../lib/config/prices.ts';
import { StageSettings } from '../../lib/config/stage.ts';
import { DEFAULT_POLICY, MemoryObjectStore } from '../support/fakes.ts';

/** What a GB of events costs in requests alone, whatever it weighs: counted on real frames, at list prices (`lib/config/prices.ts`). */

const TARGET = 0.005;
/** A rate at which the archive's objects are filled by time, not by size. */
const GB_PER_DAY = 10;
/** API Gateway counts a request anew for each 512 KB. */
const GATEWAY_UNIT_BYTES = 512_000;

const to = Date.parse('2026-11-21T12:00:00Z');
const { records, bytes, packed } = await sendOne();
const requests = 1e9 / bytes;
const frames = records.length * requests;
const { archiveWindowSeconds } = StageSettings.parse({ name: 'bench', size: 'standard' });
const objects = 86_400 / archiveWindowSeconds / GB_PER_DAY;

const lines: readonly (readonly [what: string, count: number, dollarsEach: number])[] = [
  ['requests at the gateway', requests * Math.ceil(packed / GATEWAY_UNIT_BYTES), PRICES.httpMillionRequests / 1e6],
  ['invocations of accept', requests, PRICES.functionMillionRequests / 1e6],
  // at worst each frame comes alone
  ['invocations of consumers', frames * ASSUMPTIONS.consumers, PRICES.functionMillionRequests / 1e6],
  ['limits counted', requests, PRICES.tableMillionWrites / 1e6],
  ['entries of the ledger', frames * 2, PRICES.tableMillionWrites / 1e6],
  [
    'objects of the archive, written and moved',
    objects,
    (PRICES.objectThousandPuts + PRICES.objectThousandMoves) / 1e3,
  ],
];
let total = 0;
for (const [what, count, dollarsEach] of lines) {
  total += count * dollarsEach;
  console.log(`${what}: ${count.toFixed(0)} a GB, $${(count * dollarsEach).toFixed(5)}`);
}
console.log(
  `requests cost $${total.toFixed(4)} a GB (≤ ${TARGET}) in batches of ${(bytes / 1e6).toFixed(1)} MB, ${(packed / 1e3).toFixed(0)} kB packed, at ${GB_PER_DAY} GB a day; list prices of ${PRICES_REGION}, ${PRICES_AS_OF}`,
);

/** A request of the size that shippers gather: the frames that it becomes, its bytes as JSON and packed. */
async function sendOne() {
  const sample = generateSample({ from: to - 600_000, to, events: 2_350, seed: 1 });
  const json = Buffer.from(JSON.stringify(sample));
  let records: readonly Buffer[] = [];
  const accept = makeAccept({
    stream: {
      put: async (put) => {
        records = put;
        return put.map(() => true);
      },
    },
    quarantine: new MemoryObjectStore(),
    ...DEFAULT_POLICY,
    now: () => to,
  });
  await accept(
    sample.map(readEntry).map(processByKind),
    { project: 'bench' as ProjectId, retention: '30d', source: { protocol: 'bench' }, hints: {} },
    new AbortController().signal,
  );
  const events = records.reduce((sum, record) => sum + decodeFrame(record).header.events, 0);
  if (events !== sample.length) throw new Error(`${sample.length} events were sent, frames hold ${events}`);
  return { records, bytes: json.length, packed: gzipSync(json).length };
}
