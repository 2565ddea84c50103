/**
 * Figures of the emulated OpenSearch: one million documents of eight attributes, a tenth of them of the project that is asked about.
 * Prints each question beside a naive scan of the same documents. `DOCUMENTS=200000` makes it smaller, `DATA=dir` keeps the store.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logsTemplate } from '../contract/opensearch-template.ts';
import { forkEmulated } from '../support/emulated-opensearch.ts';

const TOTAL = Number(process.env.DOCUMENTS ?? 1_000_000);
const BATCH = 2_000;
const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const PROJECTS = 10;

/** Pseudo-random whole number below `limit`, from a seed: the same documents in each run. */
let seed = 42;
const below = (limit: number): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * limit);
};

interface Document {
  readonly id: string;
  readonly project: string;
  readonly millis: number;
  readonly severity: number;
  readonly words: string[];
  readonly kv: string[];
  readonly keys: string[];
  readonly duration: number;
}

const WORDS = Array.from({ length: 4_000 }, (_, index) => `w${index.toString(36)}`);
const SEVERITIES = [9, 9, 9, 9, 9, 9, 13, 13, 17, 21];

function makeDocument(index: number): Document {
  const attributes: Record<string, string | number> = {
    'service.name': `service-${below(12)}`,
    'http.method': ['GET', 'POST', 'PUT', 'DELETE'][below(4)] as string,
    'http.route': `/api/v1/resource-${below(200)}`,
    'http.status': [200, 200, 200, 201, 404, 500][below(6)] as number,
    'user.id': `user-${below(100_000)}`,
    'request.id': `${below(2 ** 31).toString(36)}${below(2 ** 31).toString(36)}`,
    host: `ip-10-0-${below(16)}-${below(256)}`,
    region: `eu-${below(4)}`,
  };
  const message = Array.from(
    { length: 10 },
    () => WORDS[Math.floor(WORDS.length * (below(1_000) / 1_000) ** 3)] as string,
  );
  if (below(100) === 0) message.push('timeout');
  const pairs = Object.entries(attributes);
  return {
    id: `${index.toString(36).padStart(10, '0')}-0000000000000000`,
    project: `project-${below(PROJECTS)}`,
    millis: START + Math.floor((index / TOTAL) * DAY),
    severity: SEVERITIES[below(SEVERITIES.length)] as number,
    words: [message.join(' '), ...pairs.map(([, value]) => String(value).split(/\W+/).join(' '))],
    kv: pairs.flatMap(([key, value]) =>
      typeof value === 'number'
        ? [`${key}\0${value}`, `${key}\x01${value.toString(16).padStart(16, '0')}`]
        : [`${key}\0${value}`],
    ),
    keys: pairs.map(([key]) => key),
    duration: below(10_000) / 10,
  };
}

const toLine = ({ millis, duration, ...rest }: Document): string => {
  const time = `${new Date(millis).toISOString().slice(0, -1)}000000Z`;
  const event = JSON.stringify({ time, severity: rest.severity, body: rest.words[0], attributes: rest.kv });
  return `{"create":{"_id":"${rest.id}"}}\n${JSON.stringify({ ...rest, time, observed: time, n0: duration, event })}\n`;
};

