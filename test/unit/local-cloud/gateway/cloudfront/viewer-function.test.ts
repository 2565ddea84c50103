import { describe, expect, it } from 'vitest';
import {
  fromFields,
  fromQueryFields,
  toFields,
  toQueryFields,
  type ViewerEvent,
  ViewerFunction,
} from '../../../../../lib/local-cloud/gateway/cloudfront/viewer-function.ts';

const event: ViewerEvent = {
  version: '1.0',
  context: {
    distributionDomainName: 'd.cloudfront.net',
    distributionId: 'E1',
    eventType: 'viewer-request',
    requestId: 'r',
  },
  viewer: { ip: '10.0.0.1' },
  request: {
    method: 'GET',
    uri: '/api/v1/live-logs/ws/shop',
    querystring: { token: { value: 'a%20b' } },
    headers: { host: { value: 'h' } },
    cookies: {},
  },
};

const run = (code: string, log: string[] = []) => new ViewerFunction('fn', code, (line) => log.push(line)).run(event);

describe('a CloudFront function', () => {
  it('rewrites the request', () => {
    const answer = run(`function handler(event) {
      var request = event.request;
      var match = /^\\/api\\/v1\\/live-logs\\/ws\\/([^/]+)$/.exec(request.uri);
      if (match) { request.querystring.project = { value: match[1] }; request.uri = '/live'; }
      return request;
    }`);
    expect(answer).toMatchObject({
      uri: '/live',
      querystring: { token: { value: 'a%20b' }, project: { value: 'shop' } },
    });
  });

  it('may be async and may answer itself', () => {
    const answer = run(
      'async function handler(event) { await null; return { statusCode: 302, headers: { location: { value: event.viewer.ip } } }; }',
    );
    expect(answer).toEqual({ statusCode: 302, headers: { location: { value: '10.0.0.1' } } });
  });

  it('prints to the log', () => {
    const log: string[] = [];
    run("function handler(event) { console.log('seen', event.request.uri); return event.request; }", log);
    expect(log).toEqual(['fn: seen /api/v1/live-logs/ws/shop']);
  });

  it.each([
    ['throws', "function handler() { throw new Error('no'); }", 'no'],
    ['never ends', 'function handler() { for (;;) {} }', 'timed out'],
    ['returns nothing', 'function handler() {}', 'expected a request or a response'],
    ['reaches for Node', 'function handler() { return process.env; }', 'process is not defined'],
    ['reaches for the network', 'async function handler() { return fetch("http://x"); }', 'fetch is not defined'],
    ['makes code from text', 'function handler() { return eval("1"); }', 'Code generation from strings disallowed'],
    [
      'waits for a timer',
      'async function handler() { await new Promise((r) => setTimeout(r)); }',
      'setTimeout is not defined',
    ],
  ])('fails when it %s', (_what, code, message) => {
    expect(() => run(code)).toThrow(message);
  });
});

describe('fields', () => {
  it('keep headers, cookies and repeated values', () => {
    const headers = [
      ['Accept', 'a'],
      ['accept', 'b'],
      ['Cookie', 'x=1; y=2=3'],
    ] as const;
    const fields = toFields(headers);
    expect(fields).toEqual({
      headers: { accept: { value: 'a', multiValue: [{ value: 'a' }, { value: 'b' }] } },
      cookies: { x: { value: '1' }, y: { value: '2=3' } },
    });
    expect(fromFields(fields)).toEqual([
      ['accept', 'a'],
      ['accept', 'b'],
      ['cookie', 'x=1; y=2=3'],
    ]);
  });

  it('keep a query as it was encoded', () => {
    const query = 'q=a%20b&q=%26&flag=';
    expect(fromQueryFields(toQueryFields(query))).toBe(query);
  });
});
