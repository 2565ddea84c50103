import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../functions/core/log-record.ts';
import { int64, message, snappyLiteral, string, varint } from '../../support/protobuf.ts';
import { type Shipment, startShippers } from '../../support/shippers.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const nano = (iso: string) => `${Date.parse(iso)}000000`;

/** What is stored of a shipment; `n` lines of JSON come as one body. */
async function store(shipment: Shipment): Promise<{ status: number; text: string; events: LogRecord[] }> {
  const shippers = startShippers();
  const { status, text } = await shippers.send(shipment);
  return { status, text, events: shippers.stored() };
}
const json = (path: string, value: unknown, more: Partial<Shipment> = {}) =>
  store({ path, headers: JSON_TYPE, body: JSON.stringify(value), ...more });

describe('Loki', () => {
  const labels = { job: 'web', env: 'prod', level: 30 };

  it('makes resource of labels, attributes of metadata, and reads the line', async () => {
    const { events } = await json('/loki/api/v1/push', {
      streams: [
        {
          stream: labels,
          values: [
            [
              '1795228599010876596',
              'level=error msg=no n=1',
              { trace_id: '5b8efff798038103d269b633813fc60c', user: 'u' },
            ],
            [1795228599010, 7],
          ],
        },
      ],
    });
    expect(events[0]).toMatchObject({
      timeUnixNano: '1795228599010876596',
      severityNumber: 9,
      severityText: '30',
      body: 'no',
      original: 'level=error msg=no n=1',
      resource: { job: 'web', env: 'prod', 'service.name': 'web', 'deployment.environment.name': 'prod' },
      attributes: { n: '1', user: 'u' },
      traceId: '5b8efff798038103d269b633813fc60c',
    });
    expect(events[1]).toMatchObject({ timeUnixNano: '1795228599010000000', body: '7' });
  });

  it('reads the same from protobuf, with or without the header that names snappy', async () => {
    const body = snappyLiteral(
      message(
        1,
        string(1, '{job="web", env="a \\"b\\" \\u00e4\\n"}'),
        message(
          2,
          message(1, int64(1, 1795228599n), varint(2, 10876596)),
          string(2, 'GET /'),
          message(3, string(1, 'user'), string(2, 'u')),
        ),
      ),
    );
    for (const headers of [{}, { 'content-encoding': 'snappy' }, { 'content-type': 'application/x-protobuf' }]) {
      const { events } = await store({ path: '/loki/api/v1/push', headers: headers as Record<string, string>, body });
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        timeUnixNano: '1795228599010876596',
        body: 'GET /',
        attributes: { user: 'u' },
        resource: { 'service.name': 'web', env: 'a "b" ä\n' },
      });
    }
  });

  it('reads version 0, keeps a broken entry as text and marks a broken time', async () => {
    const { events } = await json('/api/prom/push', {
      streams: [
        { labels: '{job="web"}', entries: [{ ts: '2026-11-21T10:00:00.5Z', line: 'x' }] },
        { stream: { job: 'web' }, values: [['soon', 'y'], 'z'] },
        'none',
      ],
    });
    expect(events[0]).toMatchObject({ timeUnixNano: nano('2026-11-21T10:00:00.500Z'), body: 'x' });
    expect(events[1]?.marks).toContain('timestamp_invalid');
    expect(events[2]).toMatchObject({ body: '"z"', marks: expect.arrayContaining(['parse_error']) });
    expect(events[3]).toMatchObject({ body: '"none"', marks: expect.arrayContaining(['parse_error']) });
  });
});

