import type { Edge } from './cloudfront/edge.ts';
import { type GatewayRequest, headerOf } from './message.ts';

/**
 * Which host a request would have been sent to. In an account CloudFront and the HTTP API have a host each; here they share one, so: CloudFront takes
 * what a behaviour of its own routes, what asks for a page, and what is a file of the site; the HTTP API takes all else, as shippers send it.
 */
export function entersByCloudFront(
  edge: Edge | undefined,
  siteFiles: ReadonlySet<string>,
  { method, path, headers }: GatewayRequest,
): boolean {
  if (edge === undefined) return false;
  if (edge.routes(path)) return true;
  if (method !== 'GET' && method !== 'HEAD') return false;
  return (headerOf(headers, 'accept') ?? '').includes('text/html') || siteFiles.has(decodePath(path));
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
