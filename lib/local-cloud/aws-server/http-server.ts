import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Emulator } from '../emulator.ts';

/** One request, its body not read yet. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they came, not decoded: what a signature covers. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly stream: IncomingMessage;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/**
 * Listens on a free port of 127.0.0.1 and answers every request with `answer`, which must not throw.
 * Closing first calls `beforeClose` (to wake whoever waits), then finishes running requests, then calls `afterClose`.
 */
export async function serveHttp(
  answer: (request: HttpRequest) => Promise<HttpAnswer>,
  hooks: {
    readonly beforeClose?: () => void;
    readonly afterClose: () => void | Promise<void>;
  },
): Promise<Emulator> {
  const server = createServer((request, response) => {
    const { method = 'GET', url: target = '/', headers } = request;
    answer({ method, target, headers, stream: request })
      .then((reply) => send(response, reply, method))
      .catch(() => response.destroy());
  });
  // longer than any SDK keeps an idle connection, so that the client never writes into one that is being closed
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      hooks.beforeClose?.();
      const closed = once(server, 'close');
      server.close();
      // a connection that a request still uses becomes idle after it, and would hold the server open until the client lets go
      const dropping = setInterval(() => server.closeIdleConnections(), 20);
      await closed;
      clearInterval(dropping);
      await hooks.afterClose();
    },
  };
}

async function send(
  response: ServerResponse,
  { status, headers = {}, body }: HttpAnswer,
  method: string,
): Promise<void> {
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    await pipeline(body, response);
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  // the length of what a HEAD would have sent is the answer's own business
  const length =
    method === 'HEAD' || status === 204 || status === 304 ? {} : { 'content-length': String(bytes?.length ?? 0) };
  response.writeHead(status, { ...length, ...headers });
  response.end(method === 'HEAD' ? undefined : bytes);
}

/** Reads a body whole. @returns undefined when it is longer than `limit` bytes */
export async function readBody(stream: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    // read on to the end: a client that still writes would see a broken connection instead of the answer
    if (length <= limit) chunks.push(chunk);
  }
  return length > limit ? undefined : Buffer.concat(chunks, length);
}
