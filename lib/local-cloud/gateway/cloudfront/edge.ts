import { randomBytes } from 'node:crypto';
import { type GatewayRequest, type GatewayResponse, type HeaderList, headerOf } from '../message.ts';
import { compressResponse } from './compress.ts';
import { type Behaviour, behaviourFor, type Distribution, type Origin } from './distribution.ts';
import { CLOUDFRONT_HEADERS, forwardHeaders, forwardQuery } from './forwarding.ts';
import { applyResponseHeaders } from './response-headers.ts';
import {
  fromFields,
  fromQueryFields,
  toFields,
  toQueryFields,
  type ViewerEvent,
  ViewerFunction,
  type ViewerRequest,
  type ViewerResponse,
} from './viewer-function.ts';

/** Sends a request on to an origin. Must not reject. */
export type FetchOrigin = (origin: Origin, request: GatewayRequest) => Promise<GatewayResponse>;

/** A request on its way to an origin, after the viewer-request function, or the answer that ended it there. */
export type Routed =
  | {
      readonly origin: Origin;
      readonly request: GatewayRequest;
      readonly behaviour: Behaviour;
      readonly viewed: ViewerRequest;
    }
  | { readonly response: GatewayResponse };

/**
 * CloudFront: picks a behaviour by path, runs its functions, sends on what its policies say and finishes the answer.
 * Nothing is cached: every request reaches its origin.
 */
export class Edge {
  readonly distribution: Distribution;
  readonly #fetchOrigin: FetchOrigin;
  readonly #functions: ReadonlyMap<string, ViewerFunction>;
  readonly #log: (message: string) => void;

