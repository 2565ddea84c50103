import type { EventPage, Selection, StoredEvent } from '../adapters/event-store/port.ts';
import type { LogRecord } from '../core/log-record.ts';
import { MAX_UNIX_NANO, type UnixNano } from '../core/unix-nano.ts';
import type { ContextInput, ContextResponse } from './api.ts';
import { findEvent } from './get-log.ts';
import type { Filter } from './language/ast.ts';
import { parse } from './language/parser.ts';
import { toLogEvent } from './log-event.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';

const NOWHERE = { start: 0, end: 0 };

/** Events around an event, in the order of time, of the same service, host, correlation, trace or of all. */
export function makeContext({ events, now }: ReadParts) {
  return async (input: ContextInput, { caller: { project }, signal }: ReadCall): Promise<ContextResponse> => {
    const startedAt = performance.now();
    const { record } = await findEvent(events, project, input.id, signal);
    const time = BigInt(record.timeUnixNano);
    const window = BigInt(Math.round(input.window_seconds * 1e9));
    const from = time > window ? time - window : 0n;
    const to = time + window >= MAX_UNIX_NANO ? MAX_UNIX_NANO : time + window + 1n;
    const operands = [parse(input.query).filter, ...scopeFilter(input.scope, record)];
    const selection: Selection = {
      filter: { kind: 'and', operands, span: NOWHERE },
      from: String(from) as UnixNano,
      to: String(to) as UnixNano,
      now: now(),
    };
    const at = { time: record.timeUnixNano, id: record.id };
    const side = async (order: 'asc' | 'desc', limit: number): Promise<EventPage> =>
      limit === 0
        ? { events: [] }
        : events.page(project, selection, { order, limit, after: at, count: false }, { signal });
    const [before, after] = await Promise.all([side('desc', input.before), side('asc', input.after)]);
    const show = ({ record: shown }: StoredEvent) => toLogEvent(shown, project);
    return {
      before: before.events.map(show).reverse(),
      event: toLogEvent(record, project),
      after: after.events.map(show),
      took_ms: tookMillis(startedAt),
      ...toPartial(before.partial === undefined ? after : before, selection),
    };
  };
}

/** What the events around share with the event; an event that lacks it shares that with others that lack it. */
function scopeFilter(scope: ContextInput['scope'], record: LogRecord): Filter[] {
  if (scope === 'all') return [];
  const [field, value] = {
    service: ['service', record.resource['service.name']],
    host: ['host', record.resource['host.name']],
    correlation: ['correlation_id', record.attributes.correlation_id],
    trace: ['trace_id', record.traceId],
  }[scope] as [string, unknown];
  if (value === undefined || value === null || typeof value === 'object') {
    return [{ kind: 'not', operand: { kind: 'exists', field, span: NOWHERE }, span: NOWHERE }];
  }
  return [{ kind: 'match', field, value: String(value), span: NOWHERE }];
}
