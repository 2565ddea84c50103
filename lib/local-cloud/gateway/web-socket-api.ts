import { randomBytes } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { InvocationResult } from '../workers/function-pool.ts';
import { accessLogLine } from './access-log.ts';
import type { ApiDefinition, Integration } from './api-definition.ts';
import { type ApiSurroundings, within } from './http-api.ts';
import type { GatewayRequest } from './message.ts';
import {
  type ConnectionInfo,
  connectionInfo,
  toConnectEvent,
  toDisconnectEvent,
  toMessageEvent,
  type WebSocketEventContext,
} from './web-socket-event.ts';

// Quotas: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
const FRAME_BYTES = 32 * 1024;
/** Largest message that is posted to a connection; it goes out in frames of 32 KB. */
export const MESSAGE_BYTES = 128 * 1024;
const IDLE_MILLIS = 600_000;
const LIFE_MILLIS = 7_200_000;
/** How often limits are looked at. */
const SWEEP_MILLIS = 1_000;

interface Connection {
  readonly info: ConnectionInfo;
  readonly socket: WebSocket;
  lastActiveAt: number;
}

/** A WebSocket API: routes by message, connections by id, idle and life-time limits. Connections do not outlive the process. */
export class WebSocketApi {
  readonly definition: ApiDefinition;
  readonly #surroundings: ApiSurroundings;
  readonly #server: WebSocketServer;
  readonly #connections = new Map<string, Connection>();
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #running = new Set<Promise<unknown>>();

