import type { Partial, Position, Selection, StoredEvent } from '../adapters/event-store/port.ts';
import type { LogRecord } from '../core/log-record.ts';
import { toIsoNano } from '../core/unix-nano.ts';
import type { Filter } from './language/ast.ts';
import { toLogEvent } from './log-event.ts';
import { type ReadCall, type ReadParts, tookMillis, toPartial } from './search-logs.ts';
import { toRange } from './selection.ts';
import type { CorrelationInput, CorrelationTrace } from './trace-api.ts';

const NOWHERE = { start: 0, end: 0 };
/** Any of them may be what a person holds in their hand. */
const FIELDS = ['correlation_id', 'trace_id', 'request_id'] as const;
const PAGE = 1_000;
const FIRST_ERROR = 17;

/** `GET /correlation/trace/{id}`: what one transaction left in the logs of all services. */
export function makeCorrelation({ events, now }: ReadParts) {
  return async (
    { id, limit, gap_ms: gapMillis, ...range }: CorrelationInput,
    { caller: { project }, signal }: ReadCall,
  ): Promise<CorrelationTrace> => {
    const startedAt = performance.now();
    const moment = now();
    const operands = FIELDS.map((field): Filter => ({ kind: 'match', field, value: id, span: NOWHERE }));
    const selection: Selection = {
      filter: { kind: 'or', operands, span: NOWHERE },
      ...toRange(range, moment),
      now: moment,
    };
    const found: StoredEvent[] = [];
    let total: { readonly value: number; readonly relation: 'eq' | 'gte' } | undefined;
    let partial: Partial | undefined;
    let after: Position | undefined;
    do {
      const page = await events.page(
        project,
        selection,
        {
          order: 'asc',
          limit: Math.min(PAGE, limit - found.length),
          count: after === undefined,
          ...(after && { after }),
        },
        { signal },
      );
      found.push(...page.events);
      total ??= page.total;
      partial ??= page.partial;
      after = page.next;
    } while (after !== undefined && found.length < limit);
    const records = found.map(({ record }) => record);
    const [first, last] = [records.at(0), records.at(-1)];
    const told = toPartial({ ...(partial && { partial }) }, selection);
    const truncated = after !== undefined;
    return {
      id,
      logs: records.map((record) => toLogEvent(record, project)),
      total: total?.value ?? records.length,
      total_relation: total?.relation ?? (truncated ? 'gte' : 'eq'),
      start: first === undefined ? null : toIsoNano(first.timeUnixNano),
      end: last === undefined ? null : toIsoNano(last.timeUnixNano),
      duration_ms: first === undefined || last === undefined ? 0 : millisBetween(first, last),
      services: listServices(records),
      gaps: listGaps(records, gapMillis),
      missing_spans: truncated ? [] : listMissingSpans(records),
      took_ms: tookMillis(startedAt),
      ...told,
      partial: told.partial || truncated,
      truncated,
    };
  };
}

const millisBetween = (a: LogRecord, b: LogRecord): number =>
  Number((BigInt(b.timeUnixNano) - BigInt(a.timeUnixNano)) / 1_000n) / 1_000;

function serviceOf({ resource }: LogRecord): string | null {
  const name = resource['service.name'];
  return typeof name === 'string' ? name : null;
}

function listServices(records: readonly LogRecord[]): CorrelationTrace['services'] {
  const services = new Map<string | null, CorrelationTrace['services'][number]>();
  for (const record of records) {
    const service = serviceOf(record);
    const at = toIsoNano(record.timeUnixNano);
    const known = services.get(service) ?? { service, events: 0, errors: 0, first: at, last: at };
    services.set(service, {
      ...known,
      events: known.events + 1,
      errors: known.errors + (record.severityNumber >= FIRST_ERROR ? 1 : 0),
      last: at,
    });
  }
  return [...services.values()];
}

function listGaps(records: readonly LogRecord[], gapMillis: number): CorrelationTrace['gaps'] {
  return records.flatMap((record, index) => {
    const before = records[index - 1];
    const duration = before === undefined ? 0 : millisBetween(before, record);
    if (before === undefined || duration < gapMillis) return [];
    return [
      {
        from: toIsoNano(before.timeUnixNano),
        to: toIsoNano(record.timeUnixNano),
        duration_ms: duration,
        from_service: serviceOf(before),
        to_service: serviceOf(record),
      },
    ];
  });
}

function listMissingSpans(records: readonly LogRecord[]): string[] {
  const told = new Set(records.map(({ spanId }) => spanId));
  const parents = records.map(({ attributes }) => attributes.parent_span_id ?? attributes.parentSpanId);
  return [...new Set(parents.filter((span): span is string => typeof span === 'string' && span !== ''))].filter(
    (span) => !told.has(span),
  );
}
