import { randomUUID } from 'node:crypto';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { z } from 'zod';
import type { Caller } from './caller.ts';
import { DomainError, Failure, InvalidRequest } from './errors.ts';
import { type HttpRequest, toHttpRequest } from './http-request.ts';
import { stringifyJson } from './json.ts';
import { log } from './log.ts';
import { describePermission, isAllowed, type PermissionName } from './permissions.ts';
import { toFieldErrors, toProblem } from './problem.ts';
import { readInput } from './request-input.ts';
import type { EndpointClass, InputOf, OutputOf, Route } from './route.ts';
import { Router } from './router.ts';
import { inContext, makeTraceContext, type TraceContext, toTraceparent } from './trace-context.ts';

/** Everything a use case may want to know of its request besides its input. */
export interface Call {
  readonly request: HttpRequest;
  readonly requestId: string;
  readonly correlationId: string;
  /** Of the caller's `traceparent`, else a new one: 32 hexadecimal digits. */
  readonly traceId: string;
  /** Aborted shortly before the function's time ends. */
  readonly signal: AbortSignal;
}

/** A call whose credentials were proven. */
export interface AuthenticatedCall extends Call {
  readonly caller: Caller;
}

type CallOf<R extends Route> = R['access'] extends 'public' ? Call : AuthenticatedCall;

/** An answer that is not just a JSON body: other headers, another status, no body or a body of other type. */
export class Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or bytes where the type is no text. */
  readonly body: string | Buffer;
  readonly cookies: readonly string[];

  constructor(
    status: number,
    {
      headers = {},
      body = '',
      cookies = [],
    }: {
      headers?: Record<string, string>;
      body?: string | Buffer;
      cookies?: string[];
    } = {},
  ) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.cookies = cookies;
  }
}

/** A route with what answers it. */
export interface Served {
  readonly route: Route;
  answer(input: unknown, call: Call): Promise<unknown>;
}

/** Binds a use case to its route; types flow from the route's schemas. */
export function serve<const R extends Route>(
  route: R,
  answer: (input: InputOf<R>, call: CallOf<R>) => Promise<OutputOf<R> | Reply>,
): Served {
  return { route, answer: answer as Served['answer'] };
}

/** What an operation asks of its caller. */
export interface Asked {
  readonly permission: PermissionName;
  /** Project that the path names. */
  readonly project?: string | undefined;
}

/** What the HTTP edge stands on. */
export interface HttpOptions {
  /**
   * Proves the caller.
   * @throws Failure `unauthenticated`; `not_found` for a project that is not there or not theirs, which look the same
   */
  readonly authenticate: (request: HttpRequest, asked: Asked) => Promise<Caller>;
  /** Counts the request. @throws RetryLater `rate_limited`. @returns headers that tell what is left */
  readonly limit: (
    of: EndpointClass,
    who: { caller?: Caller; sourceIp: string },
  ) => Promise<Readonly<Record<string, string>>>;
  /** What our distribution proves itself with, if there is one. */
  readonly originSecret?: () => Promise<string | undefined>;
  /** Answers what no route does, in a form of its own; leaves it to the router's refusal by returning undefined. */
  readonly fallback?: (call: Call, enter: Enter) => Promise<Reply> | undefined;
}

/**
 * Lets a request in: proves its credentials, counts it, and asks whether its caller may. `parameters` are those of its path.
 * @throws Failure `unauthenticated`, `forbidden`; RetryLater
 */
export type Enter = (
  route: Route,
  request: HttpRequest,
  parameters?: Readonly<Record<string, string>>,
) => Promise<{
  readonly caller: Caller | undefined;
  /** Tell what is left of the limit. */
  readonly headers: Readonly<Record<string, string>>;
}>;

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

const ABORT_BEFORE_END_MILLIS = 1_500;

/** A Lambda handler of payload format 2.0 for the given routes. It never throws: API Gateway would make a bare 500 of it. */
export function httpHandler(served: readonly Served[], options: HttpOptions): Handler {
  const router = new Router(served);
  const enter: Enter = (route, request, parameters = {}) => admit(route, request, parameters, options);
  const handle = async (
    event: APIGatewayProxyEventV2,
    context: Context,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const request = toHttpRequest(event, await options.originSecret?.());
    const requestId = acceptId(request.headers['x-request-id']) ?? randomUUID();
    const correlationId = acceptId(request.headers['x-correlation-id']) ?? requestId;
    const trace = makeTraceContext({ requestId, correlationId }, request.headers.traceparent);
    const reply = await inContext(trace, () => answerIn(trace, request, context));
    const ids = { 'x-request-id': requestId, 'x-correlation-id': correlationId, traceparent: toTraceparent(trace) };
    return {
      statusCode: reply.status,
      headers: { ...SECURITY_HEADERS, ...reply.headers, ...ids },
      ...(reply.cookies.length > 0 && { cookies: [...reply.cookies] }),
      ...toBody(request.method === 'HEAD' ? '' : reply.body),
    };
  };

  async function answerIn(trace: TraceContext, request: HttpRequest, context: Context): Promise<Reply> {
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - ABORT_BEFORE_END_MILLIS));
    let operation = 'none';
    let reply: Reply;
    const { requestId, correlationId, traceId } = trace;
    const call: Call = { request, requestId, correlationId, traceId, signal };
    try {
      const elsewhere = router.serves(request.path) ? undefined : options.fallback?.(call, enter);
      if (elsewhere === undefined) {
        const { serves, parameters } = router.find(request.method, request.path);
        operation = serves.route.operationId;
        reply = await run(serves, parameters, call, enter);
      } else {
        operation = 'fallback';
        reply = await elsewhere;
      }
    } catch (error) {
      if (!(error instanceof DomainError)) log('error', 'request failed', { 'http.route': operation }, error);
      reply = problemReply(error, requestId, request.path);
    }
    log('debug', 'request', {
      'http.route': operation,
      'http.response.status_code': reply.status,
      'http.server.request.duration': Math.round(performance.now() - startedAt) / 1000,
    });
    return reply;
  }

  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>({
    timeoutEarlyInMillis: 0,
  }).handler(handle) as Handler;
}

