import type { AuthenticatedCall } from '../core/http.ts';
import { dayOfClientId } from './client-id.ts';
import type { Arrival } from './settle.ts';

/** What a request says of all its events: project, client, hints in query string or headers, and its `Idempotency-Key`. */
export function toRequestArrival(
  { request, caller }: AuthenticatedCall,
  protocol: string,
): Omit<Arrival, 'ulid' | 'received'> {
  const client = request.headers['user-agent']?.slice(0, 200);
  const key = request.headers['idempotency-key']?.slice(0, 256);
  const day = key === undefined ? undefined : dayOfClientId(key);
  const hint = (name: string) =>
    (request.query.get(name) ?? request.headers[`x-log-${name}`])?.slice(0, 512) || undefined;
  const service = hint('service');
  const environment = hint('environment') ?? hint('env');
  const host = hint('host');
  return {
    project: caller.project,
    retention: '30d',
    source: { protocol, ...(client !== undefined && { client }) },
    hints: {
      ...(service !== undefined && { service }),
      ...(environment !== undefined && { environment }),
      ...(host !== undefined && { host }),
    },
    ...(key !== undefined && { clientId: { dataset: protocol, id: key, ...(day !== undefined && { day }) } }),
  };
}
