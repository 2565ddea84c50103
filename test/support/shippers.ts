import type { Context } from 'aws-lambda';
import type { FrameStream } from '../../functions/adapters/stream/port.ts';
import { Failure, RetryLater } from '../../functions/core/errors.ts';
import { decodeFrame, readLines } from '../../functions/core/frame.ts';
import { httpHandler } from '../../functions/core/http.ts';
import { parseJson } from '../../functions/core/json.ts';
import type { LogRecord } from '../../functions/core/log-record.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import { makeAccept } from '../../functions/ingest/accept.ts';
import { makeFindPolicy } from '../../functions/ingest/policy/policy.ts';
import { shipperTable } from '../../functions/ingest/shipper-table.ts';
import { makeShippers } from '../../functions/ingest/shippers.ts';
import { DEFAULT_POLICY, MemoryObjectStore, MemoryStream } from './fakes.ts';

export const GOOD_TOKEN = 'good';
export const NOW = Date.parse('2026-11-21T12:00:00Z');

export interface Shipment {
  readonly method?: string;
  /** With its query string. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** No header of ours is added where this is false. */
  readonly token?: string | false;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
}

/**
 * The function behind the HTTP API, as shippers see it, on a stream in memory. The one good token is `good`.
 * @param through what stands between accepting and the stream, @default nothing
 */
export function startShippers(through: (stream: MemoryStream) => FrameStream = (stream) => stream) {
  const stream = new MemoryStream();
  const quarantine = new MemoryObjectStore();
  const seen: { path: string }[] = [];
  let quotaLeft = true;
  let away: 'keys' | 'settings' | 'limits' | undefined;
  const ask = (what: typeof away) => {
    if (away === what) throw new Error(`${what} are away`);
  };
  const policies = makeFindPolicy(
    {
      find: async () => {
        ask('settings');
        return {};
      },
    },
    () => NOW,
  );
  const accept = makeAccept({ stream: through(stream), quarantine, ...DEFAULT_POLICY, policies, now: () => NOW });
  const handler = httpHandler([], {
    authenticate: async ({ headers, path }) => {
      seen.push({ path });
      ask('keys');
      if (headers.authorization !== `Bearer ${GOOD_TOKEN}`) throw new Failure('unauthenticated', 'not valid');
      return {
        kind: 'key',
        id: 'k1',
        name: 'key',
        project: 'demo' as ProjectId,
        scopes: new Set(['ingest'] as const),
        platformAdmin: false,
      };
    },
    limit: async () => {
      ask('limits');
      if (!quotaLeft) throw new RetryLater('rate_limited', 'limit reached', 7);
      return { 'ratelimit-remaining': '1' };
    },
    fallback: makeShippers(accept, shipperTable, () => NOW),
  });

  async function send({
    method = 'POST',
    path,
    headers = {},
    body = '',
    token = GOOD_TOKEN,
  }: Shipment): Promise<Answer> {
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    const answer = await handler(
      {
        version: '2.0',
        routeKey: '$default',
        rawPath,
        rawQueryString,
        headers: { ...(token !== false && { authorization: `Bearer ${token}` }), ...headers },
        requestContext: { http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' } },
        body: Buffer.from(body).toString('base64'),
        isBase64Encoded: true,
      } as never,
      { getRemainingTimeInMillis: () => 30_000 } as Context,
    );
    const bytes = Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8');
    return {
      status: answer.statusCode ?? 0,
      headers: (answer.headers ?? {}) as Record<string, string>,
      body: bytes,
      text: bytes.toString('utf8'),
    };
  }

  return {
    send,
    stream,
    quarantine,
    seen,
    /** Lets no request of the project through any more. */
    exhaustQuota: () => {
      quotaLeft = false;
    },
    /** Lets one of what a cold start asks first not be reached; undefined when all can be again. */
    lose: (what: typeof away) => {
      away = what;
    },
    /** Makes the stream refuse everything. */
    stopStream: () => {
      stream.takes = () => false;
    },
    /** Every stored event, in order. */
    stored: (): LogRecord[] =>
      stream.records.flatMap((record) => readLines(decodeFrame(record)).map((line) => parseJson(line) as LogRecord)),
  };
}
