/**
 * What the pages ask, of one million events of one project as *accept* writes them: through the event store, on the emulated OpenSearch and,
 * where `OPENSEARCH_URL` names one, on a real one. Each question is asked at rest, with a filter besides, and while events arrive.
 * `EVENTS=200000` makes it smaller; `STORES=emulated` or `real` picks one; `DATA=dir` keeps the emulated store for the next time.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreEnv } from '../../functions/adapters/event-store/env.ts';
import { OpenSearchEventStore } from '../../functions/adapters/event-store/opensearch.ts';
import type { Selection } from '../../functions/adapters/event-store/port.ts';
import { type IndexName, toIndexName } from '../../functions/core/event-id.ts';
import { ProjectId } from '../../functions/core/project.ts';
import { fromMillis, type UnixNano } from '../../functions/core/unix-nano.ts';
import { parse } from '../../functions/search/language/parser.ts';
import { acceptedSample } from '../support/accepted-sample.ts';
import { forkEmulated } from '../support/emulated-opensearch.ts';

const EVENTS = Number(process.env.EVENTS ?? 1_000_000);
const RUNS = 25;
/** Events that arrive while questions are asked, and how often. */
const ARRIVING = 100;
const ARRIVING_EVERY_MILLIS = 100;
const to = Date.parse('2026-11-21T12:00:00Z');
const from = to - 86_400_000;
const never = new AbortController().signal;

