import { describe, expect, it } from 'vitest';
import { toHttpEvent, toHttpResponse } from '../../../../lib/local-cloud/gateway/http-event.ts';
import type { GatewayRequest } from '../../../../lib/local-cloud/gateway/message.ts';

const context = {
  accountId: '000000000000',
  apiId: 'api',
  stage: '$default',
  routeKey: 'POST /v1/ingest',
  pathParameters: {},
  requestId: 'request',
  time: Date.parse('2026-03-12T19:03:58Z'),
};

const request = (over: Partial<GatewayRequest>): GatewayRequest => ({
  method: 'POST',
  path: '/v1/ingest',
  query: '',
  headers: [['Host', 'logs.example']],
  body: Buffer.alloc(0),
  sourceIp: '10.0.0.7',
  sourcePort: 1,
  ...over,
});

const eventOf = (over: Partial<GatewayRequest>) => toHttpEvent(request(over), context);

describe('an event of payload format 2.0', () => {
  it('has the fields of API Gateway and no others', () => {
    expect(eventOf({})).toEqual({
      version: '2.0',
      routeKey: 'POST /v1/ingest',
      rawPath: '/v1/ingest',
      rawQueryString: '',
      headers: {
        host: 'logs.example',
        'content-length': '0',
        'x-forwarded-for': '10.0.0.7',
        'x-forwarded-port': '80',
        'x-forwarded-proto': 'http',
      },
      requestContext: {
        accountId: '000000000000',
        apiId: 'api',
        domainName: 'logs.example',
        domainPrefix: 'logs',
        http: { method: 'POST', path: '/v1/ingest', protocol: 'HTTP/1.1', sourceIp: '10.0.0.7', userAgent: '' },
        requestId: 'request',
        routeKey: 'POST /v1/ingest',
        stage: '$default',
        time: '12/Mar/2026:19:03:58 +0000',
        timeEpoch: 1_773_342_238_000,
      },
      isBase64Encoded: false,
    });
  });

  it.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['APPLICATION/JSON', false],
    ['text/plain', false],
    ['text/x-anything', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/x-ndjson', true],
    ['application/vnd.x+json', true],
    ['application/x-www-form-urlencoded', true],
    ['application/x-protobuf', true],
    ['', true],
    [undefined, true],
  ])('carries a body of type %s as base64: %s', (type, base64) => {
    const headers = type === undefined ? [] : [['Content-Type', type] as const];
    const { body, isBase64Encoded } = eventOf({ headers, body: Buffer.from('{"é":1}') });
    expect([isBase64Encoded, body]).toEqual([base64, base64 ? Buffer.from('{"é":1}').toString('base64') : '{"é":1}']);
  });

  it('ruins gzip that is called JSON, as API Gateway is feared to', () => {
    const { body } = eventOf({
      headers: [['content-type', 'application/json']],
      body: Buffer.from([0x1f, 0x8b, 0xff]),
    });
    expect(body).toContain('\ufffd');
  });

  it('joins repeated headers and query parameters, takes cookies apart and leaves the connection out', () => {
    const event = eventOf({
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
        ['Cookie', 'a=1; b=2'],
        ['Connection', 'keep-alive'],
        ['Transfer-Encoding', 'chunked'],
        ['X-Forwarded-For', '1.2.3.4'],
      ],
      query: 'q=a%20b&q=c&empty=',
    });
    expect(event).toMatchObject({
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { q: 'a b,c', empty: '' },
      headers: { 'x-a': '1,2', 'x-forwarded-for': '1.2.3.4, 10.0.0.7' },
    });
    expect(Object.keys(event.headers as object)).not.toEqual(expect.arrayContaining(['connection']));
    expect(event.headers).not.toHaveProperty('transfer-encoding');
  });
});

describe('the answer of a function', () => {
  const read = (answer: unknown) => {
    const { status, headers, body } = toHttpResponse(JSON.stringify(answer));
    return [status, Object.fromEntries(headers), body.toString()];
  };

  it.each<[string, unknown, unknown]>([
    ['text', 'hello', [200, { 'content-type': 'application/json' }, '"hello"']],
    ['an object without statusCode', { a: 1 }, [200, { 'content-type': 'application/json' }, '{"a":1}']],
    ['a list', [1], [200, { 'content-type': 'application/json' }, '[1]']],
    ['a status alone', { statusCode: 204 }, [204, {}, '']],
    ['a status as text', { statusCode: '201', body: 'x' }, [201, { 'content-type': 'text/plain;charset=UTF-8' }, 'x']],
    [
      'headers of every scalar',
      { statusCode: 200, headers: { 'X-N': 1, 'X-B': true } },
      [200, { 'x-n': '1', 'x-b': 'true' }, ''],
    ],
    [
      'a body in base64',
      { statusCode: 200, headers: { 'content-type': 'a/b' }, body: 'aGk=', isBase64Encoded: true },
      [200, { 'content-type': 'a/b' }, 'hi'],
    ],
    [
      'headers of the connection',
      { statusCode: 200, headers: { Connection: 'close', 'Content-Length': '99' } },
      [200, {}, ''],
    ],
  ])('may be %s', (_what, answer, expected) => {
    expect(read(answer)).toEqual(expected);
  });

  it.each([
    [{ statusCode: 'abc' }],
    [{ statusCode: 99 }],
    [{ statusCode: 200, body: { a: 1 } }],
    [{ statusCode: 200, headers: { 'bad name': 'x' } }],
    [{ statusCode: 200, headers: { a: ['x'] } }],
    [{ statusCode: 200, cookies: 'a=1' }],
  ])('is a 500 when it is %j', (answer) => {
    expect(read(answer)).toEqual([500, { 'content-type': 'application/json' }, '{"message":"Internal Server Error"}']);
  });

  it('cannot split the response by a line break in a header', () => {
    expect(toHttpResponse(JSON.stringify({ statusCode: 200, headers: { a: 'x\r\nset-cookie: y' } })).headers).toEqual([
      ['a', 'x  set-cookie: y'],
    ]);
  });
});
