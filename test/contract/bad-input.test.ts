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
  // the first is in the line
  ['has a key twice', '{"message":"twice","a":1,"a":2}', { body: 'twice', attributes: { a: 2 } }],
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
});
