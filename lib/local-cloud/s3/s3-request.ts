import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-server/aws-error.ts';
import type { HttpRequest } from '../aws-server/http-server.ts';

/** A request by path style: `/<bucket>/<key>`. */
export interface S3Request extends HttpRequest {
  readonly bucket: string;
  /** Empty when the request is about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/** @throws AwsError `InvalidURI` */
export function parseRequest(request: HttpRequest): S3Request {
  const [path = '/', query = ''] = splitOnce(request.target, '?');
  const [bucket, key = ''] = splitOnce(path.slice(1), '/');
  return { ...request, bucket: decode(bucket), key: decode(key), query: new URLSearchParams(query) };
}

/** A header that has one value. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** `bucket/key?versionId=…` of `x-amz-copy-source`. @throws AwsError */
export function parseCopySource(source: string): {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
} {
  const [path, query = ''] = splitOnce(source, '?versionId=');
  const [bucket, key = ''] = splitOnce(decode(path).replace(/^\//, ''), '/');
  if (bucket === '' || key === '')
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  return { bucket, key, versionId: query === '' ? undefined : query };
}

export const invalidArgument = (message: string): AwsError => new AwsError('InvalidArgument', message);

export const notImplemented = (what: string): AwsError =>
  new AwsError('NotImplemented', `${what} is not known here`, 501);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
