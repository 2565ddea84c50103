import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../functions/core/errors.ts';
import { decodeFrame, readLines } from '../../functions/core/frame.ts';
import type { Intake } from '../../functions/ingest/intake.ts';
import { shipperTable } from '../../functions/ingest/shipper-table.ts';
import { heldBytes } from '../support/memory.ts';
import { fixed64, message, snappyLiteral, string, varint } from '../support/protobuf.ts';
import { NOW, type Shipment, startShippers } from '../support/shippers.ts';

const FULL = process.env.TRIBUTARY_TEST_FULL === '1';
const INPUTS = Number(process.env.SEEDS ?? (FULL ? 100_000 : 10_000));
const seed = Number(process.env.SEED ?? 5);

const MEGABYTE = 1_048_576;
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
    const before = heldBytes();
    let bytesSent = 0;
    await fc.assert(
      fc.asyncProperty(shipments, async (spoiled) => {
        const shipment = toShipment(spoiled);
        bytesSent += shipment.body?.length ?? 0;
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
    const grown = heldBytes() - before;
    process.stdout.write(
      `fuzz: ${INPUTS} inputs of ${(bytesSent / INPUTS).toFixed(0)} B, ${(grown / MEGABYTE).toFixed(1)} MB more held\n`,
    );
    expect(grown).toBeLessThan(64 * MEGABYTE);
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

/** Texts that an expression or a search without bounds would go over again and again. */
const HARD: readonly string[] = [
  '[',
  '{',
  '{"a":',
  '"',
  '\\',
  '\\"',
  ':',
  '":',
  '","',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '=',
  'a=',
  'a="',
  '<',
  '<34>',
  '-',
  '.',
  '/',
  '@',
  'a@',
  '4',
  '4111 ',
  '4111-',
  '9',
  '1e',
  'e',
  'eyJ',
  'eyJhbGciOi.',
  'password',
  'password=',
  'token: ',
  '://',
  'a://b:',
  'bearer ',
  'BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  '\u0000',
  '\u00e9',
  '\ud83d\ude00',
  '\u001b[31m',
  'at a.b(c)\n\t',
  'Caused by: ',
  '192.0.2.1 - - [',
  '%',
  '%41',
  '&',
  'a b ',
  '1 ',
  '[1,',
  '{"a":1}',
  '{"a":1,',
];
const filledWith = (piece: string, bytes: number): string => piece.repeat(Math.ceil(bytes / Buffer.byteLength(piece)));

/** Reads a body as the intake of a shipment's path does; whether it can is no matter here. */
function decoderOf({ path, headers = {} }: Shipment): (content: Buffer) => void {
  const [route = '', search = ''] = path.split('?');
  const intake = shipperTable.intakes.find((each) => each.path.test(route)) as Intake;
  return (content) => {
    const request = {
      ...{ method: 'POST', path: route, query: new URLSearchParams(search), headers, cookies: [], sourceIp: '' },
      ...{ mediaType: headers['content-type'] ?? '', parameters: {}, requestId: 'r', received: NOW },
      ...{ authorizationUnread: false, body: content },
    };
    try {
      intake.decode(content, request);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  };
}

describe('a large input', () => {
  const bytes = (FULL ? 4 : 1 / 16) * MEGABYTE;
  const doors = [
    '/v1/ingest',
    '/services/collector',
    '/services/collector/raw',
    '/logs/_bulk',
    '/api/v2/logs',
    '/gelf',
    '/syslog',
  ];
  const named = HARD.map((piece) => [JSON.stringify(piece), piece] as const);

  it(`of ${(bytes / MEGABYTE).toFixed(2)} MB of one text again and again is read in time that grows as it does, at every door`, async () => {
    const slow: { readonly name: string; readonly millis: number }[] = [];
    const before = heldBytes();
    for (const [name, piece] of FULL ? named : named.filter((_, at) => at % 4 === seed % 4))
      for (const path of FULL ? doors : doors.slice(0, 2)) {
        const { send } = startShippers();
        const body = filledWith(piece, bytes);
        const { user, system } = process.cpuUsage();
        const { status } = await send({ path, body });
        const used = process.cpuUsage({ user, system });
        expect(status, `${name} at ${path}`).toBeLessThan(500);
        slow.push({ name: `${name} at ${path}`, millis: (used.user + used.system) / 1000 / (bytes / MEGABYTE) });
      }
    slow.sort((a, b) => b.millis - a.millis);
    const median = slow[slow.length >> 1];
    process.stdout.write(
      `fuzz: a megabyte of one text takes ${median?.millis.toFixed(0)} ms of CPU (median), at most ${slow
        .slice(0, 3)
        .map(({ name, millis }) => `${millis.toFixed(0)} ms (${name})`)
        .join(', ')}; ${((heldBytes() - before) / MEGABYTE).toFixed(1)} MB more held\n`,
    );
    // one that grew with the square of its length would take minutes; events of seven bytes are 150,000 a megabyte
    expect(slow[0]?.millis).toBeLessThan(FULL ? 5_000 : 20_000);
  }, 600_000);

  it('of a good shipment again and again, spoiled in places, is decoded in less than 100 ms a megabyte', () => {
    const random = fc.sample(edits, { numRuns: GOOD.length * 3, seed });
    const taken: { readonly path: string; readonly millis: number }[] = [];
    for (const [at, good] of GOOD.entries()) {
      const one = Buffer.from(good.body ?? '');
      const isText = good.headers?.['content-type'] !== 'application/x-protobuf';
      const piece = isText ? Buffer.concat([one, Buffer.from('\n')]) : one;
      const whole = Buffer.concat(Array.from({ length: Math.ceil(bytes / piece.length) }, () => piece));
      const decode = decoderOf(good);
      // what is compiled on the way is none of the input's
      decode(whole);
      for (const spoiled of random.slice(at * 3, at * 3 + 3)) {
        const body = spoiled.reduce(spoil, whole);
        const before = process.cpuUsage();
        decode(body);
        const { user, system } = process.cpuUsage(before);
        taken.push({ path: good.path, millis: (user + system) / 1000 / (body.length / MEGABYTE) });
      }
    }
    taken.sort((a, b) => a.millis - b.millis);
    const median = taken[taken.length >> 1]?.millis ?? Number.NaN;
    const most = taken.at(-1);
    process.stdout.write(
      `fuzz: large shipments, spoiled, are decoded in ${median.toFixed(0)} ms of CPU a megabyte (median), at most ${most?.millis.toFixed(0)} (${most?.path})\n`,
    );
    // in the quick run other work of the machine weighs more than the input
    if (FULL) expect(median).toBeLessThan(100);
  }, 600_000);
});
