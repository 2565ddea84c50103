import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-server/aws-error.ts';
import type { HttpAnswer } from '../aws-server/http-server.ts';
import type { Bucket } from './bucket.ts';
import { header } from './s3-request.ts';

/** Who else's pages may use a bucket, by one rule of it. Origins and headers may hold one `*`. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

/** What a browser asks before it sends a request from another page's origin. @throws AwsError */
export function preflight({ cors }: Pick<Bucket, 'cors'>, asked: IncomingHttpHeaders): HttpAnswer {
  const origin = header(asked, 'origin');
  const method = header(asked, 'access-control-request-method');
  if (origin === undefined) throw new AwsError('BadRequest', 'Insufficient information. Origin request header needed.');
  if (method === undefined) throw new AwsError('BadRequest', 'Invalid Access-Control-Request-Method: null');
  if (cors.length === 0) throw forbidden('CORS is not enabled for this bucket.');
  const wanted = (header(asked, 'access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const rule = findRule(cors, origin, method, wanted);
  if (rule === undefined)
    throw forbidden(
      'This CORS request is not allowed. This is usually because the evaluation of Origin, request method / Access-Control-Request-Method or ' +
        "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
    );
  return {
    status: 200,
    headers: {
      ...toHeaders(rule, origin),
      ...(wanted.length > 0 && { 'access-control-allow-headers': wanted.join(', ') }),
      ...(rule.maxAgeSeconds !== undefined && { 'access-control-max-age': String(rule.maxAgeSeconds) }),
    },
  };
}

/** What lets the page of another origin read an answer, be it a refusal; none for requests that no page sends. */
export function corsHeaders(
  { cors }: Pick<Bucket, 'cors'>,
  method: string,
  headers: IncomingHttpHeaders,
): Readonly<Record<string, string>> {
  const origin = header(headers, 'origin');
  const rule = origin === undefined ? undefined : findRule(cors, origin, method, []);
  return origin === undefined || rule === undefined ? {} : toHeaders(rule, origin);
}

const findRule = (rules: readonly CorsRule[], origin: string, method: string, headers: readonly string[]) =>
  rules.find(
    (rule) =>
      rule.methods.includes(method) &&
      rule.origins.some((pattern) => fits(pattern, origin)) &&
      headers.every((name) => rule.headers.some((pattern) => fits(pattern.toLowerCase(), name))),
  );

function fits(pattern: string, text: string): boolean {
  const at = pattern.indexOf('*');
  if (at < 0) return pattern === text;
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

const toHeaders = ({ origins, methods, exposedHeaders }: CorsRule, origin: string): Record<string, string> => ({
  ...(origins.includes('*')
    ? { 'access-control-allow-origin': '*' }
    : { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }),
  'access-control-allow-methods': methods.join(', '),
  ...(exposedHeaders.length > 0 && { 'access-control-expose-headers': exposedHeaders.join(', ') }),
  vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
});

const forbidden = (message: string): AwsError => new AwsError('AccessForbidden', `CORSResponse: ${message}`, 403);
