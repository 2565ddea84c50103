import { z } from 'zod';
import type { SearchRecorder } from '../adapters/audit-trail/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { DomainError } from '../core/errors.ts';
import { type AuthenticatedCall, Reply } from '../core/http.ts';
import type { Route } from '../core/route.ts';
import type { SearchAsked, SearchOutcome } from '../core/search-entry.ts';
import { toIsoNano } from '../core/unix-nano.ts';
import { tookMillis } from './search-logs.ts';
import { toRange } from './selection.ts';

/** Whether an operation is a search: it is asked by a query, or for what one id names. */
export const isSearch = ({ access, input }: Route): boolean =>
  access === 'read' && input instanceof z.ZodObject && ('query' in input.shape || 'id' in input.shape);

/** What a request may ask a search for, as far as an entry has members of its own for it. */
const Asked = z.looseObject({
  query: z.string().optional(),
  id: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  start_time: z.string().optional(),
  end_time: z.string().optional(),
  timestamp: z.string().optional(),
  cursor: z.string().optional(),
});

const events = z.array(z.unknown());
/** What an answer says of what it hands out: a list, an event with those around it, or one event. */
const Yield = z.union([
  z
    .object({ logs: events, total: z.int(), partial: z.boolean() })
    .transform(({ logs, total, partial }) => ({ count: logs.length, total, partial })),
  z
    .object({ before: events, event: z.unknown(), after: events, partial: z.boolean() })
    .transform(({ before, after, partial }) => ({ count: before.length + 1 + after.length, partial })),
  z.object({ id: z.string(), message: z.string() }).transform(() => ({ count: 1 })),
  z.object({ total: z.int(), partial: z.boolean() }),
  z.object({ partial: z.boolean() }),
]);

/** Answers a search, and tells of it where the project asks for that: also of one that failed. */
export const recordedAnswer =
  <Input, Output>(
    recorder: SearchRecorder,
    route: Pick<Route, 'operationId' | 'path'>,
    answer: (input: Input, call: AuthenticatedCall) => Promise<Output>,
    now: () => number,
  ) =>
  async (input: Input, call: AuthenticatedCall): Promise<Output> => {
    const tell = recorder.begin(call.caller.project);
    const startedAt = performance.now();
    const asked = toAsked(route, input, call, now());
    try {
      const output = await answer(input, call);
      await tell(asked, { result: 'success', ...toYield(output), tookMillis: tookMillis(startedAt) });
      return output;
    } catch (error) {
      const errorCode = error instanceof DomainError ? error.code : 'internal';
      await tell(asked, { result: 'failure', errorCode, tookMillis: tookMillis(startedAt) });
      throw error;
    }
  };

function toAsked(
  { operationId, path }: Pick<Route, 'operationId' | 'path'>,
  input: unknown,
  call: AuthenticatedCall,
  now: number,
): SearchAsked {
  const { query, id, cursor, ...parameters } = Asked.parse(input);
  return {
    ...auditOf(call, call.caller.project, actorOf(call)),
    operation: operationId,
    ...(query !== undefined && { query }),
    ...(id !== undefined && path.includes('/logs/{id}') && { eventId: id }),
    ...rangeOf(parameters, now),
    // a cursor is as long as its request, and says no more
    parameters: { ...(id !== undefined && { id }), ...parameters, ...(cursor !== undefined && { continued: true }) },
  };
}

/** Relative times as what they meant then. */
function rangeOf(parameters: Parameters<typeof toRange>[0], now: number): Pick<SearchAsked, 'from' | 'to'> {
  try {
    const { from, to } = toRange(parameters, now);
    return { ...(from !== undefined && { from: toIsoNano(from) }), ...(to !== undefined && { to: toIsoNano(to) }) };
  } catch {
    return {}; // its answer says what is wrong with it
  }
}

function toYield(output: unknown): Pick<SearchOutcome, 'count' | 'total' | 'partial'> {
  if (!(output instanceof Reply)) return Yield.safeParse(output).data ?? {};
  const { 'x-export-rows': rows, 'x-export-complete': complete } = output.headers;
  return rows === undefined ? {} : { count: Number(rows), partial: complete !== 'true' };
}
