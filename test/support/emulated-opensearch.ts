import { type ChildProcess, fork } from 'node:child_process';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Emulator, EmulatorOptions } from '../../lib/local-cloud/emulator.ts';
import { startOpenSearch } from '../../lib/local-cloud/opensearch/opensearch.ts';

/** Sends one request to an OpenSearch; `fetch` without the base URL. */
export type Send = (
  method: string,
  path: string,
  body?: string | Uint8Array,
  options?: SendOptions,
) => Promise<Response>;

export interface SendOptions {
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export const DOMAIN_ARN = 'arn:aws:es:us-east-1:123456789012:domain/logs';
const REGION = 'us-east-1';

/** Options of an emulated domain that `operator` may do everything on. */
export const openSearchOptions = (
  dataDir: string,
  principals: EmulatorOptions['principals'] = {},
): EmulatorOptions => ({
  dataDir,
  region: REGION,
  accountId: '123456789012',
  resources: [
    { logicalId: 'Domain', type: 'AWS::OpenSearchService::Domain', name: 'logs', arn: DOMAIN_ARN, properties: {} },
  ],
  principals: {
    operator: {
      arn: 'arn:aws:iam::123456789012:user/operator',
      secretAccessKey: 'secret',
      statements: [
        { effect: 'Allow', actions: ['es:*'], resources: [`${DOMAIN_ARN}/*`], conditions: {}, source: 'test' },
      ],
    },
    ...principals,
  },
});

/** SHA-256 by Node's own code: in JavaScript it would take longer than what is measured. */
class NativeSha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(chunk));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

const toBytes = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array =>
  typeof data === 'string'
    ? Buffer.from(data)
    : data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A sender that signs, as the functions' client does. */
export function signedSender(url: string, accessKeyId = 'operator', secretAccessKey = 'secret'): Send {
  const { hostname, host, port } = new URL(url);
  const signer = new SignatureV4({
    service: 'es',
    region: REGION,
    credentials: { accessKeyId, secretAccessKey },
    sha256: NativeSha256,
  });
  return async (method, path, body, { contentType = 'application/json', signal } = {}) => {
    const target = new URL(path, url);
    const query: Record<string, string> = Object.fromEntries(target.searchParams);
    const headers = { host, ...(body === undefined ? {} : { 'content-type': contentType }) };
    const request = {
      method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: target.pathname,
      query,
      headers,
      ...(body === undefined ? {} : { body }),
    };
    const { headers: signed } = await signer.sign(request);
    const { host: _, ...sent } = signed;
    return fetch(target, {
      method,
      headers: sent,
      ...(body === undefined ? {} : { body: body as BodyInit }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
}

/** A sender for a server that asks for no signature. */
export const plainSender =
  (url: string): Send =>
  (method, path, body, { contentType = 'application/json', signal } = {}) =>
    fetch(new URL(path, url), {
      method,
      ...(body === undefined ? {} : { body: body as BodyInit, headers: { 'content-type': contentType } }),
      ...(signal === undefined ? {} : { signal }),
    });

/** Starts an emulated OpenSearch in this process. */
export async function startEmulated(dataDir: string): Promise<{ emulator: Emulator; send: Send }> {
  const emulator = await startOpenSearch(openSearchOptions(dataDir));
  return { emulator, send: signedSender(emulator.url) };
}

/** An emulated OpenSearch in a process of its own. */
export interface OpenSearchProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly send: Send;
  /** Resident memory of the process in MB, and the processor time it has used, all threads together. */
  usage(): Promise<{ megabytes: number; cpuMicros: number }>;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
}

export async function forkEmulated(dataDir: string): Promise<OpenSearchProcess> {
  const child = fork(fileURLToPath(new URL('./opensearch.process.ts', import.meta.url)), [dataDir]);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return {
    child,
    url,
    send: signedSender(url),
    async usage() {
      child.send('usage');
      const [usage] = (await once(child, 'message')) as [{ megabytes: number; cpuMicros: number }];
      return usage;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.send('stop');
      await exited;
    },
  };
}