describe('Elasticsearch', () => {
  const bulk = (body: string, path = '/logs-app/_bulk') => store({ path, body });

  it('answers one item an action, in order, and takes the index as an attribute', async () => {
    const { text, events } = await bulk(
      [
        '{"create":{"_index":"own","_id":"a1"}}',
        '{"@timestamp":"2026-11-21T02:36:51.010Z","message":"hello","log":{"level":"warn","logger":"l"},"service":{"name":"shop"},"host":{"name":"h"},"trace":{"id":"5b8efff798038103d269b633813fc60c"},"n":12345678901234567890}',
        '',
        '{"index":{},"attempts":0}',
        '{"message":"ERROR plain"}',
        '{"delete":{"_id":"x"}}',
        '{"update":{"_id":"u"}}',
        '{"doc":{"message":"patched"}}',
        '{"create":{"_id":null}}',
        'no json',
        '{"message":"a document without its action"}',
        '{"create":{}}',
      ].join('\n'),
    );
    const { errors, items } = JSON.parse(text);
    expect(errors).toBe(true); // of the last one, which has no document
    expect(items.map((item: object) => Object.keys(item))).toEqual([
      ['create'],
      ['index'],
      ['delete'],
      ['update'],
      ['create'],
      ['create'],
    ]);
    expect(items.map((item: Record<string, { status: number }>) => Object.values(item)[0]?.status)).toEqual([
      201, 201, 404, 200, 201, 400,
    ]);
    expect(items[0].create).toMatchObject({ _index: 'own', _id: 'a1', result: 'created' });
    expect(items[1].index._id).toBe(events[1]?.id);
    expect(events.map(({ body }) => body)).toEqual([
      'hello',
      'ERROR plain',
      'patched',
      'no json',
      'a document without its action',
    ]);
    expect(events[0]).toMatchObject({
      timeUnixNano: nano('2026-11-21T02:36:51.010Z'),
      severityNumber: 13,
      resource: { 'service.name': 'shop', 'host.name': 'h' },
      traceId: '5b8efff798038103d269b633813fc60c',
      attributes: { log: { logger: 'l' }, n: 12345678901234567890n, 'elasticsearch.index': 'own' },
    });
    expect(events[0]?.attributes).not.toHaveProperty('service');
    expect(events[1]).toMatchObject({ severityNumber: 17, attributes: { 'elasticsearch.index': 'logs-app' } });
    expect(events[3]?.marks).toContain('parse_error');
  });

  it('gives a document sent again under its id the same event id, and another content another one', async () => {
    const send = (document: string) => bulk(`{"create":{"_id":"a1"}}\n${document}`).then(({ events }) => events[0]?.id);
    const first = await send('{"message":"a"}');
    expect(await send('{"message":"a"}')).toBe(first);
    expect(await send('{"message":"b"}')).not.toBe(first);
    // wherever in a batch it comes again
    const { events } = await bulk('{"create":{}}\n{"message":"other"}\n{"create":{"_id":"a1"}}\n{"message":"a"}');
    expect(events[1]?.id).toBe(first);
  });

  it('takes single documents', async () => {
    const { text, events } = await json('/elastic/logs-app/_create/id%2F1', { message: 'm' });
    expect(JSON.parse(text)).toMatchObject({ _index: 'logs-app', _id: 'id/1', result: 'created' });
    expect(events[0]).toMatchObject({ body: 'm', attributes: { 'elasticsearch.index': 'logs-app' } });
    expect(JSON.parse((await json('/logs-app/_doc', { message: 'm' })).text)._id).toMatch(/^b[0-9a-z]{34}$/);
  });
});

