import { describe, expect, it } from 'vitest';
import { NOW, startShippers } from '../support/shippers.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const wide = (keys: number): string =>
  JSON.stringify({ message: 'wide', ...Object.fromEntries(Array.from({ length: keys }, (_, at) => [`k${at}`, at])) });
const RECEIVED = `${NOW}000000`;
const LONG = 'x'.repeat(1_048_577);

/** A line of JSON that is odd, with what must be stored of it. The line itself is kept beside it. */
const ODD: readonly (readonly [name: string, line: string, stored: Readonly<Record<string, unknown>>])[] = [
  ['is nested 100,000 deep', `{"message":"deep","a":${nested(100_000)}}`, { body: 'deep' }],
  ['has 100,000 keys', wide(100_000), { body: 'wide', attributes: expect.objectContaining({ k99999: 99_999 }) }],
  ['is larger than 1 MiB', `{"message":"${LONG}"}`, { body: LONG }],
  ['holds NUL', '{"message":"nul \\u0000 here"}', { body: 'nul \u0000 here' }],
  ['holds half a surrogate pair', '{"message":"lone \\ud800 here"}', { body: 'lone \ud800 here' }],
  [
    'has keys that mean something to JavaScript',
    '{"message":"proto","constructor":{"prototype":1}}',
    { body: 'proto', attributes: { constructor: { prototype: 1 } } },
  ],
  ['has a number that is none', '{"message":"big","n":1e400}', { body: 'big', attributes: { n: '1e400' } }],
  [
    'has a key twice',
    '{"message":"twice","a":1,"a":2}',
    { body: 'twice', attributes: { a: 2 }, marks: expect.arrayContaining(['duplicate_key']) },
  ],
  [
    'has a key twice far below',
    '{"message":"below","a":[{"b":{"c" : 1,"c":":"}}]}',
    { body: 'below', attributes: { a: [{ b: { c: ':' } }] }, marks: expect.arrayContaining(['duplicate_key']) },
  ],
  ['is of the first second there is', '{"message":"old","timestamp":"1970-01-01T00:00:00Z"}', { timeUnixNano: '0' }],
  [
    'is of a year that nothing can represent',
    '{"message":"far","timestamp":"9999-12-31T23:59:59Z"}',
    {
      timeUnixNano: RECEIVED,
      marks: expect.arrayContaining(['timestamp_out_of_range']),
      attributes: { timestamp: '9999-12-31T23:59:59Z' },
    },
  ],
  [
    'is older than time',
    '{"message":"older","timestamp":"1969-12-31T23:59:59Z"}',
    { timeUnixNano: RECEIVED, marks: expect.arrayContaining(['timestamp_out_of_range']) },
  ],
  ['tells its time in seconds', '{"message":"s","time":1795228599}', { timeUnixNano: '1795228599000000000' }],
  ['in milliseconds', '{"message":"ms","time":1795228599010}', { timeUnixNano: '1795228599010000000' }],
  ['in microseconds', '{"message":"us","time":1795228599010876}', { timeUnixNano: '1795228599010876000' }],
  ['in nanoseconds', '{"message":"ns","time":1795228599010876596}', { timeUnixNano: '1795228599010876596' }],
];

