import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Bulk, toCreateAction } from '../../functions/adapters/event-store/bulk.ts';
import { toDocument } from '../../functions/adapters/event-store/document.ts';
import { decodeFrame, encodeFrame, readLines } from '../../functions/core/frame.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import { makeAccept } from '../../functions/ingest/accept.ts';
import { readContent } from '../../functions/ingest/content.ts';
import { generateSample } from '../../functions/ingest/generator/generate.ts';
import { processByKind } from '../../functions/ingest/kinds/process.ts';
import { readBody } from '../../functions/ingest/lines/read-body.ts';
import { otlp } from '../../functions/ingest/otlp/otlp.ts';
import { readBatch } from '../../functions/ingest/own-api/read-batch.ts';
import { readEntry } from '../../functions/ingest/own-api/read-entry.ts';
import { type FindPolicy, toPolicy } from '../../functions/ingest/policy/policy.ts';
import { RULES } from '../../functions/ingest/sanitise/rules.ts';
import { IngestSettings } from '../../functions/ingest/settings-api.ts';
import { DEFAULT_POLICY, MemoryObjectStore } from '../support/fakes.ts';
import { bytes, fixed64, message, string, varint } from '../support/protobuf.ts';

/** CPU of the accept and index paths against what cannot be avoided, on the same bytes in the same run. */

const EVENTS = 5_000;
const ROUNDS = 30;
const WARM_UP = 5;
const SIGNAL = new AbortController().signal;

const to = Date.parse('2026-11-21T12:00:00Z');
const sample = generateSample({ from: to - 3_600_000, to, events: EVENTS, seed: 1 });
const json = Buffer.from(JSON.stringify(sample));
const gzipped = gzipSync(json);
const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

console.log(
  `${EVENTS} events of ${Math.round(json.length / EVENTS)} B, ${(json.length / 1e6).toFixed(1)} MB of JSON, ${(gzipped.length / 1e3).toFixed(0)} kB gzipped`,
);

const bareAccept = async () => {
  const bytes = gunzipSync(gzipped);
  JSON.parse(bytes.toString('utf8'));
  zstdCompressSync(bytes, LEVEL_1);
};

let records: readonly Buffer[] = [];
const makeBenched = (policies: FindPolicy) =>
  makeAccept({
    stream: {
      put: async (frames) => {
        records = frames;
        return frames.map(() => true);
      },
    },
    quarantine: new MemoryObjectStore(),
    quota: async () => [],
    policies,
    now: () => to,
  });
/** Nothing is looked for. */
const unsanitised = toPolicy(
  IngestSettings.parse({ sanitising: { rules: Object.fromEntries(RULES.map(({ name }) => [name, 'keep'])) } }),
  '',
  to,
);
const acceptAsIs = makeBenched(async () => unsanitised);
const accept = makeBenched(DEFAULT_POLICY.policies);
const arrival = { project: 'bench' as ProjectId, retention: '30d', source: { protocol: 'bench' }, hints: {} } as const;
const request = {
  method: 'POST',
  path: '/api/v1/logs/batch',
  query: new URLSearchParams(),
  headers: { 'content-encoding': 'gzip' },
  cookies: [],
  body: gzipped,
  sourceIp: '',
};
const readDrafts = async () => readBatch(await readContent(request)).map(readEntry);
await compare(
  'accept without parsing and sanitising',
  async () => void (await acceptAsIs(await readDrafts(), arrival, SIGNAL)),
  bareAccept,
  3,
);
await compare(
  'accept with processing and sanitising',
  async () => void (await accept((await readDrafts()).map(processByKind), arrival, SIGNAL)),
  bareAccept,
  5,
);

const ndjson = Buffer.from(sample.map((entry) => JSON.stringify(entry)).join('\n'));
const gzippedLines = gzipSync(ndjson);
await compare(
  'accept lines of JSON, parsed, with their originals, sanitised',
  async () => {
    const content = await readContent({ ...request, body: gzippedLines });
    const drafts = readBody(content.toString('utf8'), { received: to, join: true });
    await accept(drafts.map(processByKind), arrival, SIGNAL);
  },
  async () => {
    const bytes = gunzipSync(gzippedLines);
    for (const line of bytes.toString('utf8').split('\n')) JSON.parse(line);
    zstdCompressSync(bytes, LEVEL_1);
  },
  5,
);

const [otlpJson, otlpProtobuf] = makeOtlp();
const decodeOtlp = (content: Buffer, mediaType: string) => async () =>
  void otlp.decode(content, {
    ...request,
    body: content,
    mediaType,
    parameters: {},
    requestId: '',
    received: to,
    authorizationUnread: false,
  });
