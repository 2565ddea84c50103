import type { HttpRequest } from './http-request.ts';

/** Where shippers put their token, in the order of the ingest reference, section 1. */
const HEADERS = ['x-api-key', 'dd-api-key', 'x-amz-firehose-access-key'] as const;
const PARAMETERS = ['token', 'dd-api-key', 'api_key', 'key'] as const;

/**
 * The token of a request, wherever its client puts it. The query string counts only on paths that shippers use (`inQuery`), because
 * everything else would lead people to keep tokens in links.
 */
export function findCredential({ headers, query }: HttpRequest, inQuery = false): string | undefined {
  const authorization = headers.authorization;
  if (authorization !== undefined) {
    const [, scheme = '', value = ''] = /^(\S+)\s+(.+)$/.exec(authorization.trim()) ?? [];
    switch (scheme.toLowerCase()) {
      case 'bearer':
      case 'splunk':
        return value;
      case 'apikey':
        // one of ours may stand there as it is, and would decode to anything
        return value.startsWith('trb_') ? value : (afterColon(decodeBase64(value)) ?? value);
      case 'basic':
        return fromBasic(decodeBase64(value));
    }
  }
  for (const name of HEADERS) if (headers[name]) return headers[name];
  if (inQuery) for (const name of PARAMETERS) if (query.get(name)) return query.get(name) ?? undefined;
  return undefined;
}

/** The password; the user name where there is no password (`https://<token>@host`). */
function fromBasic(text: string): string | undefined {
  const colon = text.indexOf(':');
  const password = colon < 0 ? '' : text.slice(colon + 1);
  return password || text.slice(0, colon < 0 ? undefined : colon) || undefined;
}

const decodeBase64 = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

function afterColon(text: string): string | undefined {
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}
