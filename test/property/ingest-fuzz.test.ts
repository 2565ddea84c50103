import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, readLines } from '../../functions/core/frame.ts';
import { fixed64, message, snappyLiteral, string, varint } from '../support/protobuf.ts';
import { type Shipment, startShippers } from '../support/shippers.ts';

const FULL = process.env.TRIBUTARY_TEST_FULL === '1';
const INPUTS = Number(process.env.SEEDS ?? (FULL ? 100_000 : 10_000));
const seed = Number(process.env.SEED ?? 5);

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const line = '192.0.2.1 - - [21/Nov/2026:10:00:00 +0000] "GET /a HTTP/2.0" 404 -';
const otlpRecord = message(
  2,
  fixed64(1, 1795226956562000001n),
  varint(2, 9),
  message(5, string(1, 'hi')),
  message(6, string(1, 'k'), message(2, message(6, message(1, string(1, 'a'), message(2, varint(3, 7)))))),
);

/** A good shipment of each decoder, to be spoiled. */
const GOOD: readonly Shipment[] = [
  {
    path: '/v1/logs',
    headers: JSON_TYPE,
    body: '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":[{"timeUnixNano":"1795226956562000001","severityNumber":9,"body":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"9007199254740993"}}]}},"traceId":"5b8efff798038103d269b633813fc60c"}]}]}]}',
  },
  {
    path: '/v1/logs',
    headers: PROTOBUF,
    body: message(
      1,
      message(1, message(1, string(1, 'service.name'))),
      message(2, message(1, string(1, 's')), otlpRecord, otlpRecord),
    ),
  },
  {
    path: '/loki/api/v1/push',
    headers: JSON_TYPE,
    body: `{"streams":[{"stream":{"job":"web"},"values":[["1795228599010876596",${JSON.stringify(line)},{"k":"v"}]]}]}`,
  },
  {
    path: '/loki/api/v1/push',
    headers: PROTOBUF,
    body: snappyLiteral(
      message(
        1,
        string(1, '{job="web", a="\\x41"}'),
        message(2, message(1, varint(1, 1795228599)), string(2, line), message(3, string(1, 'k'), string(2, 'v'))),
      ),
    ),
  },
  {
    path: '/logs/_bulk',
    body: '{"create":{"_id":"a"}}\n{"@timestamp":"2026-11-21T10:00:00Z","message":"m","log":{"level":"warn"}}\n{"delete":{"_id":"b"}}\n',
  },
  { path: '/logs/_doc/1', body: '{"message":"m","host":{"name":"h"}}' },
  {
    path: '/services/collector',
    body: '{"time":"1795226913.334","event":{"message":"hi"},"fields":{"a":"b"}}{"event":"text"}',
  },
  { path: '/services/collector/raw?host=h', body: `${line}\n<34>Oct 11 22:14:15 mymachine su[12]: failed` },
  {
    path: '/api/v2/logs',
    headers: JSON_TYPE,
    body: '[{"message":"{\\"a\\":1}","status":"warn","ddtags":"env:prod,a:b,a:c","timestamp":1795228599010}]',
  },
  {
    path: '/v1/input',
    headers: { 'content-type': 'application/logplex-1' },
    body: '72 <40>1 2012-11-30T06:45:29+00:00 host app web.3 - State changed to x up\n',
  },
  {
    path: '/gelf',
    body: '{"version":"1.1","host":"h","short_message":"s","timestamp":1795228690.097,"level":3,"_a":1}',
  },
  {
    path: '/syslog',
    body: '<165>1 2026-11-21T10:00:00.000003Z host app 7 ID47 [ex@1 iut="3" q="a \\"b\\" \\]"] An event\0<34>Oct 11 22:14:15 h su: x',
  },
  {
    path: '/firehose',
    headers: JSON_TYPE,
    body: `{"requestId":"r","timestamp":1,"records":[{"data":"${gzipSync('{"messageType":"DATA_MESSAGE","logGroup":"/aws/lambda/f","logEvents":[{"id":"1","timestamp":1,"message":"m"}]}').toString('base64')}"},{"data":"eyJhIjoxfXsiYiI6Mn0="}]}`,
  },
  { path: '/v1/ingest', body: '[{"level":"warn","time":1795228599,"msg":"m","a":{"b":[1,2]}},"text",3]' },
  {
    path: '/v1/ingest',
    body: `${line}\nts=1 level=error msg="a \\"b\\"" k=v\n2026-11-21T10:00:00Z stdout P part\nI1121 10:00:00.000000 1 a.go:1] x\n\tat a.b(c)`,
  },
  {
    path: '/v1/ingest',
    headers: { 'content-type': 'application/msgpack' },
    body: Buffer.from('9292d700692168500000000780 81a76d657373616765a161'.replace(' ', ''), 'hex'),
  },
];