await compare(
  `OTLP in protobuf (${(otlpProtobuf.length / 1e6).toFixed(1)} MB), against the same in JSON (${(otlpJson.length / 1e6).toFixed(1)} MB)`,
  decodeOtlp(otlpProtobuf, 'application/x-protobuf'),
  decodeOtlp(otlpJson, 'application/json'),
  1,
);

const bareIndex = async () => {
  for (const record of records) {
    const { body } = decodeFrame(record);
    const lines = zstdDecompressSync(body).toString('utf8').split('\n');
    for (const line of lines) JSON.stringify(JSON.parse(line));
  }
};
const indexing = async () => {
  for (const record of records) {
    const frame = decodeFrame(record);
    const bulk = new Bulk();
    for (const line of readLines(frame)) {
      const form = toDocument(frame.header.project, line);
      const action = toCreateAction(frame.header.index, form);
      bulk.add(action, action.length, () => {});
    }
  }
};
await compare('index', indexing, bareIndex, 2);

const skipping = median(
  await measure(async () => {
    for (const record of records) for (let n = 0; n < 100; n++) decodeFrame(record);
  }),
);
console.log(
  `skip a frame by its header: ${((skipping / 100 / records.length) * 1e3).toFixed(1)} µs; ${records.length} frames of ${Math.round(records.reduce((sum, { length }) => sum + length, 0) / records.length / 1e3)} kB`,
);
console.log(
  `stream bytes: ${(records.reduce((sum, record) => sum + encodeFrame(decodeFrame(record)).length, 0) / json.length).toFixed(3)} × JSON`,
);

/** Runs both by turns, so that what else the machine does slows them alike, and prints the median of their ratios. */
async function compare(
  what: string,
  work: () => Promise<void>,
  bare: () => Promise<void>,
  target: number,
): Promise<void> {
  const times: number[] = [];
  const bareTimes: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const [bareTime = 0] = await measure(bare, 1);
    const [time = 0] = await measure(work, 1);
    if (round < WARM_UP) continue;
    bareTimes.push(bareTime);
    times.push(time);
  }
  const ratio = median(times.map((time, at) => time / (bareTimes[at] ?? Number.NaN)));
  const millis = median(times);
  const perMegabyte = (of: number) => (of / (json.length / 1e6)).toFixed(1);
  console.log(
    `${what}: ${ratio.toFixed(2)} × bare (≤ ${target}), ${Math.round(EVENTS / (millis / 1000)).toLocaleString('en')} events/s and core, ${perMegabyte(millis)} ms CPU a MB (bare ${perMegabyte(median(bareTimes))})`,
  );
}

/** The sample as an ExportLogsServiceRequest, in JSON and in protobuf. */
function makeOtlp(): [Buffer, Buffer] {
  const nanoOf = (text: unknown) => BigInt(Date.parse(String(text))) * 1_000_000n;
  const records = sample.map((entry) => {
    const {
      timestamp,
      executed_at,
      level,
      message: body,
      trace_id,
      span_id,
      ...others
    } = entry as Record<string, unknown>;
    const attributes = Object.entries(others).map(([key, value]) => ({ key, value: String(value) }));
    return {
      time: nanoOf(timestamp ?? executed_at),
      level: String(level),
      body: String(body),
      trace: String(trace_id ?? ''),
      span: String(span_id ?? ''),
      attributes,
    };
  });
  const inJson = records.map(({ time, level, body, trace, span, attributes }) => ({
    timeUnixNano: String(time),
    severityNumber: 9,
    severityText: level,
    body: { stringValue: body },
    attributes: attributes.map(({ key, value }) => ({ key, value: { stringValue: value } })),
    traceId: trace,
    spanId: span,
  }));
  const inProtobuf = records.map(({ time, level, body, trace, span, attributes }) =>
    message(
      2,
      fixed64(1, time),
      varint(2, 9),
      string(3, level),
      message(5, string(1, body)),
      ...attributes.map(({ key, value }) => message(6, string(1, key), message(2, string(1, value)))),
      bytes(9, Buffer.from(trace, 'hex')),
      bytes(10, Buffer.from(span, 'hex')),
    ),
  );
  return [
    Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: inJson }] }] })),
    message(1, message(2, ...inProtobuf)),
  ];
}

/** @returns CPU milliseconds of each run */
async function measure(work: () => Promise<void>, rounds = ROUNDS): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
