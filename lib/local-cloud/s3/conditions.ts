import { AwsError } from '../aws-server/aws-error.ts';
import type { ObjectVersion } from './object-store.ts';
import { header, notImplemented, type S3Request } from './s3-request.ts';

/**
 * Checks the conditional headers of a read. https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 * @returns whether the reader has it already
 * @throws AwsError `PreconditionFailed`
 */
export function isUnmodified({ headers }: S3Request, object: ObjectVersion): boolean {
  const [ifMatch, ifNoneMatch, modifiedSince, unmodifiedSince] = [
    'if-match',
    'if-none-match',
    'if-modified-since',
    'if-unmodified-since',
  ].map((name) => header(headers, name));
  // an HTTP date has no milliseconds
  const modifiedMillis = Math.floor(object.modifiedMillis / 1000) * 1000;
  if (ifMatch !== undefined) {
    if (!names(ifMatch, object.etag)) throw preconditionFailed('If-Match');
  } else if (unmodifiedSince !== undefined && modifiedMillis > Date.parse(unmodifiedSince)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, object.etag);
  return modifiedSince !== undefined && modifiedMillis <= Date.parse(modifiedSince);
}

/** Checks the conditional headers of a write against what is there now. @throws AwsError `PreconditionFailed`, `NoSuchKey` */
export function checkWriteConditions({ headers, key }: S3Request, current: ObjectVersion | undefined): void {
  const existing = current?.isDeleteMarker ? undefined : current;
  const ifNoneMatch = header(headers, 'if-none-match');
  const ifMatch = header(headers, 'if-match');
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw notImplemented('If-None-Match other than * on a write');
    if (existing !== undefined) throw preconditionFailed('If-None-Match');
  }
  if (ifMatch === undefined) return;
  if (existing === undefined) throw noSuchKey(key);
  if (!names(ifMatch, existing.etag)) throw preconditionFailed('If-Match');
}

export const noSuchKey = (key: string): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });

const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

function names(list: string, etag: string): boolean {
  return list.split(',').some((one) => {
    const wanted = one
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return wanted === '*' || wanted === etag;
  });
}