  constructor(definition: ApiDefinition, surroundings: ApiSurroundings) {
    this.definition = definition;
    this.#surroundings = surroundings;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: FRAME_BYTES,
      perMessageDeflate: false,
      handleProtocols: (_offered, request) => this.#protocols.get(request) ?? false,
    });
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MILLIS).unref();
  }

  /** Whether a path is that of the stage, `/<stage>`; there is nothing below it. */
  serves(path: string): boolean {
    return path === `/${this.definition.stage}` || path === `/${this.definition.stage}/`;
  }

  /** Runs `$connect` and, when it agrees, makes the connection. `view` is the handshake as it reaches the API, after CloudFront if it came that way. */
  async connect(request: IncomingMessage, socket: Duplex, head: Buffer, view: GatewayRequest): Promise<void> {
    socket.on('error', () => {});
    const info = connectionInfo(
      `${randomBytes(11).toString('base64url')}=`,
      view.headers,
      view.sourceIp,
      this.#surroundings.now(),
    );
    const integration = this.definition.routes.get('$connect');
    if (integration !== undefined) {
      const context = this.#context(info, '$connect');
      const result = await this.#invoke(integration, context, toConnectEvent(context, view.headers, view.query));
      const answer = result === undefined || result.error !== undefined ? undefined : readAnswer(result.payload);
      if (answer === undefined) return refuse(socket, 502, 'Internal server error');
      if (answer.status < 200 || answer.status > 299) return refuse(socket, answer.status, answer.body);
      if (answer.protocol !== undefined) this.#protocols.set(request, answer.protocol);
    }
    if (!socket.readable || !socket.writable) {
      // the client left while `$connect` ran, which has made whatever `$disconnect` takes down
      socket.destroy();
      this.#track(this.#disconnected(info, 1006, ''));
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(info, webSocket));
  }

  /** What `GET @connections` tells, or undefined for a connection that is gone. */
  describe(connectionId: string): { readonly info: ConnectionInfo; readonly lastActiveAt: number } | undefined {
    return this.#connections.get(connectionId);
  }

  /** Sends a text message in frames of at most 32 KB. @returns false when the connection is gone */
  post(connectionId: string, message: Uint8Array): Promise<boolean> {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined || connection.socket.readyState !== connection.socket.OPEN)
      return Promise.resolve(false);
    connection.lastActiveAt = this.#surroundings.now();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    for (let at = 0; at < message.length || at === 0; at += FRAME_BYTES) {
      const fin = at + FRAME_BYTES >= message.length;
      connection.socket.send(message.subarray(at, at + FRAME_BYTES), { binary: false, fin }, (error) => {
        if (fin || error) resolve(!error);
      });
    }
    return promise;
  }

  /** Ends a connection. @returns false when it is gone */
  disconnect(connectionId: string): boolean {
    const connection = this.#connections.get(connectionId);
    connection?.socket.close(1000, 'Connection Closed Normally');
    return connection !== undefined;
  }

  /** Ends all connections and waits until their `$disconnect` has run. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const { socket } of this.#connections.values()) {
      socket.close(1001, 'Going away');
      // a client that does not answer the close is not waited for
      setTimeout(() => socket.terminate(), 500).unref();
    }
    const deadline = Date.now() + 2_000;
    while ((this.#connections.size > 0 || this.#running.size > 0) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #open(info: ConnectionInfo, socket: WebSocket): void {
    const connection: Connection = { info, socket, lastActiveAt: this.#surroundings.now() };
    this.#connections.set(info.connectionId, connection);
    socket.on('error', () => {});
    socket.on('message', (data, binary) => {
      connection.lastActiveAt = this.#surroundings.now();
      // API Gateway takes text frames only
      if (binary) socket.close(1003, 'Binary frames are not supported');
      else this.#track(this.#receive(connection, String(data)));
    });
    socket.on('close', (code, reason) => {
      this.#connections.delete(info.connectionId);
      this.#track(this.#disconnected(info, code, String(reason)));
    });
  }

  async #receive({ info, socket }: Connection, body: string): Promise<void> {
    const routeKey = this.#selectRoute(body);
    const integration = routeKey === undefined ? undefined : this.definition.routes.get(routeKey);
    const context = this.#context(info, routeKey ?? '$default');
    const complain = (message: string) =>
      socket.send(JSON.stringify({ message, connectionId: info.connectionId, requestId: context.requestId }), () => {});
    if (integration === undefined) return complain('Forbidden');
    const result = await this.#invoke(integration, context, toMessageEvent(context, body));
    if (result === undefined || result.error !== undefined) complain('Internal server error');
  }

  async #disconnected(info: ConnectionInfo, code: number, reason: string): Promise<void> {
    const integration = this.definition.routes.get('$disconnect');
    if (integration === undefined) return;
    const context = this.#context(info, '$disconnect');
    await this.#invoke(integration, context, toDisconnectEvent(context, code, reason));
  }

  #selectRoute(body: string): string | undefined {
    const { routeSelectionExpression = '', routes } = this.definition;
    const path = routeSelectionExpression.replace(/^\$\{?request\.body\.|\}$/g, '').split('.');
    let value: unknown;
    try {
      value = path.reduce<unknown>(
        (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
        JSON.parse(body),
      );
    } catch {
      // not JSON: what $default is for
    }
    if (typeof value === 'string' && !value.startsWith('$') && routes.has(value)) return value;
    return routes.has('$default') ? '$default' : undefined;
  }

  async #invoke(
    { functionArn, timeoutMillis }: Integration,
    context: WebSocketEventContext,
    event: Record<string, unknown>,
  ): Promise<InvocationResult | undefined> {
    const { region, accountId, permissions, invoke, log, writeAccessLog } = this.#surroundings;
    const { apiId, stage, logicalId, accessLogFormat } = this.definition;
    const source = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${context.routeKey}`;
    const began = performance.now();
    let result: InvocationResult | undefined;
    if (!permissions.allows('apigateway.amazonaws.com', functionArn, source)) {
      log(`API ${logicalId}: no AWS::Lambda::Permission lets ${source} invoke ${functionArn}`);
    } else {
      try {
        const answer = await within(invoke(functionArn, JSON.stringify(event)), timeoutMillis);
        result = answer === 'timed out' ? undefined : answer;
      } catch (error) {
        log(`API ${logicalId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (accessLogFormat !== undefined) {
      writeAccessLog(
        accessLogLine(accessLogFormat, {
          requestId: context.requestId,
          extendedRequestId: context.requestId,
          routeKey: context.routeKey,
          stage,
          apiId,
          status:
            result === undefined || result.error !== undefined ? 500 : (readAnswer(result.payload)?.status ?? 200),
          responseLatency: Math.round(performance.now() - began),
          connectionId: context.connection.connectionId,
          eventType: String((event.requestContext as { eventType: string }).eventType),
          requestTimeEpoch: context.time,
        }),
      );
    }
    return result;
  }

  #context(connection: ConnectionInfo, routeKey: string): WebSocketEventContext {
    const { apiId, stage } = this.definition;
    const requestId = `${randomBytes(11).toString('base64url')}=`;
    return { connection, apiId, stage, routeKey, requestId, time: this.#surroundings.now() };
  }

  #sweep(): void {
    const now = this.#surroundings.now();
    for (const { info, socket, lastActiveAt } of this.#connections.values()) {
      if (now - lastActiveAt >= IDLE_MILLIS || now - info.connectedAt >= LIFE_MILLIS) socket.close(1001, 'Going away');
    }
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}

/** What a `$connect` or route integration answered; undefined for what API Gateway calls malformed. */
function readAnswer(payload: string): { status: number; body: string; protocol: string | undefined } | undefined {
  const answer = JSON.parse(payload) as {
    statusCode?: unknown;
    body?: unknown;
    headers?: Record<string, string>;
  } | null;
  const status = Number(answer?.statusCode);
  if (!Number.isInteger(status)) return undefined;
  const protocol = Object.entries(answer?.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'sec-websocket-protocol',
  );
  return { status, body: typeof answer?.body === 'string' ? answer.body : '', protocol: protocol?.[1] };
}

/** Answers a handshake with a status and closes. */
export function refuse(socket: Duplex, status: number, body: string): void {
  if (!socket.writable) return;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