describe('an event that', () => {
  it.each(ODD)('%s is stored as it came, and its neighbours unchanged', async (_name, line, stored) => {
    const shippers = startShippers();
    const answer = await shippers.send({
      path: '/v1/ingest',
      body: `{"message":"before"}\n${line}\n{"message":"after"}`,
    });
    expect([answer.status, answer.text]).toEqual([200, '{"accepted":3,"rejected":0,"errors":[]}']);
    const [before, event, after] = shippers.stored();
    expect([before?.body, after?.body]).toEqual(['before', 'after']);
    expect(event).toMatchObject(stored);
    // what is too deep for any parser stands in it as text
    expect(event?.original?.replace(/"(\[+\]+)"/, '$1') === line).toBe(true);
  });

  it('has __proto__ for a key changes no other object', async () => {
    const shippers = startShippers();
    await shippers.send({ path: '/v1/ingest', body: '{"message":"a","__proto__":{"polluted":true}}' });
    expect(JSON.stringify(shippers.stored()[0]?.attributes)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is no UTF-8 is stored with what can be read of it, and marked; its neighbours are neither', async () => {
    const shippers = startShippers();
    const body = Buffer.concat([Buffer.from('before\n'), Buffer.from([0x61, 0xff, 0x80]), Buffer.from('\nafter')]);
    expect((await shippers.send({ path: '/v1/ingest', body })).status).toBe(200);
    const stored = shippers.stored();
    expect(stored.map((event) => event.body)).toEqual(['before', 'a\ufffd\ufffd', 'after']);
    expect(stored.map(({ marks }) => marks?.includes('invalid_utf8'))).toEqual([false, true, false]);
  });

  const twins = '"m":1,"m":2';
  it.each([
    [
      '/logs/_bulk',
      `{"create":{}}\n{"message":"a",${twins}}\n{"create":{}}\n{"message":"b"}\n`,
      `{"message":"a",${twins}}`,
    ],
    ['/services/collector', `{"event":"a","fields":{${twins}}}{"event":"b"}`, `{"event":"a","fields":{${twins}}}`],
    ['/services/collector', `{"event":{"message":"a",${twins}}}{"event":"b"}`, `{"event":{"message":"a",${twins}}}`],
    ['/api/v2/logs', `[{"message":"a",${twins}},{"message":"b"}]`, `{"message":"a",${twins}}`],
    [
      '/api/v2/logs',
      `[{"message":"{\\"message\\":\\"a\\",\\"m\\":1,\\"m\\":2}"},{"message":"b"}]`,
      `{"message":"a",${twins}}`,
    ],
    [
      '/gelf',
      `{"short_message":"a",${twins.replaceAll('m', '_m')}}\0{"short_message":"b"}`,
      `{"short_message":"a","_m":1,"_m":2}`,
    ],
    ['/v1/ingest', `[{"message":"a",${twins}},{"message":"b"}]`, `{"message":"a",${twins}}`],
    ['/v1/ingest?msg_key=text', `[{"text":"a",${twins}},{"message":"b"}]`, `{"text":"a",${twins}}`],
    [
      '/firehose',
      JSON.stringify({
        records: [`{"message":"a",${twins}}`, '{"message":"b"}'].map((text) => ({ data: btoa(text) })),
      }),
      `{"message":"a",${twins}}`,
    ],
  ])('has a key twice at %s keeps both, and is marked; its neighbour is not', async (path, body, original) => {
    const shippers = startShippers();
    expect((await shippers.send({ path, body })).status).toBeLessThan(300);
    const [twice, once] = shippers.stored();
    expect(twice).toMatchObject({ body: 'a', original, attributes: { m: 2 } });
    expect([twice?.marks?.includes('duplicate_key'), once?.marks?.includes('duplicate_key')]).toEqual([true, false]);
    expect(once?.body).toBe('b');
  });

  it.each([
    ['/v1/logs', '{"resourceLogs":[],"resourceLogs":[]}', 'resourceLogs'],
    ['/loki/api/v1/push', '{"streams":[{"stream":{},"values":[["1","a"]],"values":[["2","b"]]}]}', 'values'],
  ])('would be lost because the envelope at %s names its place twice is refused by name', async (path, body, name) => {
    const shippers = startShippers();
    const answer = await shippers.send({ path, body, headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(name);
    expect(shippers.stored()).toEqual([]);
  });

  it('stands in a wrapping that names its list twice is kept with all of it', async () => {
    const shippers = startShippers();
    const body = '{"logs":[{"message":"a"}],"logs":[{"message":"b"}]}';
    await shippers.send({ path: '/v1/ingest', body });
    expect(shippers.stored().map(({ original }) => original)).toEqual([body]);
  });
});