  constructor(distribution: Distribution, fetchOrigin: FetchOrigin, log: (message: string) => void) {
    this.distribution = distribution;
    this.#fetchOrigin = fetchOrigin;
    this.#log = log;
    this.#functions = new Map(
      [...distribution.functions].map(([arn, code]) => [arn, new ViewerFunction(arn.split('/')[1] ?? arn, code, log)]),
    );
  }

  /** Whether a behaviour other than the default one takes this path. */
  routes(path: string): boolean {
    return behaviourFor(this.distribution, path) !== this.distribution.defaultBehaviour;
  }

  /** Answers one request; never rejects. */
  async handle(request: GatewayRequest): Promise<GatewayResponse> {
    const routed = this.route(request);
    if ('response' in routed)
      return this.#finish(routed.response, request, behaviourFor(this.distribution, request.path));
    const { behaviour, viewed } = routed;
    const answered = await this.#withErrorPage(await this.#fetchOrigin(routed.origin, routed.request), request);
    return this.#finish(this.#viewerResponse(answered, request, behaviour, viewed), request, behaviour);
  }

  /** Everything that happens before the origin; a WebSocket connects through this too. */
  route(request: GatewayRequest): Routed {
    const behaviour = behaviourFor(this.distribution, request.path);
    if (!behaviour.methods.includes(request.method)) {
      return {
        response: errorPage(
          403,
          'Bad request',
          'This distribution is not configured to allow the HTTP request method that was used for this request.',
        ),
      };
    }
    const event = this.#event(request, 'viewer-request');
    let viewed: ViewerRequest = event.request;
    const fn = behaviour.viewerRequest;
    if (fn !== undefined) {
      const answer = this.#run(fn, event);
      if (answer === undefined)
        return {
          response: errorPage(
            503,
            'FunctionExecutionError',
            'The CloudFront function associated with the distribution failed.',
          ),
        };
      if ('statusCode' in answer) return { response: toGatewayResponse(answer) };
      viewed = answer;
    }
    const origin = this.distribution.origins.get(behaviour.originId);
    if (origin === undefined)
      return { response: errorPage(502, 'NoSuchOrigin', `There is no origin ${behaviour.originId}.`) };
    return { origin, request: this.#originRequest(request, viewed, behaviour, origin), behaviour, viewed };
  }

  #originRequest(request: GatewayRequest, viewed: ViewerRequest, behaviour: Behaviour, origin: Origin): GatewayRequest {
    const { defaultRootObject } = this.distribution;
    const uri = viewed.uri === '/' && defaultRootObject !== '' ? `/${defaultRootObject}` : viewed.uri;
    const viewer = { ip: request.sourceIp, port: request.sourcePort };
    const headers = forwardHeaders(fromFields(viewed), viewed.method, behaviour.forwarding);
    const added: [string, string][] = behaviour.forwarding
      .flatMap(({ cloudFrontHeaders }) => cloudFrontHeaders)
      .map((name) => [name, CLOUDFRONT_HEADERS[name]?.(viewer) ?? '']);
    if (headerOf(headers, 'host') === undefined) added.push(['host', origin.domainName]);
    if (headerOf(headers, 'user-agent') === undefined) added.push(['user-agent', 'Amazon CloudFront']);
    const forwarded = headerOf(headers, 'x-forwarded-for');
    const custom = origin.customHeaders.map(([name, value]) => [name.toLowerCase(), value] as const);
    const replaced = new Set([...custom.map(([name]) => name), 'x-forwarded-for']);
    return {
      ...request,
      path: `${origin.path}${uri}`,
      query: forwardQuery(fromQueryFields(viewed.querystring), behaviour.forwarding),
      headers: [
        ...headers.filter(([name]) => !replaced.has(name)),
        ...added,
        ...custom,
        ['via', `1.1 ${this.distribution.domainName} (CloudFront)`],
        ['x-amz-cf-id', requestId()],
        ['x-forwarded-for', forwarded === undefined ? request.sourceIp : `${forwarded}, ${request.sourceIp}`],
      ],
      // what the origin sees is the edge, which is this machine
      sourceIp: '127.0.0.1',
    };
  }

  async #withErrorPage(response: GatewayResponse, request: GatewayRequest): Promise<GatewayResponse> {
    const page = this.distribution.errors.find(({ code }) => code === response.status);
    if (page === undefined) return response;
    const behaviour = behaviourFor(this.distribution, page.path);
    const origin = this.distribution.origins.get(behaviour.originId);
    if (origin === undefined) return response;
    const asked = { method: 'GET', uri: page.path, querystring: {}, headers: {}, cookies: {} };
    const answered = await this.#fetchOrigin(
      origin,
      this.#originRequest(
        { ...request, method: 'GET', path: page.path, query: '', headers: [], body: Buffer.alloc(0) },
        asked,
        behaviour,
        origin,
      ),
    );
    return answered.status === 200 ? { ...answered, status: page.status } : response;
  }

  #viewerResponse(
    response: GatewayResponse,
    request: GatewayRequest,
    behaviour: Behaviour,
    viewed: ViewerRequest,
  ): GatewayResponse {
    const fn = behaviour.viewerResponse;
    // CloudFront does not run it for an error of the origin
    if (fn === undefined || response.status >= 400) return response;
    const { headers } = toFields(response.headers);
    const event = {
      ...this.#event(request, 'viewer-response'),
      request: viewed,
      response: { statusCode: response.status, headers },
    };
    const answer = this.#run(fn, event);
    if (answer === undefined || !('statusCode' in answer)) {
      return errorPage(
        503,
        'FunctionExecutionError',
        'The CloudFront function associated with the distribution failed.',
      );
    }
    const changed = toGatewayResponse(answer);
    return answer.body === undefined ? { ...changed, body: response.body } : changed;
  }

  async #finish(response: GatewayResponse, request: GatewayRequest, behaviour: Behaviour): Promise<GatewayResponse> {
    const { responseHeaders, compression } = behaviour;
    const compressed = await compressResponse(
      response,
      headerOf(request.headers, 'accept-encoding') ?? '',
      compression,
    );
    const headers =
      responseHeaders === undefined ? compressed.headers : applyResponseHeaders(compressed.headers, responseHeaders);
    return { ...compressed, headers: [...headers, ['x-amz-cf-id', requestId()]] };
  }

  #event(
    { method, path, query, headers, sourceIp }: GatewayRequest,
    eventType: ViewerEvent['context']['eventType'],
  ): ViewerEvent {
    return {
      version: '1.0',
      context: {
        distributionDomainName: this.distribution.domainName,
        distributionId: this.distribution.id,
        eventType,
        requestId: requestId(),
      },
      viewer: { ip: sourceIp },
      request: { method, uri: path, querystring: toQueryFields(query), ...toFields(headers) },
    };
  }

  #run(arn: string, event: ViewerEvent): ViewerRequest | ViewerResponse | undefined {
    try {
      return this.#functions.get(arn)?.run(event);
    } catch (error) {
      this.#log(`CloudFront function ${arn}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

function toGatewayResponse({ statusCode, headers, cookies = {}, body = '' }: ViewerResponse): GatewayResponse {
  const setCookies = Object.entries(cookies).map(([name, { value }]) => ['set-cookie', `${name}=${value}`] as const);
  const list: HeaderList = [...fromFields({ ...(headers === undefined ? {} : { headers }) }), ...setCookies];
  const bytes =
    typeof body === 'string'
      ? Buffer.from(body)
      : Buffer.from(body.data, body.encoding === 'base64' ? 'base64' : 'utf8');
  return { status: statusCode, headers: list.filter(([name]) => name.toLowerCase() !== 'content-length'), body: bytes };
}

function errorPage(status: number, title: string, text: string): GatewayResponse {
  const body = `<!DOCTYPE html><html><head><title>ERROR: ${title}</title></head><body><h1>${status} ERROR</h1><p>${text}</p></body></html>`;
  return {
    status,
    headers: [
      ['content-type', 'text/html'],
      ['x-cache', 'Error from cloudfront'],
    ],
    body: Buffer.from(body),
  };
}

const requestId = () => randomBytes(42).toString('base64url');
