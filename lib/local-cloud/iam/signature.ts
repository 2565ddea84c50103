import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Principals } from './principals.ts';

/** A request as it arrived. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Checked against the signed hash; leave out for a body that is streamed, the caller then checks `x-amz-content-sha256` itself. */
  readonly body?: Uint8Array;
}

export type SignatureCheck =
  | { readonly verified: true; readonly accessKeyId: string }
  | {
      readonly verified: false;
      readonly reason: 'missing' | 'malformed' | 'unknown-caller' | 'mismatch' | 'expired';
      readonly message: string;
    };

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Verifies a Signature Version 4, in the `Authorization` header or in the query of a presigned URL
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). The path is encoded once for S3
 * and twice for every other service, as AWS does. A time far from now is accepted in a header (clocks are injected here), but a presigned URL expires.
 */
export function verifySignature(
  request: SignedRequest,
  principals: Principals,
  now: () => number = Date.now,
): SignatureCheck {
  const [path = '/', query = ''] = splitOnce(request.url, '?');
  const parameters = query === '' ? [] : query.split('&').map(decodePair);
  const parameter = (name: string) => parameters.find(([key]) => key === name)?.[1];
  const presigned = parameter('X-Amz-Algorithm') !== undefined;
  const parts = presigned
    ? {
        credential: parameter('X-Amz-Credential'),
        signedHeaders: parameter('X-Amz-SignedHeaders'),
        signature: parameter('X-Amz-Signature'),
        date: parameter('X-Amz-Date'),
      }
    : readAuthorization(request.headers);
  if (parts === undefined)
    return {
      verified: false,
      reason: 'missing',
      message: 'Missing Authentication Token',
    };
  const { credential, signedHeaders, signature, date } = parts;
  const [accessKeyId, day, region, service, terminator] = credential?.split('/') ?? [];
  if (
    !accessKeyId ||
    !day ||
    !region ||
    !service ||
    terminator !== 'aws4_request' ||
    !signedHeaders ||
    !signature ||
    !date
  ) {
    return {
      verified: false,
      reason: 'malformed',
      message: 'Authorization header is not a valid AWS4-HMAC-SHA256 signature',
    };
  }
  const principal = Object.hasOwn(principals, accessKeyId) ? principals[accessKeyId] : undefined;
  if (principal === undefined) {
    return {
      verified: false,
      reason: 'unknown-caller',
      message: 'The security token included in the request is invalid.',
    };
  }
  const expired = presigned && toMillis(date) + Number(parameter('X-Amz-Expires') ?? 0) * 1000 < now();
  if (expired)
    return {
      verified: false,
      reason: 'expired',
      message: 'Request has expired',
    };

  const canonical = [
    request.method,
    service === 's3' ? path : escapedTwice(path),
    parameters
      .filter(([key]) => key !== 'X-Amz-Signature')
      .map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`)
      .sort()
      .join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${headerValue(request.headers[name])}`),
    '',
    signedHeaders,
    presigned && service === 's3' ? (parameter('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD') : payloadHash(request),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = [ALGORITHM, date, scope, sha256(canonical)].join('\n');
  const expected = hmac(signingKey(principal.secretAccessKey, day, region, service), toSign).toString('hex');
  const bodyMatches =
    !isHash(request.headers['x-amz-content-sha256']) ||
    request.body === undefined ||
    sha256(request.body) === request.headers['x-amz-content-sha256'];
  if (!bodyMatches || !equal(expected, signature)) {
    return {
      verified: false,
      reason: 'mismatch',
      message:
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    };
  }
  return { verified: true, accessKeyId };
}

function readAuthorization(headers: IncomingHttpHeaders) {
  const { authorization } = headers;
  if (authorization === undefined || !authorization.startsWith(ALGORITHM)) return undefined;
  const field = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(authorization)?.[1];
  return {
    credential: field('Credential'),
    signedHeaders: field('SignedHeaders'),
    signature: field('Signature'),
    date: headerValue(headers['x-amz-date']) || undefined,
  };
}

function payloadHash({ headers, body }: SignedRequest): string {
  const declared = headers['x-amz-content-sha256'];
  return typeof declared === 'string' ? declared : sha256(body ?? '');
}

const isHash = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

// A signing key holds for a day, and deriving one costs four HMACs
const signingKeys = new Map<string, Buffer>();

function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  const id = `${secret}/${day}/${region}/${service}`;
  const known = signingKeys.get(id);
  if (known !== undefined) return known;
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`) as Buffer;
  if (signingKeys.size >= 1000) signingKeys.clear();
  signingKeys.set(id, key);
  return key;
}

function headerValue(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : (value ?? []).join(',')).trim().replace(/\s+/g, ' ');
}

// The SDK resolves dot segments before it escapes what is already escaped on the wire
function escapedTwice(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const trailing = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return percentEncode(`/${segments.join('/')}${trailing}`).replaceAll('%2F', '/');
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodePair(pair: string): readonly [string, string] {
  const [key = '', value = ''] = splitOnce(pair, '=');
  return [decode(key), decode(value)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** `20260102T030405Z` in Unix milliseconds. */
function toMillis(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function equal(expected: string, actual: string): boolean {
  return expected.length === actual.length && timingSafeEqual(Buffer.from(expected), Buffer.from(actual));
}
