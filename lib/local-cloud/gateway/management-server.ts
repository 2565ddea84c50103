import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { authorize } from '../iam/authorize.ts';
import type { Principals } from '../iam/principals.ts';
import { verifySignature } from '../iam/signature.ts';
import { splitTarget } from './message.ts';
import { MESSAGE_BYTES, type WebSocketApi } from './web-socket-api.ts';

export interface ManagementServerOptions {
  readonly principals: Principals;
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
}

/**
 * The `@connections` API of a WebSocket API (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html):
 * `POST`, `GET` and `DELETE /<stage>/@connections/<id>`, signed, for whoever may `execute-api:ManageConnections`.
 */
export class ManagementServer {
  readonly #server: Server;
  readonly #options: ManagementServerOptions;
  #api: WebSocketApi | undefined;

  constructor(options: ManagementServerOptions) {
    this.#options = options;
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

  /** The API whose connections it manages, known once the functions run. */
  attach(api: WebSocketApi): void {
    this.#api = api;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 500).unref();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { method = 'GET', url = '/', headers } = request;
    const answer = (status: number, type: string, message: string) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(type === '' ? {} : { 'x-amzn-errortype': type }),
      });
      response.end(message === '' ? '' : JSON.stringify({ message }));
    };
    const { principals, region, accountId, now } = this.#options;
    const check = verifySignature({ method, url, headers, body }, principals, now);
    if (!check.verified) return answer(403, 'ForbiddenException', check.message);
    const { path } = splitTarget(url);
    const [, stage, id] = /^\/([^/]+)\/(?:@|%40)connections\/([^/]+)$/.exec(path) ?? [];
    const api = this.#api;
    if (api === undefined || id === undefined || stage !== api.definition.stage) {
      return answer(404, 'NotFoundException', `${method} ${path} is not known here`);
    }
    const connectionId = decodeURIComponent(id);
    const decision = authorize(principals, {
      accessKeyId: check.accessKeyId,
      action: 'execute-api:ManageConnections',
      resource: `arn:aws:execute-api:${region}:${accountId}:${api.definition.apiId}/${stage}/${method}/@connections/${connectionId}`,
    });
    if (!decision.allowed) return answer(403, 'ForbiddenException', decision.message);
    switch (method) {
      case 'POST': {
        if (body.length > MESSAGE_BYTES) return answer(413, 'PayloadTooLargeException', 'Message too long');
        return (await api.post(connectionId, body)) ? answer(200, '', '') : answer(410, 'GoneException', '');
      }
      case 'DELETE':
        return api.disconnect(connectionId) ? answer(204, '', '') : answer(410, 'GoneException', '');
      case 'GET': {
        const found = api.describe(connectionId);
        if (found === undefined) return answer(410, 'GoneException', '');
        const { sourceIp, userAgent, connectedAt } = found.info;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            connectedAt: new Date(connectedAt).toISOString(),
            identity: { sourceIp, userAgent },
            lastActiveAt: new Date(found.lastActiveAt).toISOString(),
          }),
        );
        return;
      }
      default:
        return answer(405, 'MethodNotAllowedException', `${method} is not known here`);
    }
  }
}
