import { InvalidRequest } from '../../core/errors.ts';
import { stringifyJson } from '../../core/json.ts';
import { type Attributes, WORKFLOW_EXECUTION } from '../../core/log-record.ts';
import { toFieldErrors } from '../../core/problem.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import { LogEntry, WorkflowExecution } from '../api.ts';
import { type Draft, readSeverity, readTime } from '../draft.ts';

/** What our own API asks for always has its time. */
type Entry = Draft & { readonly time: UnixNano };

/**
 * Reads one item of our own API: a workflow execution where it says when it was executed, else a log entry.
 * @throws InvalidRequest naming each wrong member
 */
export function readEntry(item: unknown): Entry {
  return typeof item === 'object' && item !== null && 'executed_at' in item
    ? readWorkflowExecution(item)
    : readLogEntry(item);
}

function readLogEntry(item: unknown): Entry {
  const parsed = LogEntry.safeParse(item);
  if (!parsed.success) throw new InvalidRequest(toFieldErrors(parsed.error));
  const { timestamp, level, service, message, environment, host, service_version, trace_id, span_id, ...rest } =
    parsed.data;
  const severityNumber = readSeverity(level);
  return {
    time: timeOf(timestamp, '#/timestamp'),
    ...(severityNumber !== undefined && { severityNumber }),
    severityText: String(level),
    body: message,
    // what a JSON parser makes is an attribute value
    attributes: rest as Attributes,
    resource: {
      'service.name': service,
      ...(service_version !== undefined && { 'service.version': service_version }),
      ...(environment !== undefined && { 'deployment.environment.name': environment }),
      ...(host !== undefined && { 'host.name': host }),
    },
    ...(trace_id && { traceId: trace_id }),
    ...(span_id && { spanId: span_id }),
    raw: () => stringifyJson(item),
  };
}

function readWorkflowExecution(item: object): Entry {
  const parsed = WorkflowExecution.safeParse(item);
  if (!parsed.success) throw new InvalidRequest(toFieldErrors(parsed.error));
  const { environment, executed_at, service, trace_id, span_id, ...rest } = parsed.data;
  return {
    time: timeOf(executed_at, '#/executed_at'),
    body: null,
    // what a JSON parser makes is an attribute value
    attributes: rest as Attributes,
    resource: {
      ...(typeof service === 'string' && { 'service.name': service }),
      'deployment.environment.name': environment,
    },
    ...(typeof trace_id === 'string' && trace_id && { traceId: trace_id }),
    ...(typeof span_id === 'string' && span_id && { spanId: span_id }),
    eventName: WORKFLOW_EXECUTION,
    raw: () => stringifyJson(item),
  };
}

function timeOf(value: string | number | bigint, pointer: string): UnixNano {
  const time = readTime(value);
  if (time !== undefined) return time;
  throw new InvalidRequest([
    {
      pointer,
      detail: `expected a time between 1970 and 2262, as ISO 8601 or a number since 1970, not ${JSON.stringify(String(value).slice(0, 60))}`,
    },
  ]);
}
