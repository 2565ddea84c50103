import { type GatewayRequest, type GatewayResponse, type HeaderList, headerOf, messageResponse } from './message.ts';

/** What the event says beside the request itself. */
export interface EventContext {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Unix milliseconds. */
  readonly time: number;
}

/** Fields that belong to the connection and never reach a function. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * The event of a Lambda proxy integration, payload format 2.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
 */
export function toHttpEvent(request: GatewayRequest, context: EventContext): Record<string, unknown> {
  const host = headerOf(request.headers, 'host') ?? '';
  const cookies = (headerOf(request.headers, 'cookie') ?? '').split(/;\s*/).filter((cookie) => cookie !== '');
  const query = joinedQuery(request.query);
  const hasBody = request.body.length > 0;
  const base64 = hasBody && !isText(headerOf(request.headers, 'content-type'));
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath: request.path,
    rawQueryString: request.query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: joinedHeaders(request),
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      domainName: host,
      domainPrefix: host.split('.')[0],
      http: {
        method: request.method,
        path: request.path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headerOf(request.headers, 'user-agent') ?? '',
      },
      requestId: context.requestId,
      routeKey: context.routeKey,
      stage: context.stage,
      time: commonLogTime(context.time),
      timeEpoch: context.time,
    },
    ...(Object.keys(context.pathParameters).length > 0 ? { pathParameters: context.pathParameters } : {}),
    ...(hasBody ? { body: request.body.toString(base64 ? 'base64' : 'utf8') } : {}),
    isBase64Encoded: base64,
  };
}

/** Whether API Gateway hands a body of this type over as text; every other one comes as base64. */
function isText(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(type);
}

function joinedHeaders({ headers, body, sourceIp }: GatewayRequest): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (key === 'cookie' || HOP_BY_HOP.has(key)) continue;
    joined[key] = key in joined ? `${joined[key]},${value}` : value;
  }
  const forwarded = joined['x-forwarded-for'];
  return {
    ...joined,
    'content-length': String(body.length),
    'x-forwarded-for': forwarded === undefined ? sourceIp : `${forwarded}, ${sourceIp}`,
    'x-forwarded-port': joined.host?.split(':')[1] ?? '80',
    'x-forwarded-proto': 'http',
  };
}

function joinedQuery(query: string): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(query))
    joined[key] = key in joined ? `${joined[key]},${value}` : value;
  return joined;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000`. */
export function commonLogTime(millis: number): string {
  const date = new Date(millis);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

/** The answer of a function as HTTP: a structured response, or any other JSON as the body of a 200. What is neither becomes a 500. */
export function toHttpResponse(payload: string): GatewayResponse {
  const failed = messageResponse(500, 'Internal Server Error');
  let answer: unknown;
  try {
    answer = JSON.parse(payload);
  } catch {
    return failed;
  }
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    return {
      status: 200,
      headers: [['content-type', 'application/json']],
      body: Buffer.from(payload),
    };
  }
  const {
    statusCode,
    headers = {},
    cookies = [],
    body,
    isBase64Encoded = false,
  } = answer as {
    statusCode: unknown;
    headers?: Record<string, unknown> | null;
    cookies?: unknown;
    body?: unknown;
    isBase64Encoded?: unknown;
  };
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return failed;
  if (body !== undefined && body !== null && typeof body !== 'string') return failed;
  if (!Array.isArray(cookies)) return failed;
  const list: [string, string][] = [];
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name) || typeof value === 'object') return failed;
    const key = name.toLowerCase();
    if (!HOP_BY_HOP.has(key) && key !== 'content-length') list.push([key, String(value).replace(/[\r\n]/g, ' ')]);
  }
  for (const cookie of cookies) list.push(['set-cookie', String(cookie)]);
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  if (bytes.length > 0 && headerOf(list, 'content-type') === undefined)
    list.push(['content-type', 'text/plain;charset=UTF-8']);
  return { status, headers: list as HeaderList, body: bytes };
}
