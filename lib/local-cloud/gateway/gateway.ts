import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Distribution, Origin } from './cloudfront/distribution.ts';
import { Edge } from './cloudfront/edge.ts';
import { entersByCloudFront } from './entrance.ts';
import type { HttpApi } from './http-api.ts';
import { type GatewayRequest, type GatewayResponse, messageResponse, splitTarget, toHeaderList } from './message.ts';
import type { SiteOrigin } from './site-origin.ts';
import { refuse, type WebSocketApi } from './web-socket-api.ts';

export interface GatewayParts {
  readonly httpApi: HttpApi | undefined;
  readonly webSocketApi: WebSocketApi | undefined;
  readonly distribution: Distribution | undefined;
  /** Reads the site's buckets as the distribution. */
  readonly site: SiteOrigin | undefined;
  /** Paths of the files that were published. */
  readonly siteFiles: ReadonlySet<string>;
  readonly log: (message: string) => void;
}

/** Everything behind the public port: the HTTP API, CloudFront with its origins, and WebSockets. */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #edge: Edge | undefined;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    const { distribution, log } = parts;
    for (const origin of distribution?.origins.values() ?? []) {
      if (this.#kindOf(origin) === undefined) {
        throw new Error(`CloudFront origin ${origin.domainName} is neither a bucket nor an API of the template`);
      }
    }
    this.#edge = distribution && new Edge(distribution, (origin, request) => this.#fetchOrigin(origin, request), log);
  }

  handle(request: GatewayRequest): Promise<GatewayResponse> {
    const { httpApi, siteFiles } = this.#parts;
    if (this.#edge !== undefined && entersByCloudFront(this.#edge, siteFiles, request))
      return this.#edge.handle(request);
    return httpApi?.handle(request) ?? Promise.resolve(messageResponse(404, 'Not Found'));
  }

  /** A WebSocket handshake: straight to the stage, or through the behaviour that takes its path. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const direct: GatewayRequest = {
      method: request.method ?? 'GET',
      ...splitTarget(request.url ?? '/'),
      headers: toHeaderList(request.rawHeaders),
      body: Buffer.alloc(0),
      sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
      sourcePort: request.socket.remotePort ?? 0,
    };
    const { webSocketApi } = this.#parts;
    const handshake = this.#handshake(direct);
    if ('status' in handshake) refuse(socket, handshake.status, handshake.body.toString());
    else if (webSocketApi !== undefined) this.#connect(webSocketApi, request, socket, head, handshake);
  }

  /** The handshake as the WebSocket API gets it, or the answer that refuses it. */
  #handshake(direct: GatewayRequest): GatewayRequest | GatewayResponse {
    const { webSocketApi } = this.#parts;
    if (webSocketApi === undefined) return messageResponse(404, 'Not Found');
    if (webSocketApi.serves(direct.path)) return direct;
    if (!this.#edge?.routes(direct.path)) return messageResponse(403, 'Forbidden');
    const routed = this.#edge.route(direct);
    if ('response' in routed) return routed.response;
    const reaches = this.#kindOf(routed.origin) === 'web-socket-api' && webSocketApi.serves(routed.request.path);
    return reaches ? routed.request : messageResponse(403, 'Forbidden');
  }

  #connect(api: WebSocketApi, request: IncomingMessage, socket: Duplex, head: Buffer, view: GatewayRequest): void {
    api.connect(request, socket, head, view).catch((error: unknown) => {
      this.#parts.log(`WebSocket handshake: ${error instanceof Error ? error.message : String(error)}`);
      refuse(socket, 500, 'Internal server error');
    });
  }

  async #fetchOrigin(origin: Origin, request: GatewayRequest): Promise<GatewayResponse> {
    const { httpApi, site } = this.#parts;
    const unreachable: GatewayResponse = { status: 502, headers: [], body: Buffer.alloc(0) };
    switch (this.#kindOf(origin)) {
      case 'http-api':
        return httpApi?.handle(request) ?? unreachable;
      case 'bucket':
        return site?.fetch(bucketOf(origin) ?? '', request) ?? unreachable;
      case 'web-socket-api':
        // what is no handshake
        return messageResponse(426, 'Upgrade Required');
      default:
        return unreachable;
    }
  }

  #kindOf(origin: Origin): 'http-api' | 'web-socket-api' | 'bucket' | undefined {
    const { httpApi, webSocketApi, site } = this.#parts;
    const [label] = origin.domainName.split('.');
    if (origin.domainName.includes('.execute-api.')) {
      if (label === httpApi?.definition.apiId) return 'http-api';
      if (label === webSocketApi?.definition.apiId) return 'web-socket-api';
    }
    return site !== undefined && bucketOf(origin) !== undefined ? 'bucket' : undefined;
  }
}

function bucketOf({ domainName }: Origin): string | undefined {
  return /^(.+)\.s3(?:\.[a-z0-9-]+)?\.amazonaws\.com$/.exec(domainName)?.[1];
}
