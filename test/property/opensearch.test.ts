import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../lib/local-cloud/emulator.ts';
import { logsTemplate } from '../contract/opensearch-template.ts';
import { type Send, startEmulated } from '../support/emulated-opensearch.ts';
import {
  documentsOf,
  hourCounts,
  type ModelDocument,
  matches,
  ordered,
  query,
  sort,
  termCounts,
  toSource,
} from '../support/opensearch-model.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const QUERIES = Number(process.env.QUERIES ?? 150);

describe(`the emulated OpenSearch against a scan of the same documents (SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'opensearch-property-'));
  let emulator: Emulator;
  let send: Send;
  /** What must be in the index, by id. */
  const stored = new Map<string, ModelDocument>();

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path
  const call = async (path: string, body: unknown): Promise<any> => {
    const response = await send('POST', path, typeof body === 'string' ? body : JSON.stringify(body));
    const answer = await response.json();
    expect(response.status, JSON.stringify(answer)).toBe(200);
    return answer;
  };

  beforeAll(async () => {
    ({ emulator, send } = await startEmulated(folder));
    await send('PUT', '/_index_template/logs', JSON.stringify(logsTemplate('logs-*')));
    const documents = documentsOf(300, SEED);
    // many small refreshes over two indices, with replaced and deleted documents, so that segments are merged under way
    for (let from = 0; from < documents.length; from += 12) {
      const lines: string[] = [];
      for (const [offset, document] of documents.slice(from, from + 12).entries()) {
        const index = `logs-${document.id.charCodeAt(4) % 2}`;
        lines.push(JSON.stringify({ create: { _index: index, _id: document.id } }), JSON.stringify(toSource(document)));
        stored.set(document.id, document);
        if (offset % 5 === 0) {
          const changed = { ...document, project: 'changed' };
          lines.push(JSON.stringify({ index: { _index: index, _id: document.id } }), JSON.stringify(toSource(changed)));
          stored.set(document.id, changed);
        }
        const earlier = documents[from - 12 + offset];
        if (offset % 7 === 0 && earlier !== undefined) {
          lines.push(JSON.stringify({ delete: { _index: `logs-${earlier.id.charCodeAt(4) % 2}`, _id: earlier.id } }));
          stored.delete(earlier.id);
        }
      }
      const { errors } = await call('/_bulk?refresh=true', `${lines.join('\n')}\n`);
      expect(errors).toBe(false);
    }
  }, 60_000);

  afterAll(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true });
  });

  it(`keeps, counts and orders what the scan does, for ${QUERIES} queries`, async () => {
    const bodies = fc.sample(fc.tuple(query, sort), { numRuns: QUERIES, seed: SEED });
    for (const [clause, keys] of bodies) {
      const kept = [...stored.values()].filter((document) => matches(clause, document));
      const answer = await call('/logs-*/_search', {
        query: clause,
        sort: keys,
        size: 1000,
        track_total_hits: true,
        aggs: {
          kv: { terms: { field: 'kv', size: 1000 } },
          some: { terms: { field: 'kv', include: 'k\0.*', size: 3 } },
          severity: { terms: { field: 'severity', size: 1000 }, aggs: { high: { max: { field: 'n0' } } } },
          hours: { date_histogram: { field: 'time', fixed_interval: '1h' } },
        },
      });
      const said = JSON.stringify({ query: clause, sort: keys });
      expect(answer.hits.total.value, said).toBe(kept.length);
      expect(
        answer.hits.hits.map((hit: { _id: string }) => hit._id),
        said,
      ).toEqual(ordered(kept, keys).map(({ id }) => id));
      const bucketsOf = (name: string) =>
        answer.aggregations[name].buckets.map((bucket: { key: unknown; doc_count: number }) => [
          bucket.key,
          bucket.doc_count,
        ]);
      expect(bucketsOf('kv'), said).toEqual(termCounts(kept, 'kv'));
      expect(bucketsOf('some'), said).toEqual(termCounts(kept, 'kv', 'k\0').slice(0, 3));
      expect(bucketsOf('severity'), said).toEqual(termCounts(kept, 'severity'));
      expect(bucketsOf('hours'), said).toEqual(hourCounts(kept));
    }
  }, 120_000);

  it('pages through any order without skipping or repeating', async () => {
    for (const keys of fc.sample(sort, { numRuns: 20, seed: SEED })) {
      const seen: string[] = [];
      let after: unknown;
      for (;;) {
        const response = await send(
          'POST',
          '/logs-*/_search',
          JSON.stringify({ size: 37, sort: keys, _source: false }).replace(
            /}$/,
            after === undefined ? '}' : `,"search_after":${after}}`,
          ),
        );
        const text = await response.text();
        const ids = [...text.matchAll(/"_id":"(\w+)"/g)].map(([, id]) => id as string);
        seen.push(...ids);
        if (ids.length < 37) break;
        // the sort values as they came: nanoseconds do not fit a number
        after = text.slice(text.lastIndexOf('"sort":') + 7, text.indexOf(']', text.lastIndexOf('"sort":')) + 1);
      }
      expect(seen, JSON.stringify(keys)).toEqual(ordered([...stored.values()], keys).map(({ id }) => id));
    }
  }, 60_000);
});
