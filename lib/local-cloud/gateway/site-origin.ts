import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../iam/credentials.ts';
import { type GatewayRequest, type GatewayResponse, type HeaderList, headerOf } from './message.ts';

/** Request headers that S3 makes something of when CloudFront sends them on. */
const CONDITIONAL = ['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since', 'range'];

/** Headers of S3 that belong to the connection. */
const DROPPED = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);

export interface SiteOriginOptions {
  /** `AWS_ENDPOINT_URL_S3`. */
  readonly endpoint: string;
  readonly region: string;
  /** What the distribution signs with: its origin access control. */
  readonly credentials: Credentials;
}

/** Reads a bucket as CloudFront does with an origin access control: GET and HEAD, signed by the distribution. */
export class SiteOrigin {
  readonly #endpoint: URL;
  readonly #signer: SignatureV4;

  constructor({ endpoint, region, credentials }: SiteOriginOptions) {
    this.#endpoint = new URL(endpoint);
    this.#signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });
  }

  /** Never rejects: S3 out of reach is a 502. */
  async fetch(bucket: string, request: GatewayRequest): Promise<GatewayResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return { status: 405, headers: [], body: Buffer.alloc(0) };
    }
    const headers: Record<string, string> = { host: this.#endpoint.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    for (const name of CONDITIONAL) {
      const value = headerOf(request.headers, name);
      if (value !== undefined) headers[name] = value;
    }
    const path = `/${bucket}${request.path}`;
    const signed = await this.#signer.sign({
      method: request.method,
      protocol: this.#endpoint.protocol,
      hostname: this.#endpoint.hostname,
      port: Number(this.#endpoint.port),
      path,
      headers,
    });
    try {
      const response = await fetch(new URL(path, this.#endpoint), { method: request.method, headers: signed.headers });
      const kept: HeaderList = [...response.headers].filter(([name]) => !DROPPED.has(name));
      return { status: response.status, headers: kept, body: Buffer.from(await response.arrayBuffer()) };
    } catch {
      return { status: 502, headers: [], body: Buffer.alloc(0) };
    }
  }
}