describe('Splunk HEC', () => {
  const send = (body: string, query = '') => store({ path: `/services/collector/event${query}`, body });

  it('reads events back to back with their metadata and fields', async () => {
    const { events } = await send(
      '{"time":"1795226913.334","host":"h","source":"s","sourcetype":"st","index":"main","event":{"message":"hi","severity":"info","n":1},"fields":{"env":"prod","k":"v"}}{"time":1795226913334,"event":"ERROR text"} [{"event":1}]',
      '?source=default&host=d',
    );
    expect(events[0]).toMatchObject({
      timeUnixNano: '1795226913334000000',
      severityNumber: 9,
      body: 'hi',
      resource: { 'host.name': 'h', 'service.name': 'st', 'deployment.environment.name': 'prod' },
      attributes: { n: 1, k: 'v', 'com.splunk.source': 's', 'com.splunk.sourcetype': 'st', 'com.splunk.index': 'main' },
    });
    expect(events[1]).toMatchObject({
      timeUnixNano: '1795226913334000000',
      severityNumber: 17,
      resource: { 'host.name': 'd' },
      attributes: { 'com.splunk.source': 'default' },
    });
    expect(events[2]?.body).toBe('1');
  });

  it('lifts what splunk-logging and the winston transport on it put under the message', async () => {
    const { events } = await send(
      '{"event":{"message":{"temperature":"70F","msg":"warm"},"severity":"warn"}}' +
        '{"event":{"message":{"msg":"hi","meta":{"level":"info","message":"hi","trace_id":"5b8efff798038103d269b633813fc60c","n":1}},"severity":"info"}}' +
        '{"event":{"message":{"text":"other"},"kind":"own"}}',
    );
    expect(events[0]).toMatchObject({ body: 'warm', severityNumber: 13, attributes: { temperature: '70F' } });
    expect(events[1]).toMatchObject({ body: 'hi', severityNumber: 9, traceId: '5b8efff798038103d269b633813fc60c' });
    expect(events[1]?.attributes).toEqual({ severity: 'info', n: 1 });
    expect(events[2]?.attributes).toEqual({ message: { text: 'other' }, kind: 'own' });
  });

  it('understands what OpenTelemetry’s exporter puts among the fields', async () => {
    const { events } = await send(
      '{"event":"hi","fields":{"otel.log.severity.text":"WARN","otel.log.severity.number":13,"trace_id":"5b8efff798038103d269b633813fc60c","service.name":"shop"}}',
    );
    expect(events[0]).toMatchObject({
      severityNumber: 13,
      severityText: 'WARN',
      traceId: '5b8efff798038103d269b633813fc60c',
      resource: { 'service.name': 'shop' },
    });
  });

  it('keeps the good events and what is none as text, and refuses only where all are bad', async () => {
    const mixed = await send('{"event":"good"}{"noevent":1}\n{"event":');
    expect([mixed.status, mixed.events.map(({ body }) => body)]).toEqual([200, ['good', '{"noevent":1}', '{"event":']]);
    for (const [body, code] of [
      ['{"time":1}', 12],
      ['{"event":""}', 13],
      ['not json', 6],
      ['', 5],
    ] as const) {
      const { status, text, events } = await send(body);
      expect([status, JSON.parse(text).code, events]).toEqual([400, code, []]);
    }
    expect(JSON.parse((await send('{"time":1}')).text)['invalid-event-number']).toBe(0);
    expect((await store({ path: '/services/collector/ack?channel=x', body: '{"acks":[1]}' })).text).toContain(
      '"code":14',
    );
  });
});

describe('Datadog', () => {
  it('reads entries with their tags, and hoists a message that is JSON', async () => {
    const { events } = await json('/api/v2/logs', [
      {
        message: 'hi',
        status: 'warning',
        timestamp: 1795228599010,
        hostname: 'h',
        service: 'shop',
        ddsource: 'nodejs',
        ddtags: 'env:prod,version:1.2,team:a,team:b,flag',
      },
      {
        message: '{"msg":"inner","level":"error","dd":{"trace_id":"1"},"n":1}',
        ddtags: 'trace_id:123456789,span_id:42',
      },
      'a line',
      {},
    ]);
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({
      timeUnixNano: '1795228599010000000',
      severityNumber: 13,
      severityText: 'warning',
      body: 'hi',
      resource: {
        'host.name': 'h',
        'service.name': 'shop',
        'service.version': '1.2',
        'deployment.environment.name': 'prod',
      },
      attributes: { ddsource: 'nodejs', team: ['a', 'b'], flag: true },
    });
    expect(events[1]).toMatchObject({
      severityNumber: 17,
      body: 'inner',
      attributes: { n: 1 },
      traceId: '000000000000000000000000075bcd15',
      spanId: '000000000000002a',
      original: '{"msg":"inner","level":"error","dd":{"trace_id":"1"},"n":1}',
    });
    expect(events[2]?.body).toBe('a line');
  });

  it.each([
    ['emergency', 23],
    ['crit', 21],
    ['3', 17],
    ['Err', 17],
    ['wibble', 13],
    ['notify', 10],
    ['success', 9],
    ['verbose', 1],
    ['tee', 5],
    ['???', 9],
  ])('takes the status %s as %d', async (status, severity) => {
    expect((await json('/api/v2/logs', { message: 'm', status })).events[0]?.severityNumber).toBe(severity);
  });

  it('takes what all entries have in common from the query, and lines', async () => {
    const { events } = await store({
      path: '/v1/input/good?ddsource=s&service=shop&ddtags=env:prod&hostname=h',
      headers: { 'content-type': 'text/plain' },
      body: 'a\nERROR b',
      token: false,
    });
    expect(events[1]).toMatchObject({
      severityNumber: 17,
      body: 'ERROR b',
      resource: { 'service.name': 'shop', 'host.name': 'h', 'deployment.environment.name': 'prod' },
      attributes: { ddsource: 's' },
    });
  });

  it('keeps good entries where one is broken', async () => {
    const { status, events } = await store({
      path: '/api/v2/logs',
      headers: JSON_TYPE,
      body: '{"message":"a"}\n{"message":\n{"message":"c"}',
    });
    expect([status, events.map(({ body }) => body)]).toEqual([202, ['a', '{"message":', 'c']]);
  });
});

