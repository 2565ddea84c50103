import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type GatewayRequest, type GatewayResponse, messageResponse, splitTarget, toHeaderList } from './message.ts';

/** Largest request body of API Gateway. */
const BODY_BYTES = 10 * 1024 * 1024;

/** How much of a body that is too large is read and dropped, so that the client sees the answer and not a reset. */
const DRAIN_BYTES = 256 * 1024 * 1024;

export interface PublicServerOptions {
  readonly host: string;
  readonly port: number;
  /** Answers a request that was read whole; must not reject. */
  readonly handle: (request: GatewayRequest) => Promise<GatewayResponse>;
  /** Takes over a connection that asks for a WebSocket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** The one port that everybody outside talks to. */
export class PublicServer {
  readonly #server: Server;
  readonly #options: PublicServerOptions;
  readonly #sockets = new Set<Duplex>();

  constructor(options: PublicServerOptions) {
    this.#options = options;
    // the API counts its own 10,240 bytes; CloudFront takes 20,480
    this.#server = createServer({
      maxHeaderSize: 32_768,
      keepAliveTimeout: 65_000,
      requestTimeout: 0,
    });
    this.#server.on('connection', (socket: Duplex) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (Number(request.headers['content-length'] ?? 0) <= BODY_BYTES) response.writeContinue();
      void this.#serve(request, response);
    });
    this.#server.on('upgrade', options.upgrade);
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      if (!socket.writable) return void socket.destroy();
      const [status, reason, message] =
        error.code === 'HPE_HEADER_OVERFLOW'
          ? [431, 'Request Header Fields Too Large', 'Request Header Fields Too Large']
          : [400, 'Bad Request', 'Bad Request'];
      const body = JSON.stringify({ message });
      socket.end(
        `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
    });
  }

  /**
   * Starts to listen. @returns the port, the system's choice for 0
   * @throws Error that names the port and `--port` when it is taken
   */
  listen(): Promise<number> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(`port ${port} of ${host} is taken by another program: choose one with --port`, { cause: error })
            : error,
        ),
      );
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Refuses new connections and waits for running requests, at most `graceMillis`. */
  async close(graceMillis: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => {
      // the server itself forgets sockets that were upgraded
      for (const socket of this.#sockets) socket.destroy();
    }, graceMillis);
    await closed;
    clearTimeout(timer);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', socket } = request;
    try {
      const body = await readBody(request);
      if (body === undefined) {
        // who asked before sending is not sending
        if (request.headers.expect === undefined) await drain(request);
        return send(request, response, messageResponse(413, 'Request Entity Too Large'));
      }
      const answer = await this.#options.handle({
        method,
        ...splitTarget(request.url ?? '/'),
        headers: toHeaderList(request.rawHeaders),
        body,
        sourceIp: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
        sourcePort: socket.remotePort ?? 0,
      });
      send(request, response, answer);
    } catch {
      // the client went away, or sent what cannot be read
      response.destroy();
    }
  }
}

/** The whole body, or undefined as soon as it is too large. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_BYTES) {
        request.off('data', take);
        resolve(undefined);
      } else chunks.push(chunk);
    };
    request.on('data', take);
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once('error', reject);
    request.once('close', () => reject(new Error('the client went away')));
  });
}

/** Reads the rest and drops it: to answer while the client still sends would reset its connection. */
function drain(request: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    let dropped = 0;
    request.on('data', (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > DRAIN_BYTES) reject(new Error('the body never ends'));
    });
    request.once('end', resolve);
    request.once('close', () => reject(new Error('the client went away')));
  });
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, headers, body }: GatewayResponse): void {
  const fields: string[] = [];
  for (const [name, value] of headers) fields.push(name, value);
  const bodiless = status === 204 || status === 304;
  const hasLength = headers.some(([name]) => name.toLowerCase() === 'content-length');
  if (!bodiless && !hasLength) fields.push('content-length', String(body.length));
  response.writeHead(status, fields);
  response.end(bodiless || method === 'HEAD' ? undefined : body);
}
