import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../aws-server/aws-error.ts';
import { Gatekeeper, type Refusal } from '../aws-server/gatekeeper.ts';
import { type HttpAnswer, type HttpRequest, serveHttp } from '../aws-server/http-server.ts';
import type { Emulator, EmulatorOptions } from '../emulator.ts';
import { BucketAccess } from './access.ts';
import { BlobFiles } from './blob-files.ts';
import { toBucket } from './bucket.ts';
import { BUCKET_OPERATIONS } from './bucket-operations.ts';
import { corsHeaders, preflight } from './cors.ts';
import { applyLifecycle } from './lifecycle.ts';
import { MULTIPART_OPERATIONS } from './multipart-operations.ts';
import { noSuchBucket, OBJECT_OPERATIONS } from './object-operations.ts';
import { ObjectStore } from './object-store.ts';
import { findOperation, type S3Context } from './operation.ts';
import { header, parseRequest } from './s3-request.ts';
import { writeErrorXml, type XmlElement } from './xml.ts';

const LIFECYCLE_INTERVAL_MILLIS = 60_000;
const OPERATIONS = [...OBJECT_OPERATIONS, ...BUCKET_OPERATIONS, ...MULTIPART_OPERATIONS];

/** Starts S3 (path style) with the declared buckets and their policies, durable under `<dataDir>/s3/`. */
export async function startS3(options: EmulatorOptions): Promise<Emulator> {
  const { dataDir, region, accountId, resources, principals, now = Date.now } = options;
  const store = new ObjectStore(dataDir);
  const files = new BlobFiles(join(dataDir, 's3'));
  files.removeUnused((blob) => store.usesBlob(blob));
  const declared = resources.filter(({ type }) => type === 'AWS::S3::Bucket').map(toBucket);
  const access = new BucketAccess(resources.filter(({ type }) => type === 'AWS::S3::BucketPolicy'));
  const buckets = new Map(declared.map((bucket) => [bucket.name, bucket]));
  const context: S3Context = { store, files, access, buckets, region, now };
  const gatekeeper = new Gatekeeper(principals, now);

  const expire = async () => {
    for (const bucket of declared) await applyLifecycle(store, files, bucket, now());
  };
  await expire();
  let expiring = Promise.resolve();
  const timer = setInterval(() => {
    expiring = expire().catch((error: unknown) => console.error('lifecycle rules failed', error));
  }, LIFECYCLE_INTERVAL_MILLIS).unref();
  return serveHttp((request) => answer(request, context, gatekeeper, accountId), {
    afterClose: async () => {
      clearInterval(timer);
      await expiring;
      store.close();
    },
  });
}

async function answer(
  http: HttpRequest,
  context: S3Context,
  gatekeeper: Gatekeeper,
  accountId: string,
): Promise<HttpAnswer> {
  const requestId = randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();
  const common = { ...corsOf(http, context), 'x-amz-request-id': requestId };
  try {
    const reply = await perform(http, context, gatekeeper, accountId);
    return { ...reply, headers: { ...reply.headers, ...common } };
  } catch (error) {
    if (!(error instanceof AwsError)) console.error(`S3 failed on ${http.method}`, error);
    const { code, message, status, members } =
      error instanceof AwsError
        ? error
        : new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500);
    const details = Object.entries(members).map(([name, value]): XmlElement => [name, String(value)]);
    return {
      status,
      headers: { 'content-type': 'application/xml', ...common },
      body: writeErrorXml([['Code', code], ['Message', message], ...details, ['RequestId', requestId]]),
    };
  }
}

function corsOf(http: HttpRequest, { buckets }: S3Context): Readonly<Record<string, string>> {
  if (http.headers.origin === undefined || http.method === 'OPTIONS') return {};
  const bucket = buckets.get(http.target.split(/[/?]/, 2)[1] ?? '');
  return bucket === undefined ? {} : corsHeaders(bucket, http.method, http.headers);
}

async function perform(
  http: HttpRequest,
  context: S3Context,
  gatekeeper: Gatekeeper,
  accountId: string,
): Promise<HttpAnswer> {
  const { method, target, headers } = http;
  if (method === 'OPTIONS') {
    // asked by the browser itself, so never signed
    const { bucket } = parseRequest(http);
    const asked = context.buckets.get(bucket);
    if (asked === undefined) throw noSuchBucket(bucket);
    return preflight(asked, headers);
  }
  const caller = gatekeeper.identify({ method, url: target, headers });
  if ('reason' in caller) throw REFUSALS[caller.reason](caller.message);
  const request = parseRequest(http);
  const operation = findOperation(OPERATIONS, request);
  const declared = context.buckets.get(request.bucket);
  if (declared === undefined) throw noSuchBucket(request.bucket);
  const owner = header(headers, 'x-amz-expected-bucket-owner');
  if (owner !== undefined && owner !== accountId) throw new AwsError('AccessDenied', 'Access Denied', 403);
  const call = { ...request, declared, caller };
  context.access.check(caller, operation.needs(call));
  return operation.run(call, context);
}

const REFUSALS: Readonly<Record<Refusal['reason'], (message: string) => AwsError>> = {
  missing: () => new AwsError('AccessDenied', 'Access Denied', 403),
  malformed: (message) => new AwsError('AuthorizationHeaderMalformed', message),
  'unknown-caller': () =>
    new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403),
  mismatch: (message) => new AwsError('SignatureDoesNotMatch', message, 403),
  expired: (message) => new AwsError('AccessDenied', message, 403),
};
