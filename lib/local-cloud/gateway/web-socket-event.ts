import { commonLogTime } from './http-event.ts';
import { type HeaderList, headerOf } from './message.ts';

/** A client of a WebSocket API. */
export interface ConnectionInfo {
  readonly connectionId: string;
  /** Unix milliseconds. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly host: string;
}

export interface WebSocketEventContext {
  readonly connection: ConnectionInfo;
  readonly apiId: string;
  readonly stage: string;
  readonly routeKey: string;
  readonly requestId: string;
  /** Unix milliseconds. */
  readonly time: number;
}

/** The event of `$connect`, with the headers and the query of the handshake. */
export function toConnectEvent(
  context: WebSocketEventContext,
  headers: HeaderList,
  query: string,
): Record<string, unknown> {
  const parameters = [...new URLSearchParams(query)];
  return {
    headers: Object.fromEntries(headers),
    multiValueHeaders: collect(headers),
    ...(parameters.length > 0
      ? { queryStringParameters: Object.fromEntries(parameters), multiValueQueryStringParameters: collect(parameters) }
      : {}),
    requestContext: requestContext(context, 'CONNECT', {}),
    isBase64Encoded: false,
  };
}

/** The event of a message. */
export function toMessageEvent(context: WebSocketEventContext, body: string): Record<string, unknown> {
  return {
    requestContext: requestContext(context, 'MESSAGE', { messageId: context.requestId }),
    body,
    isBase64Encoded: false,
  };
}

/** The event of `$disconnect`. */
export function toDisconnectEvent(
  context: WebSocketEventContext,
  code: number,
  reason: string,
): Record<string, unknown> {
  const { host, sourceIp } = context.connection;
  const headers: HeaderList = [
    ['Host', host],
    ['X-Forwarded-For', sourceIp],
  ];
  return {
    headers: Object.fromEntries(headers),
    multiValueHeaders: collect(headers),
    requestContext: requestContext(context, 'DISCONNECT', { disconnectStatusCode: code, disconnectReason: reason }),
    isBase64Encoded: false,
  };
}

function requestContext(
  { connection, apiId, stage, routeKey, requestId, time }: WebSocketEventContext,
  eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT',
  more: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    routeKey,
    eventType,
    extendedRequestId: requestId,
    requestTime: commonLogTime(time),
    messageDirection: 'IN',
    stage,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: time,
    identity: {
      sourceIp: connection.sourceIp,
      ...(connection.userAgent === '' ? {} : { userAgent: connection.userAgent }),
    },
    requestId,
    domainName: connection.host,
    connectionId: connection.connectionId,
    apiId,
    ...more,
  };
}

function collect(pairs: Iterable<readonly [string, string]>): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of pairs) values[name] = [...(values[name] ?? []), value];
  return values;
}

/** What is known of a client from its handshake. */
export function connectionInfo(
  connectionId: string,
  headers: HeaderList,
  sourceIp: string,
  connectedAt: number,
): ConnectionInfo {
  return {
    connectionId,
    connectedAt,
    sourceIp,
    userAgent: headerOf(headers, 'user-agent') ?? '',
    host: headerOf(headers, 'host') ?? '',
  };
}