const bytes = fc.uint8Array({ maxLength: 64 });
const edits = fc.array(
  fc.record({
    kind: fc.constantFrom('flip', 'cut', 'insert', 'repeat', 'swap', 'number'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 40 }),
    bytes,
  }),
  { maxLength: 4 },
);
const shipments = fc.record({
  good: fc.nat({ max: GOOD.length - 1 }),
  // now and then at the door of another protocol
  path: fc.option(fc.nat({ max: GOOD.length - 1 }), { freq: 8, nil: undefined }),
  edits,
  encoding: fc.option(fc.constantFrom('gzip', 'zstd', 'deflate', 'snappy', 'br', 'identity', 'lz4', ''), {
    freq: 5,
    nil: undefined,
  }),
  compress: fc.constantFrom('none', 'none', 'none', 'gzip', 'zstd', 'snappy'),
  type: fc.option(
    fc.constantFrom('application/json', 'application/x-protobuf', 'application/msgpack', 'text/plain', ''),
    { freq: 8, nil: undefined },
  ),
});
type Spoiled = typeof shipments extends fc.Arbitrary<infer T> ? T : never;

function spoil(content: Buffer, { kind, at, length, bytes: extra }: Spoiled['edits'][number]): Buffer {
  const place = Math.floor(at * content.length);
  const piece = content.subarray(place, place + length);
  const around = (middle: Buffer, skip: number) =>
    Buffer.concat([content.subarray(0, place), middle, content.subarray(place + skip)]);
  switch (kind) {
    case 'flip':
      return around(Buffer.from(piece.map((byte, index) => byte ^ (extra[index] ?? 0))), piece.length);
    case 'cut':
      return around(Buffer.alloc(0), length);
    case 'repeat':
      return around(Buffer.concat([piece, piece, piece]), 0);
    case 'swap':
      return around(Buffer.from(piece).reverse(), piece.length);
    case 'number':
      return around(Buffer.from('99999999999999999999e999'), length);
    default:
      return around(Buffer.from(extra), 0);
  }
}

const compressors: Record<Spoiled['compress'], (content: Buffer) => Buffer> = {
  none: (content) => content,
  gzip: gzipSync,
  zstd: zstdCompressSync,
  snappy: snappyLiteral,
};

function toShipment({ good, path, edits: all, encoding, compress, type }: Spoiled): Shipment {
  const base = GOOD[good] as Shipment;
  return {
    path: (path === undefined ? base : (GOOD[path] as Shipment)).path,
    headers: {
      ...base.headers,
      ...(encoding !== undefined && { 'content-encoding': encoding }),
      ...(type !== undefined && { 'content-type': type }),
    },
    body: compressors[compress](all.reduce(spoil, Buffer.from(base.body ?? ''))),
  };
}

describe(`decoders under ${INPUTS} spoiled inputs (seed ${seed})`, () => {
  it('never throw, never answer 5xx, and store only whole records', async () => {
    const shippers = startShippers();
    const before = process.memoryUsage.rss();
    await fc.assert(
      fc.asyncProperty(shipments, async (spoiled) => {
        const shipment = toShipment(spoiled);
        const { status } = await shippers.send(shipment);
        expect(status).toBeLessThan(500);
        const lines = shippers.stream.records.splice(0).flatMap((record) => readLines(decodeFrame(record)));
        for (const stored of lines)
          expect(JSON.parse(stored)).toMatchObject({
            id: expect.stringMatching(/^b[0-9a-z]{34}$/),
            source: expect.any(Object),
          });
        if (status >= 400) expect(lines).toEqual([]);
      }),
      { numRuns: INPUTS, seed, verbose: 0 },
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1_048_576);
  }, 1_800_000);

  it('never change an event beside a broken one', async () => {
    const garbage = fc.oneof(
      bytes.map((raw) =>
        Buffer.from(raw)
          .toString('latin1')
          .replace(/[\n\r]/g, ''),
      ),
      fc.string({ maxLength: 80, unit: 'binary' }).map((text) => text.replace(/[\n\r]/g, '')),
      fc.constantFrom('{"a":', '[', '{', '}', '"', '{"event":', ']]', '{"a":"', '\\'),
    );
    await fc.assert(
      fc.asyncProperty(
        garbage,
        fc.constantFrom('/v1/ingest', '/services/collector', '/api/v2/logs', '/gelf'),
        async (broken, path) => {
          const good = (name: string) =>
            JSON.stringify({
              [path === '/gelf' ? 'short_message' : path === '/services/collector' ? 'event' : 'message']: name,
            });
          const shippers = startShippers();
          const { status } = await shippers.send({ path, body: `${good('first')}\n${broken}\n${good('last')}\n` });
          expect(status).toBeLessThan(300);
          const bodies = shippers.stored().map(({ body }) => body);
          expect(bodies).toContain('first');
          expect(bodies).toContain('last');
        },
      ),
      { numRuns: Math.ceil(INPUTS / 10), seed },
    );
  }, 600_000);
});
