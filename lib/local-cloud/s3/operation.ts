import type { Caller, Need } from '../aws-server/gatekeeper.ts';
import type { HttpAnswer } from '../aws-server/http-server.ts';
import type { BucketAccess } from './access.ts';
import type { BlobFiles } from './blob-files.ts';
import type { Bucket } from './bucket.ts';
import type { ObjectStore } from './object-store.ts';
import { notImplemented, type S3Request } from './s3-request.ts';

/** What operations work on. */
export interface S3Context {
  readonly store: ObjectStore;
  readonly files: BlobFiles;
  readonly access: BucketAccess;
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly region: string;
  readonly now: () => number;
}

/** A request with the bucket that it names. */
export interface S3Call extends S3Request {
  readonly declared: Bucket;
  readonly caller: Caller;
}

/** One operation of S3's API, told from others by method, place, and a query parameter or header that must be there. */
export interface S3Operation {
  readonly name: string;
  readonly method: string;
  readonly on: 'bucket' | 'object';
  /** Query parameter without which it is another operation. */
  readonly marker?: string;
  /** Header without which it is another operation. */
  readonly header?: string;
  /** Further query parameters that it knows. */
  readonly parameters?: readonly string[];
  /** `x-amz-*` headers that it knows besides those of every request. */
  readonly headers?: readonly string[];
  readonly needs: (call: S3Call) => readonly Need[];
  readonly run: (call: S3Call, context: S3Context) => Promise<HttpAnswer>;
}

const COMMON_HEADERS =
  /^x-amz-(content-sha256|date|security-token|user-agent|decoded-content-length|trailer|expected-bucket-owner|request-payer|sdk-checksum-algorithm)$/;
/** Of a presigned URL, and the operation's name that the SDK adds. */
const COMMON_PARAMETERS = /^(X-Amz-.*|x-id|x-amz-.*)$/;

/** The operation that a request wants. @throws AwsError `NotImplemented` naming what is not known */
export function findOperation(operations: readonly S3Operation[], request: S3Request): S3Operation {
  const place = request.key === '' ? 'bucket' : 'object';
  const fitting = operations.filter(
    ({ method, on, marker, header }) =>
      method === request.method &&
      on === place &&
      (marker === undefined || request.query.has(marker)) &&
      (header === undefined || request.headers[header] !== undefined),
  );
  const rank = ({ marker, header }: S3Operation) => (marker === undefined ? 0 : 2) + (header === undefined ? 0 : 1);
  const [operation] = fitting.sort((a, b) => rank(b) - rank(a));
  if (operation === undefined)
    throw notImplemented(`${request.method} of ${place === 'bucket' ? 'a bucket' : 'an object'} (${request.query})`);
  const { name, marker, parameters = [], headers = [] } = operation;
  for (const parameter of request.query.keys()) {
    if (parameter !== marker && !parameters.includes(parameter) && !COMMON_PARAMETERS.test(parameter)) {
      throw notImplemented(`query parameter ${parameter} of ${name}`);
    }
  }
  for (const header of Object.keys(request.headers)) {
    const known =
      !header.startsWith('x-amz-') || COMMON_HEADERS.test(header) || headers.some((one) => matchesHeader(one, header));
    if (!known) throw notImplemented(`header ${header} of ${name}`);
  }
  return operation;
}

/** `x-amz-meta-*` stands for all that start so. */
const matchesHeader = (known: string, header: string): boolean =>
  known.endsWith('*') ? header.startsWith(known.slice(0, -1)) : known === header;

export const objectArn = ({ declared, key }: S3Call): string => `${declared.arn}/${key}`;