// answers of the API hold people's logs: no cache may keep them and no browser may guess their type
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

function toBody(body: string | Buffer): Pick<APIGatewayProxyStructuredResultV2, 'body' | 'isBase64Encoded'> {
  return typeof body === 'string' ? { body } : { body: body.toString('base64'), isBase64Encoded: true };
}

async function admit(
  { access, limit }: Route,
  request: HttpRequest,
  parameters: Readonly<Record<string, string>>,
  options: HttpOptions,
): ReturnType<Enter> {
  if (access === 'public')
    return { caller: undefined, headers: await options.limit(limit, { sourceIp: request.sourceIp }) };
  const caller = await options.authenticate(request, { permission: access, project: parameters.project_id });
  const headers = await options.limit(limit, { caller, sourceIp: request.sourceIp });
  if (!isAllowed(access, caller)) throw refuse(access, caller);
  return { caller, headers };
}

/** Says what it would take, so that one knows whom to ask. */
const refuse = (permission: PermissionName, { kind, mustChangePassword }: Caller): Failure =>
  new Failure(
    'forbidden',
    kind === 'session' && mustChangePassword
      ? 'your password must be changed first: PUT /api/v1/auth/me'
      : `this needs ${describePermission(permission)}`,
    { extensions: { permission } },
  );

async function run(
  { route, answer }: Served,
  parameters: Readonly<Record<string, string>>,
  call: Call,
  enter: Enter,
): Promise<Reply> {
  const { request } = call;
  const { caller, headers: limits } = await enter(route, request, parameters);
  const result = await answer(
    parse(route, parameters, request),
    caller === undefined ? call : ({ ...call, caller } as Call),
  );
  if (result instanceof Reply)
    return new Reply(result.status, {
      headers: { ...limits, ...result.headers },
      body: result.body,
      cookies: [...result.cookies],
    });
  const status = route.status ?? (result === undefined ? 204 : 200);
  return result === undefined ? new Reply(status, { headers: { ...limits } }) : jsonReply(status, result, limits);
}

function parse(route: Route, parameters: Readonly<Record<string, string>>, request: HttpRequest): unknown {
  if (route.input === undefined) return undefined;
  const input = readInput(request, parameters);
  // which project is meant was read before; in a body it would be a wish that nobody hears
  if (!namesProject(route.input) && request.query.has('project_id')) delete input.project_id;
  const parsed = strictly(route.input).safeParse(input);
  if (!parsed.success)
    throw new InvalidRequest(toFieldErrors(parsed.error), {
      cause: parsed.error,
    });
  return parsed.data;
}

const strictForms = new WeakMap<z.ZodType, z.ZodType>();

/** The same schema, which names members that it does not know instead of leaving them out. */
function strictly(input: z.ZodType): z.ZodType {
  if (!(input instanceof z.ZodObject) || !(input.def.catchall === undefined || isNever(input.def.catchall)))
    return input;
  const known = strictForms.get(input);
  if (known !== undefined) return known;
  const form = input.strict();
  strictForms.set(input, form);
  return form;
}

const isNever = (type: unknown): boolean => type instanceof z.ZodNever;

const namesProject = (input: z.ZodType): boolean => input instanceof z.ZodObject && 'project_id' in input.shape;

/** A JSON answer. */
export function jsonReply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return new Reply(status, {
    headers: { ...headers, 'content-type': 'application/json' },
    body: stringifyJson(value),
  });
}

/** An error as problem+json. */
export function problemReply(error: unknown, requestId: string, path: string): Reply {
  const problem = toProblem(error, { requestId, path });
  const headers = error instanceof DomainError ? error.headers : {};
  return new Reply(problem.status, {
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: stringifyJson(problem),
  });
}

/** Takes a caller's id into our logs and headers only where it is plain and short. */
function acceptId(value: string | undefined): string | undefined {
  return value !== undefined && /^[\w.:@/+=-]{1,128}$/.test(value) ? value : undefined;
}
