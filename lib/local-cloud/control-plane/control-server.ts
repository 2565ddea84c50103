import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { splitTarget } from '../gateway/message.ts';
import { authorize } from '../iam/authorize.ts';
import type { Principals } from '../iam/principals.ts';
import { verifySignature } from '../iam/signature.ts';

/** An answer of the control plane; `errorType` names an exception of the SDK. */
export interface ControlAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly errorType?: string;
}

/** One call that was recognised: what it needs the right to, and what does it. */
interface ControlCall {
  /** For example `es:DescribeDomain`. */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  readonly run: (body: Buffer) => ControlAnswer | Promise<ControlAnswer>;
}

/** Recognises the calls of one service; undefined for what is not one of them. */
export type ControlApi = (method: string, path: string, body: Buffer) => ControlCall | undefined;

/**
 * The calls that are about resources and not to them: `@connections` of the WebSocket API, the state of a domain, mails. It is also where the SDK
 * sends every call to a service that nothing stands in for, so that none leaves this machine: those get an error that names them.
 */
export class ControlServer {
  readonly #server: Server;
  readonly #principals: Principals;
  readonly #apis: ControlApi[] = [];

  constructor(principals: Principals) {
    this.#principals = principals;
    this.#server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 });
    this.#server.on('request', (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** Starts to listen on a port of the system's choice. @returns its URL */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      );
    });
  }

  /** Adds the calls of a service. */
  serve(api: ControlApi): void {
    this.#apis.push(api);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 500).unref();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { status, body: content, errorType } = await this.#answer(request, body);
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(errorType === undefined ? {} : { 'x-amzn-errortype': errorType }),
    });
    response.end(content === undefined ? undefined : JSON.stringify(content));
  }

  async #answer({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer): Promise<ControlAnswer> {
    const check = verifySignature({ method, url, headers, body }, this.#principals);
    if (!check.verified) return refusal(403, 'ForbiddenException', check.message);
    const { path } = splitTarget(url);
    for (const api of this.#apis) {
      const call = api(method, path, body);
      if (call === undefined) continue;
      const decision = authorize(this.#principals, { accessKeyId: check.accessKeyId, ...call });
      return decision.allowed ? call.run(body) : refusal(403, 'AccessDeniedException', decision.message);
    }
    const service = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'AWS';
    const operation = headers['x-amz-target'] ?? `${method} ${path}`;
    return refusal(
      400,
      'UnknownOperationException',
      `nothing stands in for ${service}: ${String(operation)} is not known here`,
    );
  }
}

/** An error as the SDK reads it. */
export function refusal(status: number, errorType: string, message: string): ControlAnswer {
  return { status, errorType, body: { message } };
}
