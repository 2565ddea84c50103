import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { type SignedRequest, verifySignature } from '../../../../lib/local-cloud/iam/signature.ts';

const principals = { AKIATEST: { arn: 'arn:me', secretAccessKey: 'secret', statements: [] } };
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };

interface Asked {
  readonly service: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const signerOf = (service: string, more = {}) =>
  new SignatureV4({
    service,
    region: 'eu-west-1',
    credentials,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    ...more,
  });

const toQuery = (query: Record<string, unknown>) =>
  Object.entries(query)
    .flatMap(([key, value]) =>
      [value].flat().map((each) => `${encodeURIComponent(key)}=${encodeURIComponent(String(each))}`),
    )
    .join('&');

async function sign(
  { service, method = 'POST', path = '/', query = {}, body = '', headers = {} }: Asked,
  more = {},
): Promise<SignedRequest> {
  const request = {
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query,
    headers: { host: '127.0.0.1:9', ...headers },
    body,
  };
  const signed = await signerOf(service, more).sign(request);
  return {
    method,
    url: Object.keys(query).length === 0 ? path : `${path}?${toQuery(query)}`,
    headers: signed.headers,
    body: Buffer.from(body),
  };
}

describe('verifySignature', () => {
  it.each<[string, Asked]>([
    [
      'a JSON call',
      { service: 'kinesis', body: '{"a":1}', headers: { 'x-amz-target': 'Kinesis_20131202.PutRecords' } },
    ],
    [
      'an S3 key with every kind of character',
      { service: 's3', method: 'GET', path: '/b/a%20b/%C3%B6%2B%28x%29%27%21%2A.txt' },
    ],
    ['an S3 key with dot segments', { service: 's3', method: 'GET', path: '/b/../x' }],
    ['a path that is escaped twice', { service: 'es', method: 'GET', path: '/logs-%2A/_doc/a%20b' }],
    [
      'a query with odd characters, out of order',
      { service: 'es', path: '/x', query: { z: "1 !'()*", a: 'é&=', b: ['2', '1'] } },
    ],
    ['headers with blanks in a row', { service: 's3', path: '/b/k', headers: { 'x-amz-meta-a': '  many   blanks ' } }],
  ])('accepts what the SDK signs: %s', async (_what, asked) => {
    expect(verifySignature(await sign(asked), principals)).toEqual({ verified: true, accessKeyId: 'AKIATEST' });
  });

  it.each<[string, (request: SignedRequest) => SignedRequest]>([
    ['method', (request) => ({ ...request, method: 'PUT' })],
    ['path', (request) => ({ ...request, url: request.url.replace('/x', '/y') })],
    ['query', (request) => ({ ...request, url: `${request.url}1` })],
    ['signed header', (request) => ({ ...request, headers: { ...request.headers, 'x-amz-target': 'Other' } })],
    ['body', (request) => ({ ...request, body: Buffer.from('other') })],
  ])('rejects a changed %s', async (_what, change) => {
    const request = await sign({
      service: 'es',
      path: '/x',
      query: { a: '1' },
      body: 'body',
      headers: { 'x-amz-target': 'T' },
    });
    expect(verifySignature(change(request), principals)).toMatchObject({ verified: false, reason: 'mismatch' });
  });

  it('rejects another secret, an unknown key and no signature, each for its reason', async () => {
    const wrong = await sign({ service: 's3' }, { credentials: { ...credentials, secretAccessKey: 'other' } });
    expect(verifySignature(wrong, principals)).toMatchObject({ reason: 'mismatch' });
    const unknown = await sign({ service: 's3' }, { credentials: { ...credentials, accessKeyId: 'AKIAOTHER' } });
    expect(verifySignature(unknown, principals)).toMatchObject({ reason: 'unknown-caller' });
    expect(verifySignature({ method: 'GET', url: '/', headers: {} }, principals)).toMatchObject({ reason: 'missing' });
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=x' };
    expect(verifySignature({ method: 'GET', url: '/', headers }, principals)).toMatchObject({ reason: 'malformed' });
  });

  it('accepts a presigned URL until it expires', async () => {
    const signedAt = new Date('2026-01-02T03:04:05Z');
    const { query = {} } = await signerOf('s3').presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: '/b/k',
        headers: { host: '127.0.0.1:9', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn: 60, signingDate: signedAt, unsignableHeaders: new Set() },
    );
    const request = { method: 'GET', url: `/b/k?${toQuery(query)}`, headers: { host: '127.0.0.1:9' } };
    expect(verifySignature(request, principals, () => signedAt.getTime() + 59_000)).toEqual({
      verified: true,
      accessKeyId: 'AKIATEST',
    });
    expect(verifySignature(request, principals, () => signedAt.getTime() + 61_000)).toMatchObject({
      reason: 'expired',
    });
  });
});
