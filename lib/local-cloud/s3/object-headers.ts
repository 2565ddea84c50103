import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-server/aws-error.ts';
import type { Bucket } from './bucket.ts';
import { type Checksum, checksumHeader } from './checksum.ts';
import type { ObjectVersion, Retention } from './object-store.ts';
import { header, invalidArgument } from './s3-request.ts';

/** Headers of a PUT that come back with the object. */
const KEPT = [
  'content-type',
  'content-encoding',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-website-redirect-location',
];
const METADATA = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/** What of a request's headers belongs to the object. @throws AwsError `MetadataTooLarge` */
export function objectHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const names = Object.keys(headers).filter((name) => KEPT.includes(name) || name.startsWith(METADATA));
  const kept = Object.fromEntries(names.map((name) => [name, header(headers, name) ?? '']));
  // aws-chunked is about the transfer, not about the object
  const encoding = kept['content-encoding']
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== 'aws-chunked');
  if (encoding !== undefined) kept['content-encoding'] = encoding.join(',');
  if (encoding?.length === 0) delete kept['content-encoding'];
  kept['content-type'] ??= 'application/octet-stream';
  const size = Object.entries(kept)
    .filter(([name]) => name.startsWith(METADATA))
    .reduce((sum, [name, value]) => sum + name.length - METADATA.length + Buffer.byteLength(value), 0);
  if (size > MAX_METADATA_BYTES) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return kept;
}

/** Until when the new version is locked: as its request says, else as its bucket does. @throws AwsError */
export function retentionOf(bucket: Bucket, headers: IncomingHttpHeaders, nowMillis: number): Retention | undefined {
  const mode = header(headers, 'x-amz-object-lock-mode');
  const until = header(headers, 'x-amz-object-lock-retain-until-date');
  if (mode === undefined && until === undefined) {
    const { defaultRetention: given } = bucket;
    return given && { mode: given.mode, untilMillis: nowMillis + given.days * 86_400_000 };
  }
  if (!bucket.objectLock) throw new AwsError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  return toRetention(mode, until, nowMillis);
}

/** @throws AwsError for another mode, or a time that is none or past */
export function toRetention(mode: string | undefined, until: string | undefined, nowMillis: number): Retention {
  const untilMillis = Date.parse(until ?? '');
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') throw invalidArgument('Unknown wormMode directive.');
  if (Number.isNaN(untilMillis) || untilMillis <= nowMillis) {
    throw invalidArgument('The retain until date must be in the future!');
  }
  return { mode, untilMillis };
}

/** Headers that describe an object, for GET and HEAD. */
export function describeObject(bucket: Bucket, object: ObjectVersion, withChecksum: boolean): Record<string, string> {
  return {
    ...object.headers,
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modifiedMillis).toUTCString(),
    'accept-ranges': 'bytes',
    ...versionHeader(bucket, object),
    ...(withChecksum && object.checksum !== undefined ? checksumHeaders(object.checksum) : {}),
    ...(object.retention === undefined
      ? {}
      : {
          'x-amz-object-lock-mode': object.retention.mode,
          'x-amz-object-lock-retain-until-date': new Date(object.retention.untilMillis).toISOString(),
        }),
  };
}

export const versionHeader = (bucket: Bucket, { versionId }: ObjectVersion): Record<string, string> =>
  bucket.versioned ? { 'x-amz-version-id': versionId } : {};

export const checksumHeaders = ({ algorithm, value, type }: Checksum): Record<string, string> => ({
  [checksumHeader(algorithm)]: value,
  'x-amz-checksum-type': type,
});
