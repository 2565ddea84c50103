import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A request as every function of ours sees it, whatever API Gateway made of it. */
export interface HttpRequest {
  readonly method: string;
  /** Path without stage, doubled and trailing slashes. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case, repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies: readonly string[];
  /** Bytes as they were sent, before any content decoding. */
  readonly body: Buffer;
  /** Address of the client: CloudFront's word only where the distribution proves itself, else the gateway's. */
  readonly sourceIp: string;
}

/**
 * Reads a payload of format 2.0.
 * @param originSecret what our distribution sends as `x-origin-verify`; the address it tells beside it (its viewer function's header) is believed
 */
export function toHttpRequest(event: APIGatewayProxyEventV2, originSecret?: string): HttpRequest {
  const { headers, requestContext } = event;
  const viewer = headers['x-viewer-address'];
  const viaCloudFront =
    originSecret !== undefined && headers['x-origin-verify'] === originSecret && viewer !== undefined;
  return {
    method: requestContext.http.method,
    path: event.rawPath.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, ''),
    query: new URLSearchParams(event.rawQueryString),
    headers,
    cookies: event.cookies ?? [],
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    sourceIp: viaCloudFront ? viewer : requestContext.http.sourceIp,
  };
}
