import { randomBytes } from 'node:crypto';
import { type InvocationResult, PayloadTooLargeError, ThrottledError } from '../workers/function-pool.ts';
import { accessLogLine } from './access-log.ts';
import type { ApiDefinition, Integration } from './api-definition.ts';
import { commonLogTime, toHttpEvent, toHttpResponse } from './http-event.ts';
import type { LambdaPermissions } from './lambda-permissions.ts';
import { type GatewayRequest, type GatewayResponse, messageResponse } from './message.ts';
import { type RouteMatch, RouteTable } from './route-table.ts';
import { Throttle } from './throttle.ts';

/** Runs a function by ARN with an event as JSON. */
type InvokeFunction = (functionArn: string, event: string) => Promise<InvocationResult>;

/** What an API needs of its surroundings. */
export interface ApiSurroundings {
  readonly region: string;
  readonly accountId: string;
  readonly invoke: InvokeFunction;
  readonly permissions: LambdaPermissions;
  readonly writeAccessLog: (line: string) => void;
  readonly log: (message: string) => void;
  readonly now: () => number;
}

/** Bytes of the request line and the header fields together (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html). */
const HEADER_BYTES = 10_240;

/** An HTTP API: routes, limits, the Lambda proxy integration and the access log. */
export class HttpApi {
  readonly definition: ApiDefinition;
  readonly #routes: RouteTable<Integration>;
  readonly #throttle: Throttle;
  readonly #surroundings: ApiSurroundings;

  constructor(definition: ApiDefinition, surroundings: ApiSurroundings) {
    this.definition = definition;
    this.#routes = new RouteTable(definition.routes);
    this.#surroundings = surroundings;
    // the account's limits, unless the stage sets lower ones
    const { rate, burst } = definition.throttling ?? {
      rate: 10_000,
      burst: 5_000,
    };
    this.#throttle = new Throttle(rate, burst, surroundings.now);
  }

  /** Answers one request; never rejects. */
  async handle(request: GatewayRequest): Promise<GatewayResponse> {
    const began = performance.now();
    const time = this.#surroundings.now();
    const requestId = `${randomBytes(11).toString('base64url')}=`;
    const match = this.#routes.match(request.method, request.path);
    const response = await this.#answer(request, match, requestId, time);
    const { accessLogFormat, stage, apiId } = this.definition;
    if (accessLogFormat !== undefined) {
      this.#surroundings.writeAccessLog(
        accessLogLine(accessLogFormat, {
          requestId,
          extendedRequestId: requestId,
          routeKey: match?.routeKey ?? '-',
          stage,
          apiId,
          status: response.status,
          responseLatency: Math.round(performance.now() - began),
          responseLength: response.body.length,
          httpMethod: request.method,
          protocol: 'HTTP/1.1',
          requestTime: commonLogTime(time),
          requestTimeEpoch: time,
          'identity.sourceIp': request.sourceIp,
        }),
      );
    }
    return {
      ...response,
      headers: [...response.headers, ['apigw-requestid', requestId]],
    };
  }

  async #answer(
    request: GatewayRequest,
    match: RouteMatch<Integration> | undefined,
    requestId: string,
    time: number,
  ): Promise<GatewayResponse> {
    const { region, accountId, permissions, log, invoke } = this.#surroundings;
    if (headerBytes(request) > HEADER_BYTES) return messageResponse(431, 'Request Header Fields Too Large');
    if (!this.#throttle.take()) return messageResponse(429, 'Too Many Requests');
    if (match === undefined) return messageResponse(404, 'Not Found');
    const { apiId, stage } = this.definition;
    const { functionArn, timeoutMillis } = match.target;
    const source = `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${match.routeKey.replace(' ', '')}`;
    if (!permissions.allows('apigateway.amazonaws.com', functionArn, source)) {
      log(`API ${this.definition.logicalId}: no AWS::Lambda::Permission lets ${source} invoke ${functionArn}`);
      return messageResponse(500, 'Internal Server Error');
    }
    const event = toHttpEvent(request, {
      accountId,
      apiId,
      stage,
      routeKey: match.routeKey,
      pathParameters: match.pathParameters,
      requestId,
      time,
    });
    try {
      const result = await within(invoke(functionArn, JSON.stringify(event)), timeoutMillis);
      if (result === 'timed out') return messageResponse(503, 'Service Unavailable');
      return result.error === undefined
        ? toHttpResponse(result.payload)
        : messageResponse(500, 'Internal Server Error');
    } catch (error) {
      if (error instanceof PayloadTooLargeError) return messageResponse(413, 'Request Entity Too Large');
      if (error instanceof ThrottledError) return messageResponse(503, 'Service Unavailable');
      log(`API ${this.definition.logicalId}: ${error instanceof Error ? error.stack : String(error)}`);
      return messageResponse(500, 'Internal Server Error');
    }
  }
}

/** The result, or word that it took too long; what still runs then runs on, as in Lambda. */
export async function within<T>(work: Promise<T>, millis: number): Promise<T | 'timed out'> {
  const { promise, resolve } = Promise.withResolvers<'timed out'>();
  const timer = setTimeout(() => resolve('timed out'), millis);
  // nobody waits for it any more once the time is up
  work.catch(() => {});
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function headerBytes({ method, path, query, headers }: GatewayRequest): number {
  const line = method.length + path.length + query.length + 'HTTP/1.1'.length + 5;
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, line);
}
