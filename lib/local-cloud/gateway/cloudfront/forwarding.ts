import { type HeaderList, headerOf } from '../message.ts';

/** Which of the viewer's headers, cookies or query parameters go on to the origin. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly names: readonly string[] }
  | { readonly kind: 'except'; readonly names: readonly string[] };

/** What a cache policy or an origin request policy sends on. */
export interface Forwarding {
  readonly headers: Selection;
  /** CloudFront's own headers to add, lower case. */
  readonly cloudFrontHeaders: readonly string[];
  readonly cookies: Selection;
  readonly query: Selection;
}

const NONE: Selection = { kind: 'none' };
const ALL: Selection = { kind: 'all' };

export const FORWARD_NOTHING: Forwarding = { headers: NONE, cloudFrontHeaders: [], cookies: NONE, query: NONE };

/** Origin request policies of AWS (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html). */
export const MANAGED_ORIGIN_REQUEST_POLICIES: Readonly<Record<string, Forwarding>> = {
  // AllViewer
  '216adef6-5c7f-47e4-b989-5492eafa07d3': { headers: ALL, cloudFrontHeaders: [], cookies: ALL, query: ALL },
  // AllViewerExceptHostHeader
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': {
    headers: { kind: 'except', names: ['host'] },
    cloudFrontHeaders: [],
    cookies: ALL,
    query: ALL,
  },
};

/** Headers that CloudFront adds itself when a policy names them, by what this machine knows of the viewer. */
export const CLOUDFRONT_HEADERS: Readonly<Record<string, (viewer: { ip: string; port: number }) => string>> = {
  'cloudfront-viewer-address': ({ ip, port }) => `${ip}:${port}`,
  'cloudfront-forwarded-proto': () => 'http',
  'cloudfront-viewer-http-version': () => '1.1',
};

/** Headers that go on whatever the policies say (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html). */
const ALWAYS = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);

function selects(selection: Selection, name: string): boolean {
  switch (selection.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'only':
      return selection.names.includes(name);
    case 'except':
      return !selection.names.includes(name);
    default:
      return selection satisfies never;
  }
}

/** The viewer's headers that the origin gets; names in lower case, `host` only when a policy sends it. */
export function forwardHeaders(headers: HeaderList, method: string, policies: readonly Forwarding[]): HeaderList {
  const forwarded: [string, string][] = [];
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    // a viewer cannot speak for CloudFront
    if (key.startsWith('cloudfront-') || key === 'cookie') continue;
    const kept =
      ALWAYS.has(key) ||
      (key === 'authorization' && method !== 'GET' && method !== 'HEAD') ||
      policies.some((policy) => selects(policy.headers, key));
    if (kept) forwarded.push([key, value]);
  }
  const cookies = (headerOf(headers, 'cookie') ?? '')
    .split(/;\s*/)
    .filter((cookie) => cookie !== '')
    .filter((cookie) => policies.some((policy) => selects(policy.cookies, cookie.split('=')[0] ?? '')));
  if (cookies.length > 0) forwarded.push(['cookie', cookies.join('; ')]);
  return forwarded;
}

/** The query that the origin gets. */
export function forwardQuery(query: string, policies: readonly Forwarding[]): string {
  return query
    .split('&')
    .filter((pair) => pair !== '' && policies.some((policy) => selects(policy.query, pair.split('=')[0] ?? '')))
    .join('&');
}
