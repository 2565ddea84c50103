import { createHash } from 'node:crypto';
import { AwsError } from '../aws-server/aws-error.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import type { BlobFiles } from './blob-files.ts';
import {
  algorithmNamed,
  algorithmOfHeader,
  type Checksum,
  type ChecksumAlgorithm,
  checksumHeader,
  makeHasher,
} from './checksum.ts';
import { header, invalidArgument, notImplemented, type S3Request } from './s3-request.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
const MAX_BYTES = 5 * 1024 ** 3;
const UNHASHED = new Set(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']);

/** A body that has been received, checked and written to a file. */
export interface Payload {
  readonly blob: string;
  readonly size: number;
  /** MD5 as hexadecimal digits: the ETag of an object written at once. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

/**
 * Receives a request's body into a file and checks everything that the request says about it.
 * @throws AwsError `BadDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody` …; then no file is left
 */
export async function receivePayload(request: S3Request, files: BlobFiles): Promise<Payload> {
  const { headers } = request;
  const declaredHash = header(headers, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  if (declaredHash.startsWith('STREAMING-') && !UNHASHED.has(declaredHash))
    throw notImplemented(`x-amz-content-sha256: ${declaredHash}`);
  const trailers = new Map<string, string>();
  const chunked = declaredHash.startsWith('STREAMING-');
  const body = chunked ? decodeAwsChunked(request.stream, trailers) : (request.stream as AsyncIterable<Buffer>);
  const algorithm = wantedAlgorithm(request);

  const md5 = createHash('md5');
  const sha256 = UNHASHED.has(declaredHash) ? undefined : createHash('sha256');
  const checksum = algorithm && (await makeHasher(algorithm));
  let size = 0;
  const check = (): Pick<Payload, 'md5' | 'checksum'> => {
    const declaredLength = header(headers, chunked ? 'x-amz-decoded-content-length' : 'content-length');
    if (declaredLength !== undefined && Number(declaredLength) !== size) {
      throw new AwsError(
        'IncompleteBody',
        'You did not provide the number of bytes specified by the Content-Length HTTP header.',
      );
    }
    if (sha256 !== undefined && sha256.digest('hex') !== declaredHash) {
      throw new AwsError(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    const digest = md5.digest();
    const contentMd5 = header(headers, 'content-md5');
    if (contentMd5 !== undefined && contentMd5 !== digest.toString('base64')) {
      throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
    const value = checksum?.digest().toString('base64');
    if (algorithm === undefined || value === undefined) return { md5: digest.toString('hex'), checksum: undefined };
    const expected = header(headers, checksumHeader(algorithm)) ?? trailers.get(checksumHeader(algorithm));
    if (expected !== undefined && expected !== value) {
      throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    return { md5: digest.toString('hex'), checksum: { algorithm, value, type: 'FULL_OBJECT' } };
  };

  let checked: Pick<Payload, 'md5' | 'checksum'> | undefined;
  const blob = await files.write(
    (async function* () {
      for await (const bytes of body) {
        size += bytes.length;
        if (size > MAX_BYTES)
          throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
        md5.update(bytes);
        sha256?.update(bytes);
        checksum?.update(bytes);
        yield bytes;
      }
      checked = check();
    })(),
  );
  if (checked === undefined) throw new Error('the body was written before it was checked');
  return { blob, size, ...checked };
}

/** The one checksum that a request brings, in a header or announced as a trailer, or asks for. */
function wantedAlgorithm({ headers }: S3Request): ChecksumAlgorithm | undefined {
  const given = Object.keys(headers).flatMap((name) => algorithmOfHeader(name) ?? []);
  const announced = header(headers, 'x-amz-trailer')
    ?.split(',')
    .map((name) => algorithmOfHeader(name.trim().toLowerCase()));
  if (announced?.includes(undefined))
    throw invalidArgument('The value specified in the x-amz-trailer header is not supported');
  const named = header(headers, 'x-amz-sdk-checksum-algorithm');
  const all = new Set([...given, ...(announced ?? []), ...(named === undefined ? [] : [algorithmNamed(named)])]);
  if (all.size > 1)
    throw invalidArgument('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  return [...all][0];
}