const kept = process.env.DATA;
const folder = kept ?? mkdtempSync(join(tmpdir(), 'opensearch-bench-'));
let server = await forkEmulated(folder);
const call = async (method: string, path: string, body?: unknown): Promise<Record<string, never>> => {
  const response = await server.send(
    method,
    path,
    body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, never>;
};
const print = (what: string, value: string) => console.log(`${what.padEnd(64)} ${value}`);

const documents = Array.from({ length: TOTAL }, (_, index) => makeDocument(index));
await call('PUT', '/_index_template/logs', logsTemplate('logs-*'));
const { count } = (await call('POST', '/logs-*/_count', {})) as unknown as { count: number };
if (count !== TOTAL) {
  let spent = 0;
  const { cpuMicros: before } = await server.usage();
  for (let from = 0; from < TOTAL; from += BATCH) {
    const body = documents
      .slice(from, from + BATCH)
      .map(toLine)
      .join('');
    const start = performance.now();
    const { errors } = (await call('POST', '/logs-hot-20260101/_bulk?filter_path=errors', body)) as unknown as {
      errors: boolean;
    };
    if (errors) throw new Error('a document was refused');
    spent += performance.now() - start;
  }
  print('ingest, one client, documents a second', Math.round((TOTAL / spent) * 1000).toLocaleString());
  await call('POST', '/logs-*/_refresh');
  const { cpuMicros: after } = await server.usage();
  print('processor time a document, merges included, µs', ((after - before) / TOTAL).toFixed(0));
}
print('resident memory after writing, MB', String((await server.usage()).megabytes));

const project = { term: { project: 'project-3' } };
const day = { range: { time: { gte: '2026-01-01T00:00:00Z', lt: '2026-01-02T00:00:00Z' } } };
const query = { bool: { filter: [project, day] } };
const mine = (document: Document) => document.project === 'project-3';
const tally = <K>(keys: Iterable<K>): Map<K, number> => {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

/** Each question, and the same by looking at every document. */
const QUESTIONS: ReadonlyArray<readonly [name: string, body: unknown, scan: () => unknown]> = [
  [
    'newest 100 of a term',
    {
      size: 100,
      query: { bool: { filter: [project, { term: { words: 'timeout' } }] } },
      sort: [{ time: 'desc' }, { id: 'desc' }],
      _source: ['event'],
      track_total_hits: true,
    },
    () =>
      documents
        .filter((document) => mine(document) && document.words.some((text) => text.split(' ').includes('timeout')))
        .slice(-100),
  ],
  [
    'newest 100 of everything',
    { size: 100, query, sort: [{ time: 'desc' }, { id: 'desc' }], _source: ['event'], track_total_hits: true },
    () => documents.filter(mine).slice(-100),
  ],
  [
    'histogram of 24 h by severity',
    {
      size: 0,
      query,
      aggs: {
        h: {
          date_histogram: { field: 'time', fixed_interval: '15m' },
          aggs: { s: { terms: { field: 'severity', size: 25 } } },
        },
      },
    },
    () => tally(documents.filter(mine).map(({ millis, severity }) => `${Math.floor(millis / 900_000)} ${severity}`)),
  ],
  [
    'histogram of 24 h by severity, all projects',
    {
      size: 0,
      query: day,
      aggs: {
        h: {
          date_histogram: { field: 'time', fixed_interval: '15m' },
          aggs: { s: { terms: { field: 'severity', size: 25 } } },
        },
      },
    },
    () => tally(documents.map(({ millis, severity }) => `${Math.floor(millis / 900_000)} ${severity}`)),
  ],
  ...['http.route', 'user.id', 'request.id'].map(
    (key) =>
      [
        `top 10 of ${key}`,
        {
          size: 0,
          query,
          aggs: { t: { terms: { field: 'kv', include: `${key.replace('.', '\\.')}\0.*`, size: 10 } } },
        },
        () => tally(documents.filter(mine).flatMap(({ kv }) => kv.filter((pair) => pair.startsWith(`${key}\0`)))),
      ] as const,
  ),
  [
    'top 10 of user.id, all projects',
    { size: 0, query: day, aggs: { t: { terms: { field: 'kv', include: 'user\\.id\0.*', size: 10 } } } },
    () => tally(documents.flatMap(({ kv }) => kv.filter((pair) => pair.startsWith('user.id\0')))),
  ],
  [
    'p50, p95, p99 of a number by service',
    {
      size: 0,
      query,
      aggs: {
        s: {
          terms: { field: 'kv', include: 'service\\.name\0.*', size: 20 },
          aggs: { p: { percentiles: { field: 'n0', percents: [50, 95, 99] } } },
        },
      },
    },
    () => {
      const byService = Map.groupBy(documents.filter(mine), ({ kv }) => kv[0]);
      return [...byService.values()].map((list) => list.map(({ duration }) => duration).sort((a, b) => a - b));
    },
  ],
  [
    'phrase',
    {
      size: 100,
      query: { bool: { filter: [project, { match_phrase: { words: 'w0 w1' } }] } },
      sort: [{ time: 'desc' }, { id: 'desc' }],
      _source: ['event'],
    },
    () =>
      documents
        .filter((document) => mine(document) && document.words.some((text) => ` ${text} `.includes(' w0 w1 ')))
        .slice(-100),
  ],
  [
    'wildcard in the middle of an attribute',
    {
      size: 100,
      query: { bool: { filter: [project, { wildcard: { kv: { value: 'request.id\0*zz*' } } }] } },
      sort: [{ time: 'desc' }, { id: 'desc' }],
      _source: ['event'],
    },
    () =>
      documents
        .filter(
          (document) =>
            mine(document) && document.kv.some((pair) => pair.startsWith('request.id\0') && pair.includes('zz')),
        )
        .slice(-100),
  ],
  ['count of a project', { size: 0, query, track_total_hits: true }, () => documents.filter(mine).length],
];

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
for (const [name, body, scan] of QUESTIONS) {
  const times: number[] = [];
  const tooks: number[] = [];
  for (let run = 0; run < 15; run++) {
    const start = performance.now();
    const { took } = (await call('POST', '/logs-*/_search', body)) as unknown as { took: number };
    tooks.push(took);
    times.push(performance.now() - start);
  }
  const first = times[0] as number;
  const start = performance.now();
  scan();
  const naive = performance.now() - start;
  const typical = median(times);
  print(
    name,
    `${typical.toFixed(1)} ms (first ${first.toFixed(1)}, engine ${median(tooks)}), scan ${naive.toFixed(0)} ms, ratio ${(typical / naive).toFixed(3)}`,
  );
}

const closing = performance.now();
await server.stop();
print('stop', `${(performance.now() - closing).toFixed(0)} ms`);
const starting = performance.now();
server = await forkEmulated(folder);
await call('POST', '/logs-*/_count', {});
print('resident memory after a start, MB', String((await server.usage()).megabytes));
print('start to first count', `${(performance.now() - starting).toFixed(0)} ms`);
await server.stop();
if (kept === undefined) rmSync(folder, { recursive: true });
