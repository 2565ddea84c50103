import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../lib/local-cloud/emulator.ts';
import { plainSender, type Send, startEmulated } from '../support/emulated-opensearch.ts';
import { documentsOf, searchBody, toSource } from '../support/opensearch-model.ts';
import { logsTemplate } from './opensearch-template.ts';

const url = process.env.OPENSEARCH_URL;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const QUERIES = Number(process.env.QUERIES ?? 1500);

/**
 * What must be equal of an answer: not its duration, nor the last digits of sums, which depend on the order of adding, nor the empty
 * `meta` that the real one shows at some aggregations inside others.
 */
function essence(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : Number(value.toPrecision(9));
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !['took', '_shards', 'timed_out', 'doc_count_error_upper_bound', 'meta'].includes(key))
      .map(([key, member]) => [key, essence(member)]),
  );
}

describe.skipIf(url === undefined)(`the emulated OpenSearch against the real one (SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'opensearch-fuzz-'));
  const prefix = `ocf${randomUUID().slice(0, 8)}`;
  let emulator: Emulator;
  let engines: Send[];

  beforeAll(async () => {
    const emulated = await startEmulated(folder);
    emulator = emulated.emulator;
    engines = [emulated.send, plainSender(url as string)];
    for (const send of engines) {
      await send('PUT', `/_index_template/${prefix}`, JSON.stringify(logsTemplate(`${prefix}-*`)));
      const documents = documentsOf(200, SEED);
      for (let from = 0; from < documents.length; from += 40) {
        const lines = documents
          .slice(from, from + 40)
          .flatMap((document) => [
            JSON.stringify({ index: { _index: `${prefix}-${from % 80 === 0 ? 'a' : 'b'}`, _id: document.id } }),
            JSON.stringify(toSource(document)),
          ]);
        const response = await send('POST', '/_bulk?refresh=true', `${lines.join('\n')}\n`);
        expect(((await response.json()) as { errors: boolean }).errors).toBe(false);
      }
    }
  });

  afterAll(async () => {
    await engines[1]?.('DELETE', `/${prefix}-*`);
    await engines[1]?.('DELETE', `/_index_template/${prefix}`);
    await emulator.close();
    rmSync(folder, { recursive: true });
  });

  it(`answers ${QUERIES} searches alike`, async () => {
    let compared = 0;
    for (const body of fc.sample(searchBody, { numRuns: QUERIES, seed: SEED })) {
      const [emulated, real] = await Promise.all(
        engines.map(async (send) => {
          const response = await send('POST', `/${prefix}-*/_search`, JSON.stringify(body));
          const answer = await response.json();
          return {
            status: response.status,
            body: essence(answer),
            failed: JSON.stringify(answer._shards?.failures ?? answer.error ?? []),
          };
        }),
      );
      // the real one cannot send the sort value of a missing date from one shard to another, and leaves that shard out
      if (real?.failed.includes('are before the epoch in 1970')) continue;
      compared++;
      expect(real?.status, JSON.stringify(body)).toBe(200);
      expect(emulated, JSON.stringify(body)).toEqual(real);
    }
    expect(compared).toBeGreaterThan(QUERIES / 2);
  });
});