describe('GELF', () => {
  it('reads its own members and the additional ones', async () => {
    const { events } = await json('/gelf', {
      version: '1.1',
      host: 'h',
      short_message: 'hi',
      full_message: 'hi\nthere',
      timestamp: 1795228690.097,
      level: 3,
      _user_id: 7,
      _service: 'shop',
      _message: 'other',
      facility: 'f',
    });
    expect(events[0]).toMatchObject({
      timeUnixNano: '1795228690097000000',
      severityNumber: 17,
      severityText: '3',
      body: 'hi',
      resource: { 'host.name': 'h', 'service.name': 'shop' },
      attributes: { user_id: 7, message: 'other', facility: 'f', full_message: 'hi\nthere' },
    });
  });

  it('is lenient with what is missing, and marks it', async () => {
    const { events } = await json('/gelf', { _a: 1 });
    expect(events[0]).toMatchObject({
      body: '{"_a":1}',
      marks: expect.arrayContaining(['timestamp_missing', 'level_missing', 'service_missing']),
    });
  });
});

describe('syslog', () => {
  it('reads octet-counted messages, in bytes, and messages ended by newline or NUL', async () => {
    const first = '<13>1 2026-11-21T10:00:00Z h a - - - Grüße\n';
    const second = '<14>1 2026-11-21T10:00:01Z h a - - - b';
    const counted = [first, second].map((text) => `${Buffer.byteLength(text)} ${text}`).join('');
    for (const body of [counted, `${first}${second}\n`, `${first.trim()}\0${second}\0`]) {
      const { status, events } = await store({ path: '/syslog', body });
      expect([status, events.map((event) => event.body)]).toEqual([204, ['Grüße', 'b']]);
    }
  });

  it('reads Heroku’s frames, and knows them when they come again', async () => {
    const shipment: Shipment = {
      path: '/logplex',
      headers: { 'content-type': 'application/logplex-1', 'logplex-frame-id': 'F1' },
      body: [
        '<40>1 2012-11-30T06:45:29+00:00 host app web.3 - State changed from starting to up\n',
        '<45>1 2012-11-30T06:45:30+00:00 host heroku router - at=info x=y z=1\n',
      ]
        .map((frame) => `${frame.length} ${frame}`)
        .join(''),
    };
    const { events } = await store(shipment);
    expect(events.map(({ body }) => body)).toEqual(['State changed from starting to up', 'at=info x=y z=1']);
    expect(events[0]).toMatchObject({
      timeUnixNano: nano('2012-11-30T06:45:29Z'),
      resource: { 'host.name': 'host', 'service.name': 'app' },
      attributes: { 'syslog.procid': 'web.3' },
    });
    expect((await store(shipment)).events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });
});

describe('Firehose and CloudWatch', () => {
  const subscription = {
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup: '/aws/lambda/checkout',
    logStream: '2026/11/21/[$LATEST]ab',
    subscriptionFilters: ['x'],
    logEvents: [
      { id: '3195', timestamp: 1795228599010, message: '{"level":"ERROR","message":"no","requestId":"r"}\n' },
      {
        id: '3196',
        timestamp: 1795228599011,
        message: 'REPORT RequestId: 8e827ab1-7d31-4c0f-8c6e-0f3c1c2f0a11\tDuration: 1.5 ms\t',
      },
    ],
  };
  const deliver = (records: (string | Buffer)[], headers: Record<string, string> = {}) =>
    json(
      '/firehose',
      {
        requestId: 'r-1',
        timestamp: 1,
        records: records.map((record) => ({ data: Buffer.from(record).toString('base64') })),
      },
      { headers: { ...JSON_TYPE, 'x-amz-firehose-request-id': 'r-1', ...headers } },
    );

  it('undoes CloudWatch’s documents, whose ids are known when they come again', async () => {
    const { events } = await deliver([gzipSync(JSON.stringify(subscription))]);
    expect(events[0]).toMatchObject({
      timeUnixNano: '1795228599010000000',
      severityNumber: 17,
      body: 'no',
      attributes: { requestId: 'r' },
      resource: {
        'service.name': 'checkout',
        'cloud.account.id': '123456789012',
        'aws.log.group.names': ['/aws/lambda/checkout'],
      },
    });
    expect(events[1]?.attributes).toMatchObject({ 'aws.lambda.duration_ms': 1.5 });
    const again = await deliver(['other', JSON.stringify(subscription)], { 'x-amz-firehose-request-id': 'r-2' });
    expect(again.events.slice(1).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('names the account and region that events were gathered from, not the one that gathers them', async () => {
    const gathered = { ...subscription, '@aws.account': '210987654321', '@aws.region': 'eu-west-1' };
    const { events } = await deliver([gzipSync(JSON.stringify(gathered))]);
    expect(events[0]?.resource).toMatchObject({ 'cloud.account.id': '210987654321', 'cloud.region': 'eu-west-1' });
  });

  it.each([
    ['1-5759e988-bd862e3fe1be46a994272793', '5759e988bd862e3fe1be46a994272793'],
    ['Root=1-5759E988-bd862e3fe1be46a994272793', '5759e988bd862e3fe1be46a994272793'],
    ['1-5759e988-bd862e3fe1be46a99427279', '1-5759e988-bd862e3fe1be46a99427279'],
  ])('joins a trace id of X-Ray: %s', async (id, traceId) => {
    const { events } = await deliver([`{"message":"a","xray_trace_id":"${id}"}`]);
    expect(events[0]?.traceId).toBe(traceId);
  });

  it('reads documents back to back, lines, and keeps what it cannot inflate', async () => {
    const broken = Buffer.from([0x1f, 0x8b, 1, 2, 3]);
    const { events } = await deliver(['{"message":"a"}{"message":"b"}', 'ERROR c\nd\n', broken], {
      'x-amz-firehose-common-attributes': '{"commonAttributes":{"env":"prod"}}',
    });
    expect(events.map(({ body }) => body)).toEqual(['a', 'b', 'ERROR c', 'd', broken.toString('base64')]);
    expect(events.every(({ attributes }) => attributes.env === 'prod')).toBe(true);
    expect(events[4]?.marks).toContain('parse_error');
  });

  it('gives a repeated delivery the same ids', async () => {
    const [first, again] = [await deliver(['a\nb']), await deliver(['a\nb'])];
    expect(again.events.map(({ id }) => id)).toEqual(first.events.map(({ id }) => id));
    expect(new Set(first.events.map(({ id }) => id)).size).toBe(2);
  });

  it('drops the message that only asks whether somebody listens', async () => {
    const { status, events } = await deliver([JSON.stringify({ ...subscription, messageType: 'CONTROL_MESSAGE' })]);
    expect([status, events]).toEqual([200, []]);
  });
});

describe('/v1/ingest', () => {
  const post = (body: string | Buffer, more: Partial<Shipment> = {}) => store({ path: '/v1/ingest', body, ...more });
  const bodies = (events: readonly LogRecord[]) => events.map(({ body }) => body);

  it.each<[string, string]>([
    ['an array', '[{"message":"a"},{"message":"b"}]'],
    ['strings and objects in one array', '["a",{"message":"b"}]'],
    ['NDJSON with blank lines', '{"message":"a"}\n\n{"message":"b"}\n'],
    ['objects back to back', '{"message":"a"}{"message":"b"}'],
    ['objects over several lines', '{\n "message":"a"\n}\n{\n "message":"b"\n}'],
    ['objects with NULs between', '{"message":"a"}\0{"message":"b"}\0'],
    ['a wrapper', '{"logs":[{"message":"a"},{"message":"b"}]}'],
    ['rsyslog’s Kafka form', '{"records":[{"value":{"message":"a"}},{"value":{"message":"b"}}]}'],
    ['an array that breaks off', '[{"message":"a"},{"message":"b"}'],
    ['lines', 'a\r\nb'],
  ])('reads %s', async (_name, body) => {
    expect(bodies((await post(body)).events)).toEqual(['a', 'b']);
  });

  it.each<[string, string]>([
    ['an array of records', '92 81a76d657373616765a161 81a76d657373616765a162'],
    ['records one after the other', '81a76d657373616765a161 81a76d657373616765a162'],
    [
      'pairs of time and record',
      '92 d700 6921685000000007 81a76d657373616765a161 92 d700 6921685000000008 81a76d657373616765a162',
    ],
    [
      'Fluent Bit’s pairs',
      '92 92 d700 6921685000000007 80 81a76d657373616765a161 92 92 d700 6921685000000008 80 81a76d657373616765a162',
    ],
  ])('reads MessagePack as %s', async (name, bytes) => {
    const { events } = await post(Buffer.from(bytes.replaceAll(' ', ''), 'hex'), {
      headers: { 'content-type': 'application/msgpack' },
    });
    expect(bodies(events)).toEqual(['a', 'b']);
    if (/pairs/.test(name))
      expect(events.map(({ timeUnixNano }) => timeUnixNano)).toEqual(['1763797072000000007', '1763797072000000008']);
  });

  it('takes hints for what events leave open, and never over what they say', async () => {
    const { events } = await post('{"message":"a"}\n{"message":"b","service":"own"}', {
      path: '/v1/ingest?service=hint&env=prod',
      headers: { 'x-log-host': 'h' },
    });
    expect(events.map(({ resource }) => resource)).toEqual([
      { 'service.name': 'hint', 'deployment.environment.name': 'prod', 'host.name': 'h' },
      { 'service.name': 'own', 'deployment.environment.name': 'prod', 'host.name': 'h' },
    ]);
    const named = await post('{"when":"2026-11-21T10:00:00Z","what":"a"}', {
      path: '/v1/ingest?time_key=when&msg_key=what',
    });
    expect(named.events[0]).toMatchObject({ timeUnixNano: nano('2026-11-21T10:00:00Z'), body: 'a', attributes: {} });
    expect((await post('{"level":"error"}', { path: '/v1/ingest?format=text' })).events[0]?.severityNumber).toBe(17);
  });

  it('joins a stack trace unless told not to', async () => {
    const body = 'ERROR no\n\tat a.b(c.java:1)\nINFO yes';
    expect((await post(body)).events).toHaveLength(2);
    expect((await post(body, { path: '/v1/ingest?join=0' })).events).toHaveLength(3);
  });

  it('marks what was absent and what could not be read, and keeps it', async () => {
    const { events } = await post(
      '[{"message":"a","timestamp":"never"},{"message":"b","time":99999999999999999999},{"message":"c","level":"odd"}]',
    );
    expect(events[0]).toMatchObject({
      attributes: { timestamp: 'never' },
      marks: expect.arrayContaining(['timestamp_invalid', 'service_missing']),
    });
    expect(events[1]?.marks).toContain('timestamp_out_of_range');
    expect(events[2]).toMatchObject({ severityText: 'odd', marks: expect.arrayContaining(['level_unknown']) });
  });

  it.each<[string, string, (event: LogRecord | undefined) => void]>([
    [
      'depth',
      `{"message":"m","deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      (event) => expect(event?.body).toBe('m'),
    ],
    [
      'many keys',
      `{"message":"m",${Array.from({ length: 100_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
      (event) => expect(event?.attributes.k99999).toBe(99_999),
    ],
    [
      'a name of JavaScript’s own',
      '{"message":"m","__proto__":{"x":1},"constructor":"c"}',
      (event) =>
        expect(Object.entries(event?.attributes ?? {})).toEqual([
          ['__proto__', { x: 1 }],
          ['constructor', 'c'],
        ]),
    ],
    ['a number beyond all', '{"message":"m","n":1e400}', (event) => expect(event?.attributes.n).toBe('1e400')],
    ['a lone surrogate and NUL', '{"message":"\\ud800\\u0000"}', (event) => expect(event?.body).toBe('\ud800\0')],
    [
      'years out of reach',
      '{"message":"m","time":"9999-01-01T00:00:00Z"}',
      (event) => expect(event?.marks).toContain('timestamp_out_of_range'),
    ],
    [
      'the first instant',
      '{"message":"m","time":"1970-01-01T00:00:00Z"}',
      (event) => expect(event?.timeUnixNano).toBe('0'),
    ],
    [
      'more than a mebibyte',
      `{"message":"${'m'.repeat(1_048_577)}"}`,
      (event) => expect(event?.body).toHaveLength(1_048_577),
    ],
  ])('keeps an event with %s', async (_name, body, check) => {
    const { status, events } = await post(body, { headers: JSON_TYPE });
    expect(status).toBe(200);
    expect(events).toHaveLength(1);
    check(events[0]);
  });

  it('knows a request sent again by its Idempotency-Key', async () => {
    const send = (body: string) =>
      post(body, { headers: { 'idempotency-key': 'k' } }).then(({ events }) => events.map(({ id }) => id));
    const first = await send('a\nb');
    expect(await send('a\nb')).toEqual(first);
    expect((await send('a\nc'))[1]).not.toBe(first[1]);
  });
});