interface Bench {
  readonly store: OpenSearchEventStore;
  readonly index: IndexName;
  /** Processor time of the store so far, in milliseconds, where it can be told. */
  cpuMillis?(): Promise<number>;
  /** Makes all that was written findable. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}
const envOf = (url: string) =>
  EventStoreEnv.parse({ OPENSEARCH_DOMAIN_ENDPOINT: 'unused', OPENSEARCH_URL: url, OPENSEARCH_REFRESH_SECONDS: '1' });
const project = ProjectId.parse('bench');
const kept = process.env.DATA;

async function startEmulated(): Promise<Bench> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'opensearch-reads-'));
  const index = toIndexName('365d', 100_000);
  const { url, send, stop, usage } = await forkEmulated(folder);
  return {
    store: new OpenSearchEventStore(envOf(url), { accessKeyId: 'operator', secretAccessKey: 'secret' }),
    index,
    refresh: async () => void (await send('POST', `/${index}/_refresh`)),
    cpuMillis: async () => (await usage()).cpuMicros / 1000,
    stop: async () => {
      await stop();
      if (kept === undefined) rmSync(folder, { recursive: true });
    },
  };
}

async function startReal(url: string): Promise<Bench> {
  const index = toIndexName('365d', randomInt(100_001, 900_000));
  return {
    store: new OpenSearchEventStore(envOf(url)),
    index,
    refresh: async () => void (await fetch(`${url}/${index}/_refresh`, { method: 'POST' })),
    stop: async () => void (await fetch(`${url}/${index}`, { method: 'DELETE' })),
  };
}

let asked = 0;

type Ask = (store: OpenSearchEventStore, selection: Selection) => Promise<unknown>;
const QUESTIONS: readonly (readonly [name: string, query: string, millis: number, ask: Ask])[] = [
  [
    'newest 100 of a term',
    'declined',
    20,
    (store, selection) => store.page(project, selection, { order: 'desc', limit: 100, count: true }),
  ],
  [
    'histogram of 24 h by level',
    '',
    60,
    (store, selection) => store.histogram(project, selection, { intervalMillis: 900_000, by: 'level' }),
  ],
  [
    'facet of ten values',
    '',
    60,
    (store, selection) =>
      store.facets(project, selection, [{ group: { by: 'attribute', key: 'service.name' }, limit: 10 }]),
  ],
  [
    'facet of ten values of 400',
    '',
    60,
    (store, selection) => store.facets(project, selection, [{ group: { by: 'attribute', key: 'user_id' }, limit: 10 }]),
  ],
  [
    'stats p95 by service',
    '',
    150,
    (store, selection) =>
      store.stats(project, selection, {
        groups: [{ by: 'attribute', key: 'service.name' }],
        measures: [{ fn: 'p95', key: 'duration_ms' }],
        limit: 100,
      }),
  ],
];
const FILTERS = ['', 'level:>=info', 'user_id:u-1*'];

if (process.env.STORES !== 'real') await measure('emulated', await startEmulated());
const real = process.env.OPENSEARCH_URL;
if (real === undefined) console.log('skipped: OPENSEARCH_URL names no OpenSearch');
else if (process.env.STORES !== 'emulated') await measure('real', await startReal(real));

async function measure(name: string, bench: Bench): Promise<void> {
  try {
    const { total } = await bench.store.extent(project, { filter: parse('').filter, now: to });
    if (total === 0) await write(name, bench);
    await ask(`${name}, at rest`, bench);
    const stopArriving = new AbortController();
    const arriving = arrive(bench, stopArriving.signal);
    await ask(`${name}, while ${Math.round((ARRIVING * 1000) / ARRIVING_EVERY_MILLIS)} events a second arrive`, bench);
    stopArriving.abort();
    await arriving;
  } finally {
    await bench.stop();
  }
}

async function write(name: string, { store, index, refresh, cpuMillis = async () => 0 }: Bench): Promise<void> {
  let [written, spent] = [0, 0];
  const before = await cpuMillis();
  for await (const { lines } of acceptedSample({ project, events: EVENTS, from, to })) {
    const startedAt = performance.now();
    const [outcomes = []] = await store.create([{ project, index, lines }], never);
    spent += performance.now() - startedAt;
    if (outcomes.some(({ kind }) => kind !== 'created')) throw new Error('an event was not created');
    written += lines.length;
  }
  await refresh();
  const cpu = (await cpuMillis()) - before;
  console.log(
    `${name}: ${written.toLocaleString('en')} events, ${Math.round(written / (spent / 1000)).toLocaleString('en')} written a second${cpu === 0 ? '' : `, ${((cpu * 1000) / written).toFixed(0)} µs of the store's processors each`}`,
  );
}

async function ask(when: string, { store, cpuMillis = async () => 0 }: Bench): Promise<void> {
  console.log(when);
  for (const [question, term, target, run] of QUESTIONS) {
    for (const more of FILTERS) {
      const query = [term, more].filter((part) => part !== '').join(' ');
      const { filter } = parse(query);
      const times: number[] = [];
      const before = await cpuMillis();
      for (let n = 0; n < RUNS; n++) {
        // never the same range twice: an engine keeps its answers
        const end = String(BigInt(fromMillis(to)) + BigInt(++asked)) as UnixNano;
        const startedAt = performance.now();
        await run(store, { filter, from: fromMillis(from), to: end, now: to });
        times.push(performance.now() - startedAt);
      }
      const cpu = ((await cpuMillis()) - before) / RUNS;
      const first = times[0] ?? Number.NaN;
      times.sort((a, b) => a - b);
      const at = (share: number) => (times[Math.floor((times.length - 1) * share)] ?? Number.NaN).toFixed(1);
      console.log(
        `  ${`${question}${query === '' ? '' : `, ${query}`}`.padEnd(52)} ${at(0.5)} ms (≤ ${target}), p95 ${at(0.95)}, first ${first.toFixed(1)}${cpu === 0 ? '' : `, processors ${cpu.toFixed(1)}`}`,
      );
    }
  }
}

/** Writes events of the last minutes of the range until it is told to stop. */
async function arrive({ store, index }: Bench, signal: AbortSignal): Promise<void> {
  const sample = acceptedSample({ project, events: 1_000_000, from: to - 600_000, to, seed: 7_000_000 });
  let waiting: string[] = [];
  while (!signal.aborted) {
    if (waiting.length < ARRIVING) waiting.push(...((await sample.next()).value?.lines ?? []));
    await store.create([{ project, index, lines: waiting.slice(0, ARRIVING) }], never);
    waiting = waiting.slice(ARRIVING);
    await sleep(ARRIVING_EVERY_MILLIS);
  }
}
