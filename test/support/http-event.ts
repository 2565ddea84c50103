import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { httpHandler } from '../../functions/core/http.ts';

/** A request as the gateway hands it on. */
export interface Sent {
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** JSON as it is, in place of a body. */
  readonly text?: string;
}

/** Sends a request to a handler as the gateway does. @throws where the handler throws, which would be a bare 500 */
export async function sendTo(
  handler: ReturnType<typeof httpHandler>,
  { method, path, headers = {}, body, text }: Sent,
) {
  const json = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const [rawPath = '/', rawQueryString = ''] = path.split('?');
  const event = {
    version: '2.0',
    rawPath,
    rawQueryString,
    headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
    requestContext: { http: { method, path: rawPath, sourceIp: '203.0.113.1' } },
    ...(json !== undefined && { body: json }),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
  const context = { getRemainingTimeInMillis: () => 30_000 } as Context;
  const { statusCode = 0, body: answer = '', headers: answered = {} } = await handler(event, context);
  return { status: statusCode, body: answer, headers: answered };
}
