/**
 * Bytes that events take on the disk of a real OpenSearch (`OPENSEARCH_URL`), beside what was sent: in all, and by part.
 * `EVENTS=200000` makes it larger.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import { type IndexName, toIndexName } from '../../functions/core/event-id.ts';
import { decodeFrame, readLines } from '../../functions/core/frame.ts';
import { ProjectId } from '../../functions/core/project.ts';
import { makeAccept } from '../../functions/ingest/accept.ts';
import { generateSample } from '../../functions/ingest/generator/generate.ts';
import { processByKind } from '../../functions/ingest/kinds/process.ts';
import { readBody } from '../../functions/ingest/lines/read-body.ts';
import { readBatch } from '../../functions/ingest/own-api/read-batch.ts';
import { readEntry } from '../../functions/ingest/own-api/read-entry.ts';
import { DEFAULT_POLICY, MemoryObjectStore } from '../support/fakes.ts';
import { readLogHub } from '../support/loghub.ts';

const EVENTS = Number(process.env.EVENTS ?? 100_000);
const BATCH = 2_000;
/** `index.soft_deletes.retention_lease.sync_interval` is 30 s. */
const LEASE_SYNC_MILLIS = 35_000;
const url = process.env.OPENSEARCH_URL;
if (url === undefined) {
  console.log('skipped: OPENSEARCH_URL names no OpenSearch');
  process.exit();
}

/** By the extensions of Lucene's files. */
const PARTS: readonly (readonly [part: string, extensions: readonly string[]])[] = [
  ['sources', ['fdt', 'fdx', 'fdm']],
  ['terms', ['tim', 'tip', 'tmd']],
  ['postings', ['doc']],
  ['positions', ['pos', 'pay']],
  ['columns', ['dvd', 'dvm']],
  ['points', ['kdd', 'kdi', 'kdm']],
  ['norms', ['nvd', 'nvm']],
];

const signal = new AbortController().signal;
const project = ProjectId.parse('bench');
const now = Date.parse('2026-11-21T12:00:00Z');
const store = new OpenSearchEventStore(
  EventStoreEnv.parse({ OPENSEARCH_DOMAIN_ENDPOINT: 'unused', OPENSEARCH_URL: url, OPENSEARCH_REFRESH_SECONDS: '10' }),
);

const call = async (method: string, path: string): Promise<Record<string, never>> => {
  const response = await fetch(`${url}${path}`, { method });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, never>;
};

const sample = generateSample({ from: now - 86_400_000, to: now, events: EVENTS, seed: 1 });
await weigh(
  'sample of a shop, JSON',
  sample.map((entry) => JSON.stringify(entry)),
  (lines) => readBatch(Buffer.from(`[${lines.join(',')}]`)).map(readEntry),
);
const lines = readLogHub().flatMap((file) => file.lines);
if (lines.length > 0)
  await weigh('real lines of text', lines, (some) => readBody(some.join('\n'), { received: now, join: false }));

/** Accepts and stores texts as they are sent, and prints what becomes of their bytes. */
async function weigh(
  what: string,
  texts: readonly string[],
  read: (texts: readonly string[]) => ReturnType<typeof readBody>,
): Promise<void> {
  const index: IndexName = toIndexName('365d', randomInt(100_000, 900_000));
  const accept = makeAccept({
    stream: {
      put: async (frames) => {
        for (const frame of frames) {
          const group = { project, index, lines: [...readLines(decodeFrame(frame))] };
          const [outcomes = []] = await store.create([group], signal);
          if (outcomes.some(({ kind }) => kind !== 'created')) throw new Error('an event was not created');
        }
        return frames.map(() => true);
      },
    },
    quarantine: new MemoryObjectStore(),
    quota: async () => [],
    policies: DEFAULT_POLICY.policies,
    now: () => now,
  });
  const arrival = { project, retention: '30d', source: { protocol: 'http' }, hints: {} } as const;
  try {
    for (let from = 0; from < texts.length; from += BATCH)
      await accept(read(texts.slice(from, from + BATCH)).map(processByKind), arrival, signal);
    const raw = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
    await call('POST', `/${index}/_flush?force=true&wait_if_ongoing=true`);
    const asWritten = await bytesOf(index);
    // until the leases on what was written are renewed, merges keep each source twice: as it came, too
    await sleep(LEASE_SYNC_MILLIS);
    await call('POST', `/${index}/_forcemerge?max_num_segments=1&flush=true`);
    await call('POST', `/${index}/_refresh`);
    await call('POST', `/${index}/_flush?force=true&wait_if_ongoing=true`); // lets go of what was merged
    const files = await filesOf(index);
    const merged = Object.values(files).reduce((sum, { size_in_bytes: bytes }) => sum + bytes, 0);
    console.log(
      `${what}: ${texts.length.toLocaleString('en')} of ${Math.round(raw / texts.length)} B; on disk ${(asWritten / raw).toFixed(2)} x as written, ${(merged / raw).toFixed(2)} x merged`,
    );
    for (const [part, extensions] of PARTS) {
      const bytes = extensions.reduce((sum, extension) => sum + (files[extension]?.size_in_bytes ?? 0), 0);
      console.log(`  ${part.padEnd(28)} ${(bytes / raw).toFixed(3)} x`);
    }
  } finally {
    await call('DELETE', `/${index}`);
  }
}

async function filesOf(index: IndexName): Promise<Readonly<Record<string, { readonly size_in_bytes: number }>>> {
  const { _all: all } = (await call('GET', `/${index}/_stats/segments?include_segment_file_sizes=true`)) as unknown as {
    _all: { primaries: { segments: { file_sizes: Record<string, { size_in_bytes: number }> } } };
  };
  return all.primaries.segments.file_sizes;
}

async function bytesOf(index: IndexName): Promise<number> {
  const { _all: all } = (await call('GET', `/${index}/_stats/store`)) as unknown as {
    _all: { primaries: { store: { size_in_bytes: number } } };
  };
  return all.primaries.store.size_in_bytes;
}
