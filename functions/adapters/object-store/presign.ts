import { SignatureV4 } from '@smithy/signature-v4';
import { readCredentials, Sha256 } from '../signature.ts';

/**
 * Presigned links to the objects of a bucket, in the function's own name: they end with its credentials at the latest.
 * @param headers that whoever uses the link must send as they are here
 */
export function makePresign(
  bucket: string,
): (
  method: 'GET' | 'PUT',
  key: string,
  seconds: number,
  headers?: Readonly<Record<string, string>>,
) => Promise<string> {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const standIn = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const base = new URL(
    standIn === undefined ? `https://${bucket}.s3.${region}.amazonaws.com/` : `${standIn}/${bucket}/`,
  );
  return async (method, key, seconds, headers = {}) => {
    const credentials = readCredentials();
    if (credentials === undefined) throw new Error('links need credentials to be signed with');
    const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });
    const url = new URL(key.split('/').map(encodeURIComponent).join('/'), base);
    const { query = {} } = await signer.presign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port !== '' && { port: Number(url.port) }),
        path: url.pathname,
        headers: { ...headers, host: url.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn: seconds, unhoistableHeaders: new Set(), unsignableHeaders: new Set(['x-amz-content-sha256']) },
    );
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url.href;
  };
}
