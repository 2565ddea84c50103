import { z } from 'zod';
import type { Origin } from './audit.ts';
import { maskQuery, maskSecrets } from './mask.ts';
import { ulid } from './ulid.ts';

const values = z.record(z.string(), z.unknown());

/** A read of events, told outside of any chain: who asked for what, and what came of it. */
export const SearchEntry = z.object({
  /** ULID of when it was asked for, so that ids sort by time. */
  id: z.string(),
  timestamp: z.string(),
  actor: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  action: z.string().meta({ description: '`read.` and the operation', example: 'read.search_logs' }),
  /** `log` where one event was asked for by its id, else `project`. */
  entity_type: z.string(),
  entity_id: z.string(),
  result: z.enum(['success', 'failure']),
  /** Of a failure: the code of the problem that was answered. */
  error_code: z.string().optional(),
  /** As sent, secrets masked. */
  query: z.string().optional(),
  from: z.string().optional().meta({ description: 'ISO 8601 in UTC: what a relative time meant then' }),
  to: z.string().optional(),
  /** Everything else that was asked for. */
  parameters: values,
  /** Events handed out, where the answer holds events. */
  count: z.int().optional(),
  /** Events that matched, where the answer tells. */
  total: z.int().optional(),
  partial: z.boolean().optional(),
  took_ms: z.number(),
  ip_address: z.string().optional(),
  user_agent: z.string().optional(),
  trace_id: z.string().optional(),
  correlation_id: z.string().optional(),
  request_id: z.string().optional(),
});
export type SearchEntry = z.output<typeof SearchEntry>;

/** What was asked for, and by whom. */
export interface SearchAsked extends Origin {
  /** Operation id of the API, or `liveTail`. */
  readonly operation: string;
  /** The one event that was asked for. */
  readonly eventId?: string;
  /** As sent. */
  readonly query?: string;
  /** ISO 8601, as far as a range was asked for. */
  readonly from?: string;
  readonly to?: string;
  /** Everything else that was asked for, as sent. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What came of it. */
export interface SearchOutcome {
  readonly result: 'success' | 'failure';
  readonly errorCode?: string;
  /** Events handed out. */
  readonly count?: number;
  /** Events that matched. */
  readonly total?: number;
  readonly partial?: boolean;
  readonly tookMillis: number;
}

/** The entry of a read, with every secret in it masked. @param askedAt milliseconds since 1970 */
export function makeSearchEntry(asked: SearchAsked, outcome: SearchOutcome, askedAt: number): SearchEntry {
  const { operation, eventId, query } = asked;
  return {
    id: ulid(askedAt),
    timestamp: new Date(askedAt).toISOString(),
    actor: asked.actor,
    action: actionOf(operation),
    ...(eventId === undefined
      ? { entity_type: 'project', entity_id: asked.project }
      : { entity_type: 'log', entity_id: eventId }),
    result: outcome.result,
    error_code: outcome.errorCode,
    query: query === undefined ? undefined : maskQuery(query),
    from: asked.from,
    to: asked.to,
    parameters: maskSecrets(asked.parameters),
    count: outcome.count,
    total: outcome.total,
    partial: outcome.partial,
    took_ms: outcome.tookMillis,
    ip_address: asked.ipAddress,
    user_agent: asked.userAgent,
    trace_id: asked.traceId,
    correlation_id: asked.correlationId,
    request_id: asked.requestId,
  };
}

/** `read.search_logs` for `searchLogs`. */
const actionOf = (operation: string): string =>
  `read.${operation.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

/** The least id that an entry of this moment or later can have. */
export const firstIdAt = (millis: number): string => `${ulid(millis).slice(0, 10)}${'0'.repeat(16)}`;
