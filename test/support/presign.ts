import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface PresignOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A function that makes presigned URLs of S3, path style. */
export function presigner({ endpoint, region, credentials }: PresignOptions) {
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });
  return async (
    method: string,
    bucket: string,
    key: string,
    expiresSeconds: number,
    at = new Date(),
  ): Promise<string> => {
    const { protocol, hostname, port, host } = new URL(endpoint);
    const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const request = {
      method,
      protocol,
      hostname,
      port: Number(port),
      path,
      headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    };
    const { query = {} } = await signer.presign(request, {
      expiresIn: expiresSeconds,
      signingDate: at,
      unhoistableHeaders: new Set<string>(),
    });
    const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    return `${endpoint}${path}?${parameters.join('&')}`;
  };
}
