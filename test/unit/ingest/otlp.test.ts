import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytes, fixed32, fixed64, int64, message, string, varint } from '../../support/protobuf.ts';
import { type Shipment, startShippers } from '../../support/shippers.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

const record = {
  timeUnixNano: '1795226956562000001',
  observedTimeUnixNano: '1795226956562000999',
  severityNumber: 9,
  severityText: 'INFO',
  body: { stringValue: 'hi' },
  attributes: [
    { key: 'n', value: { intValue: '9007199254740993' } },
    { key: 'm', value: { intValue: 1 } },
    { key: 'ok', value: { boolValue: true } },
    { key: 'd', value: { doubleValue: 0.5 } },
    { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '2' }] } } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } } },
    { key: 'bin', value: { bytesValue: 'AQI=' } },
    { key: '__proto__', value: { stringValue: 'p' } },
  ],
  traceId: '5B8EFFF798038103D269B633813FC60C',
  spanId: 'eee19b7ec3c1b174',
  flags: 1,
  eventName: 'e',
};
const request = (...records: unknown[]) => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeLogs: [{ scope: { name: 'app', version: '1' }, logRecords: records }],
    },
  ],
});

const value = (field: number, ...parts: Buffer[]) => message(field, ...parts);
const pair = (field: number, key: string, ...parts: Buffer[]) => message(field, string(1, key), value(2, ...parts));
const protobufRecord = [
  fixed64(1, 1795226956562000001n),
  varint(2, 9),
  string(3, 'INFO'),
  value(5, string(1, 'hi')),
  pair(6, 'n', int64(3, 9007199254740993n)),
  pair(6, 'm', varint(3, 1)),
  pair(6, 'ok', varint(2, 1)),
  pair(6, 'd', fixed64(4, 0x3fe0000000000000n)),
  pair(6, 'list', message(5, value(1, string(1, 'a')), value(1, varint(3, 2)))),
  pair(6, 'map', message(6, pair(1, 'k', string(1, 'v')))),
  pair(6, 'bin', bytes(7, Buffer.from([1, 2]))),
  pair(6, '__proto__', string(1, 'p')),
  varint(7, 3),
  fixed32(8, 1),
  bytes(9, Buffer.from('5b8efff798038103d269b633813fc60c', 'hex')),
  bytes(10, Buffer.from('eee19b7ec3c1b174', 'hex')),
  fixed64(11, 1795226956562000999n),
  string(12, 'e'),
];
const protobufRequest = (...records: Buffer[][]) =>
  message(
    1,
    message(1, pair(1, 'service.name', string(1, 'shop'))),
    message(2, message(1, string(1, 'app'), string(2, '1')), ...records.map((parts) => message(2, ...parts))),
  );

async function storedOf(shipment: Omit<Shipment, 'path'> & { path?: string }) {
  const shippers = startShippers();
  const answer = await shippers.send({ path: '/v1/logs', ...shipment });
  return { answer, events: shippers.stored() };
}

describe('OTLP/HTTP', () => {
  it('keeps every member of a record, nanoseconds and 64-bit integers to the digit', async () => {
    const { answer, events } = await storedOf({ headers: JSON_TYPE, body: JSON.stringify(request(record)) });
    expect(answer).toMatchObject({ status: 200, text: '{}' });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      timeUnixNano: '1795226956562000001',
      severityNumber: 9,
      severityText: 'INFO',
      body: 'hi',
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      flags: 1,
      eventName: 'e',
      resource: { 'service.name': 'shop' },
      scope: { name: 'app', version: '1' },
      source: { protocol: 'otlp' },
    });
    expect(Object.entries(events[0]?.attributes ?? {})).toEqual([
      ['n', 9007199254740993n],
      ['m', 1],
      ['ok', true],
      ['d', 0.5],
      ['list', ['a', 2]],
      ['map', { k: 'v' }],
      ['bin', 'AQI='],
      ['__proto__', 'p'],
    ]);
    expect(events[0]?.marks).toBeUndefined();
  });

  it('reads the same event from protobuf as from JSON', async () => {
    const fromJson = await storedOf({ headers: JSON_TYPE, body: JSON.stringify(request(record)) });
    const { answer, events } = await storedOf({ headers: PROTOBUF, body: protobufRequest(protobufRecord) });
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(0);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(events.map(({ id: _, ...rest }) => rest)).toEqual(fromJson.events.map(({ id: _, ...rest }) => rest));
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('inflates %s, said by a header or not', async (encoding, compress) => {
    const body = compress(protobufRequest(protobufRecord));
    for (const headers of [{ ...PROTOBUF, 'content-encoding': encoding }, PROTOBUF])
      expect((await storedOf({ headers, body })).events).toHaveLength(1);
  });

  it('takes an array of requests, an empty body and a request without records', async () => {
    const both = JSON.stringify([request(record), request(record, record)]);
    expect((await storedOf({ headers: JSON_TYPE, body: both })).events).toHaveLength(3);
    expect((await storedOf({ headers: PROTOBUF })).answer.status).toBe(200);
    expect((await storedOf({ headers: JSON_TYPE, body: '{}' })).answer).toMatchObject({ status: 200, text: '{}' });
  });

  it('finds time and level where the record leaves them open, and counts ids of zeros as none', async () => {
    const body = JSON.stringify(
      request(
        { observedTimeUnixNano: '1795226956562000999', body: { stringValue: '2026-11-20T10:00:00Z [ERROR] no' } },
        {
          timeUnixNano: '0',
          body: { stringValue: 'plain' },
          severityText: 'warn',
          traceId: '0'.repeat(32),
          spanId: 'x',
        },
        { body: { kvlistValue: { values: [{ key: 'level', value: { stringValue: 'fatal' } }] } } },
      ),
    );
    const { events } = await storedOf({ headers: JSON_TYPE, body });
    expect(events[0]).toMatchObject({ severityNumber: 17, severityText: 'ERROR' });
    expect(events[0]?.timeUnixNano).toBe('1795226956562000999');
    expect(events[1]).toMatchObject({ severityNumber: 13, severityText: 'warn', marks: ['timestamp_missing'] });
    expect(events[1]).not.toHaveProperty('traceId');
    expect(events[1]).not.toHaveProperty('spanId');
    expect(events[2]).toMatchObject({ severityNumber: 21, body: { level: 'fatal' } });
  });

  it('marks a time that no clock of ours can hold and keeps a record that is none', async () => {
    const { events } = await storedOf({
      headers: JSON_TYPE,
      body: JSON.stringify(request({ timeUnixNano: '99999999999999999999', body: { stringValue: 'far' } }, 'text')),
    });
    expect(events[0]?.marks).toContain('timestamp_out_of_range');
    expect(events[1]).toMatchObject({ body: '"text"', marks: expect.arrayContaining(['parse_error']) });
  });

  it('refuses what it cannot read by a status message in the encoding that was sent', async () => {
    const asJson = await storedOf({ headers: JSON_TYPE, body: '{"resourceLogs":[' });
    expect(asJson.answer.status).toBe(400);
    expect(JSON.parse(asJson.answer.text)).toMatchObject({ code: 3, message: expect.stringContaining('not JSON') });
    const asProtobuf = await storedOf({ headers: PROTOBUF, body: Buffer.from([0x0a, 0x50, 1]) });
    expect(asProtobuf.answer.status).toBe(400);
    expect(asProtobuf.answer.headers['content-type']).toBe('application/x-protobuf');
    expect([...asProtobuf.answer.body.subarray(0, 3)]).toEqual([0x08, 3, 0x12]);
  });
});
