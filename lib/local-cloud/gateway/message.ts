/** Header fields as they came: name as written and value, repeated names repeated. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** An HTTP request inside the gateway, read whole. */
export interface GatewayRequest {
  readonly method: string;
  /** As on the request line, percent-encoded, without the query. */
  readonly path: string;
  /** Without `?`; empty when there is none. */
  readonly query: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly sourcePort: number;
}

export interface GatewayResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
}

/** All values of a header, joined as HTTP joins them. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  const values = headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(',');
}

/** The pairs of Node's `rawHeaders`. */
export function toHeaderList(rawHeaders: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) list.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  return list;
}

/** An answer the gateway gives itself, as API Gateway words it. */
export function messageResponse(status: number, message: string): GatewayResponse {
  return {
    status,
    headers: [['content-type', 'application/json']],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** Splits a request target at its query. */
export function splitTarget(target: string): {
  readonly path: string;
  readonly query: string;
} {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}
