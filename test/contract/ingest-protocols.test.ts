import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { message, snappyLiteral, string } from '../support/protobuf.ts';
import { type Answer, type Shipment, startShippers } from '../support/shippers.ts';

/** What a protocol answers, as the ingest reference has it in "Answers per protocol"; `form` checks that a refusal is in its own form. */
interface Protocol {
  readonly name: string;
  readonly good: Shipment;
  readonly events: number;
  readonly accepted: (answer: Answer) => void;
  readonly undecodable: { readonly shipment: Partial<Shipment>; readonly status: number };
  readonly statuses: {
    readonly noToken: number;
    readonly badToken: number;
    readonly tooLarge: number;
    readonly quota: number;
  };
  readonly form: (answer: Answer) => void;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BOMB = gzipSync(Buffer.alloc(21 * 1_048_576, ' '));
const data = (text: string | Buffer) => ({ data: Buffer.from(text).toString('base64') });

const isEmpty = (status: number) => (answer: Answer) => {
  expect(answer.status).toBe(status);
  expect(answer.body).toHaveLength(0);
};
const isText = ({ headers, text }: Answer) => {
  expect(headers['content-type']).toMatch(/^text\/plain/);
  expect(text.trim()).toMatch(/^[^\n]+$/);
};
const parsed = ({ headers, text }: Answer) => {
  expect(headers['content-type']).toBe('application/json');
  return JSON.parse(text);
};
const bulkError = (answer: Answer) => {
  expect(answer.headers['x-elastic-product']).toBe('Elasticsearch');
  expect(parsed(answer)).toEqual({
    error: { root_cause: [expect.any(Object)], type: expect.any(String), reason: expect.any(String) },
    status: answer.status,
  });
};
const hecError = (answer: Answer) =>
  expect(parsed(answer)).toMatchObject({ text: expect.any(String), code: expect.any(Number) });
const datadogError = (answer: Answer) =>
  expect(parsed(answer)).toEqual({
    errors: [{ status: String(answer.status), title: expect.any(String), detail: expect.any(String) }],
  });
const problem = ({ headers, text, status }: Answer) => {
  expect(headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
};

const PROTOCOLS: readonly Protocol[] = [
  {
    name: 'OTLP in JSON',
    good: {
      path: '/v1/logs',
      headers: JSON_TYPE,
      body: '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}',
    },
    events: 1,
    accepted: (answer) => expect([answer.status, answer.text]).toEqual([200, '{}']),
    undecodable: { shipment: { body: '{' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 429 },
    form: (answer) => expect(parsed(answer)).toEqual({ code: expect.any(Number), message: expect.any(String) }),
  },
  {
    name: 'OTLP in protobuf',
    good: {
      path: '/v1/logs',
      headers: { 'content-type': 'application/x-protobuf' },
      body: message(1, message(2, message(2, message(5, string(1, 'hi'))))),
    },
    events: 1,
    accepted: isEmpty(200),
    undecodable: { shipment: { body: Buffer.from([0xff, 0xff]) }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 429 },
    form: ({ headers, body }) => {
      expect(headers['content-type']).toBe('application/x-protobuf');
      expect([body[0], body[2]]).toEqual([0x08, 0x12]);
    },
  },
  {
    name: 'Loki in JSON',
    good: {
      path: '/loki/api/v1/push',
      headers: JSON_TYPE,
      body: '{"streams":[{"stream":{"job":"web"},"values":[["1795228599010876596","hi"],["1795228599010876597","ho"]]}]}',
    },
    events: 2,
    accepted: isEmpty(204),
    undecodable: { shipment: { body: '{"streams":1}' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 429 },
    form: isText,
  },
  {
    name: 'Loki in protobuf',
    good: {
      path: '/loki/api/v1/push',
      headers: { 'content-type': 'application/x-protobuf' },
      body: snappyLiteral(message(1, string(1, '{job="web"}'), message(2, string(2, 'hi')))),
    },
    events: 1,
    accepted: isEmpty(204),
    undecodable: { shipment: { body: Buffer.from([0xff, 0xff, 0xff]) }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 429 },
    form: isText,
  },
  {
    name: 'Elasticsearch bulk',
    good: {
      path: '/_bulk',
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"create":{"_index":"logs-app","_id":"a1"}}\n{"message":"hi"}\n',
    },
    events: 1,
    accepted: (answer) => {
      expect(answer.status).toBe(200);
      expect(answer.text).toContain('"errors":false,"items":[');
      expect(answer.headers['x-elastic-product']).toBe('Elasticsearch');
    },
    undecodable: { shipment: { body: 'no bulk at all' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 503 },
    form: bulkError,
  },
  {
    name: 'Elasticsearch document',
    good: { path: '/logs-app/_doc', headers: JSON_TYPE, body: '{"message":"hi"}' },
    events: 1,
    accepted: (answer) => {
      expect(answer.status).toBe(201);
      expect(parsed(answer)).toMatchObject({ _index: 'logs-app', result: 'created', _id: expect.any(String) });
    },
    undecodable: { shipment: { body: ' ' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 503 },
    form: bulkError,
  },
  {
    name: 'Splunk HEC event',
    good: { path: '/services/collector/event/1.0', headers: JSON_TYPE, body: '{"event":"a"}{"event":"b"}' },
    events: 2,
    accepted: (answer) => {
      expect(answer.status).toBe(200);
      expect(answer.text).toBe('{"text":"Success","code":0}');
    },
    undecodable: { shipment: { body: '{"event"' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 503 },
    form: hecError,
  },
  {
    name: 'Splunk HEC raw',
    good: { path: '/services/collector/raw?sourcetype=st', body: 'a\nb\r\n\n' },
    events: 2,
    accepted: (answer) => expect(answer.text).toBe('{"text":"Success","code":0}'),
    undecodable: { shipment: { body: '\n' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 503 },
    form: hecError,
  },
  {
    name: 'Datadog version 2',
    good: { path: '/api/v2/logs', headers: JSON_TYPE, body: '[{"message":"a"},{"message":"b"}]' },
    events: 2,
    accepted: (answer) => expect([answer.status, answer.text]).toEqual([202, '{}']),
    undecodable: { shipment: { body: '{"message"' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 429 },
    form: datadogError,
  },
  {
    name: 'Datadog version 1',
    good: { path: '/v1/input', headers: { 'content-type': 'text/plain' }, body: 'a\nb' },
    events: 2,
    accepted: (answer) => expect([answer.status, answer.text]).toEqual([200, '{}']),
    undecodable: { shipment: { headers: JSON_TYPE, body: '{"message"' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 429 },
    form: datadogError,
  },
  {
    name: 'Firehose',
    good: {
      path: '/firehose',
      headers: { ...JSON_TYPE, 'x-amz-firehose-request-id': 'r-1' },
      body: JSON.stringify({
        requestId: 'r-1',
        timestamp: 1,
        records: [data('a\nb'), data('{"message":"c"}{"message":"d"}')],
      }),
    },
    events: 4,
    accepted: (answer) => {
      expect(answer.status).toBe(200);
      expect(parsed(answer)).toEqual({ requestId: 'r-1', timestamp: expect.any(Number) });
    },
    // a refusal would only be repeated, or lose the batch: it is kept as it came
    undecodable: { shipment: { body: '{' }, status: 200 },
    statuses: { noToken: 403, badToken: 403, tooLarge: 200, quota: 503 },
    form: (answer) => expect(parsed(answer)).toMatchObject({ requestId: 'r-1', timestamp: expect.any(Number) }),
  },
  {
    name: 'GELF',
    good: { path: '/gelf', body: '{"version":"1.1","host":"h","short_message":"a"}\0{"host":"h","short_message":"b"}' },
    events: 2,
    accepted: isEmpty(202),
    undecodable: { shipment: { body: 'no gelf' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 503 },
    form: isText,
  },
  {
    name: 'Heroku',
    good: {
      path: '/logplex',
      headers: { 'content-type': 'application/logplex-1' },
      body: '83 <40>1 2012-11-30T06:45:29+00:00 host app web.3 - State changed from starting to up\n',
    },
    events: 1,
    accepted: isEmpty(204),
    undecodable: { shipment: { body: '\n' }, status: 400 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 503 },
    form: isText,
  },
  {
    name: 'our own /v1/ingest',
    good: { path: '/v1/ingest', body: 'a\nb' },
    events: 2,
    accepted: (answer) =>
      expect([answer.status, answer.text]).toEqual([200, '{"accepted":2,"rejected":0,"errors":[]}']),
    undecodable: { shipment: { body: '' }, status: 422 },
    statuses: { noToken: 401, badToken: 403, tooLarge: 413, quota: 503 },
    form: problem,
  },
];

describe.each(PROTOCOLS)('$name', ({ good, events, accepted, undecodable, statuses, form }) => {
  it('is told that everything was accepted, which then is stored', async () => {
    const shippers = startShippers();
    accepted(await shippers.send(good));
    expect(shippers.stored()).toHaveLength(events);
  });

  it('is told of a missing and of a bad token, and nothing is stored', async () => {
    const shippers = startShippers();
    const without = await shippers.send({ ...good, token: false });
    expect(without.status).toBe(statuses.noToken);
    form(without);
    const bad = await shippers.send({ ...good, token: 'bad' });
    expect(bad.status).toBe(statuses.badToken);
    form(bad);
    expect(shippers.stored()).toEqual([]);
  });

  it('is told when the stream takes nothing, and when to come again', async () => {
    const shippers = startShippers();
    shippers.stopStream();
    const answer = await shippers.send(good);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    form(answer);
  });

  it('is told to come again while keys, limits or settings cannot be reached, and needs nobody to go on afterwards', async () => {
    const shippers = startShippers();
    for (const what of ['keys', 'limits', 'settings'] as const) {
      shippers.lose(what);
      const answer = await shippers.send(good);
      expect(answer.status, what).toBe(503);
      expect(answer.headers['retry-after'], what).toMatch(/^[1-9]\d*$/);
      form(answer);
      expect(answer.text, what).not.toContain('away');
    }
    expect(shippers.stored()).toEqual([]);
    shippers.lose(undefined);
    accepted(await shippers.send(good));
    expect(shippers.stored()).toHaveLength(events);
  });

  it('is told of a used-up quota, and when to come again', async () => {
    const shippers = startShippers();
    shippers.exhaustQuota();
    const answer = await shippers.send(good);
    expect(answer.status).toBe(statuses.quota);
    expect(answer.headers['retry-after']).toBe('7');
    form(answer);
  });

  it('is told of a body that grows too large', async () => {
    const answer = await startShippers().send({
      ...good,
      headers: { ...good.headers, 'content-encoding': 'gzip' },
      body: BOMB,
    });
    expect(answer.status).toBe(statuses.tooLarge);
    form(answer);
  });

  it('is told of an envelope that cannot be read', async () => {
    const answer = await startShippers().send({ ...good, ...undecodable.shipment });
    expect(answer.status).toBe(undecodable.status);
    form(answer);
  });

  it('has its questions answered by 200, and other methods refused in its own form', async () => {
    const shippers = startShippers();
    for (const method of ['HEAD', 'GET', 'OPTIONS'])
      expect((await shippers.send({ ...good, method, body: '', token: false })).status, method).toBe(200);
    const refused = await shippers.send({ ...good, method: 'DELETE' });
    expect(refused.status).toBe(405);
    form(refused);
  });

  it('is found under a prefix, with a doubled and a trailing slash, by PUT, and by a token in the path', async () => {
    const shippers = startShippers();
    const [path, query = ''] = good.path.split('?');
    for (const variant of [`/otlp${path}`, `/elastic/${path}`, `${path}/`, `/${path}//`])
      accepted(await shippers.send({ ...good, path: `${variant}?${query}` }));
    accepted(await shippers.send({ ...good, method: 'PUT' }));
    accepted(await shippers.send({ ...good, path: `/t/good${path}?${query}`, token: false }));
    expect(shippers.stored()).toHaveLength(6 * events);
  });
});

describe('the token', () => {
  const ingest = { path: '/v1/ingest', body: 'hi', token: false as const };
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it.each([
    ['a bearer', { authorization: 'bearer good' }],
    ['a password', { authorization: `Basic ${base64('user:good')}` }],
    ['a user name without password', { authorization: `Basic ${base64('good:')}` }],
    ['Splunk', { authorization: 'Splunk good' }],
    ['a plain API key', { authorization: 'ApiKey good' }],
    ['an encoded API key', { authorization: `ApiKey ${base64('id:good')}` }],
    ['x-api-key', { 'x-api-key': 'good' }],
    ['dd-api-key', { 'dd-api-key': 'good' }],
    ['Firehose', { 'x-amz-firehose-access-key': 'good' }],
  ])('is found in %s', async (_name, headers) => {
    expect((await startShippers().send({ ...ingest, headers })).status).toBe(200);
  });

  it.each(['token', 'dd-api-key', 'api_key', 'key'])('is found in the query parameter %s', async (name) => {
    expect((await startShippers().send({ ...ingest, path: `/v1/ingest?${name}=good` })).status).toBe(200);
  });

  it('is found in the path of Datadog, and never seen by what stands behind', async () => {
    const shippers = startShippers();
    expect((await shippers.send({ ...ingest, path: '/v1/input/good' })).status).toBe(200);
    expect((await shippers.send({ ...ingest, path: '/t/good/v1/ingest' })).status).toBe(200);
    expect(shippers.seen.at(-1)?.path).toBe('/v1/ingest');
  });

  it('without its scheme is told to Splunk by a code of its own', async () => {
    const path = '/services/collector/event';
    const answer = await startShippers().send({
      path,
      body: '{"event":"a"}',
      headers: { authorization: 'good' },
      token: false,
    });
    expect([answer.status, answer.text]).toEqual([401, '{"text":"Invalid authorization","code":3}']);
    expect((await startShippers().send({ path, body: '{"event":"a"}', token: false })).text).toContain('"code":2');
  });
});

describe('what clients ask before they send', () => {
  const probe = (method: string, path: string, more: Partial<Shipment> = {}) =>
    startShippers().send({ method, path, token: false, ...more });

  it('says that it is Elasticsearch, in the version of an Elastic client', async () => {
    const answer = await probe('GET', '/');
    expect(JSON.parse(answer.text)).toMatchObject({
      version: { number: '8.19.0', build_flavor: 'default' },
      tagline: 'You Know, for Search',
    });
    const filebeat = await probe('GET', '/elastic', { headers: { 'user-agent': 'Elastic-filebeat/8.17.1 (linux)' } });
    expect(JSON.parse(filebeat.text).version.number).toBe('8.17.1');
    expect((await probe('HEAD', '/')).headers['x-elastic-product']).toBe('Elasticsearch');
  });

  it.each([
    ['GET', '/_license?human=false', '"status":"active"'],
    ['GET', '/_xpack', '"status":"active"'],
    ['GET', '/_cluster/health', '"status":"green"'],
    ['GET', '/_cat/health', 'green'],
    ['GET', '/_nodes/_all/http', '"nodes":{}'],
    ['GET', '/_ilm/policy/x', '{}'],
    ['HEAD', '/_index_template/template_logs', ''],
    ['PUT', '/_template/x', '{"acknowledged":true}'],
    ['PUT', '/_ingest/pipeline/x', '{"acknowledged":true}'],
    ['GET', '/services/collector/health', '{"text":"HEC is healthy","code":17}'],
    ['GET', '/services/collector/health/1.0', '"code":17'],
    ['OPTIONS', '/services/collector/event/1.0', ''],
    ['GET', '/ready', 'ready'],
    ['GET', '/loki/api/v1/status/buildinfo', '"version"'],
  ])('answers %s %s', async (method, path, text) => {
    const answer = await probe(method, path);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(text);
  });

  it('tells Vector of a bad Splunk token by 400 and of a bad Datadog key by 403', async () => {
    expect((await probe('GET', '/services/collector/health/1.0', { token: 'bad' })).status).toBe(400);
    expect((await probe('GET', '/services/collector/health/1.0', { token: 'good' })).status).toBe(200);
    expect((await probe('GET', '/api/v1/validate')).status).toBe(403);
    expect((await probe('GET', '/api/v1/validate', { headers: { 'dd-api-key': 'good' } })).text).toBe('{"valid":true}');
  });

  it('takes the Datadog agent’s empty object and stores nothing', async () => {
    const shippers = startShippers();
    expect((await shippers.send({ path: '/api/v2/logs', headers: JSON_TYPE, body: '{}' })).status).toBe(202);
    expect(shippers.stored()).toEqual([]);
  });

  it('leaves a path that no shipper uses to the API, whose refusal it is', async () => {
    const answer = await probe('POST', '/nowhere');
    expect(answer.status).toBe(404);
    problem(answer);
    expect((await probe('POST', '/api/v1/logs')).status).toBe(404);
  });
});
