import { InvalidRequest } from '../../core/errors.ts';
import { stringifyJson } from '../../core/json.ts';
import { type Attributes, type AttributeValue, WORKFLOW_EXECUTION } from '../../core/log-record.ts';
import { toFieldErrors } from '../../core/problem.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import { LogEntry, WorkflowExecution } from '../api.ts';
import { type Draft, readSeverity, readTime } from '../draft.ts';
import { putAttribute } from '../put-attribute.ts';
import { keepTwins } from '../twins.ts';
import { isLogEntry } from './is-log-entry.ts';

/** What our own API asks for always has its time. */
type Entry = Draft & { readonly time: UnixNano };

/**
 * Reads one item of our own API: a workflow execution where it says when it was executed, else a log entry.
 * @throws InvalidRequest naming each wrong member
 */
export function readEntry(item: unknown): Entry {
  const entry =
    typeof item === 'object' && item !== null && 'executed_at' in item
      ? readWorkflowExecution(item)
      : readLogEntry(item);
  return keepTwins(entry, item);
}

const OWN_MEMBERS: ReadonlySet<string> = new Set([
  'timestamp',
  'level',
  'service',
  'message',
  'environment',
  'host',
  'service_version',
  'trace_id',
  'span_id',
]);

function readLogEntry(item: unknown): Entry {
  const entry = isLogEntry(item) ? item : checkLogEntry(item);
  const { level } = entry;
  const attributes: Record<string, AttributeValue> = {};
  // what a JSON parser makes is an attribute value
  for (const key in entry) if (!OWN_MEMBERS.has(key)) putAttribute(attributes, key, entry[key] as AttributeValue);
  return {
    time: timeOf(entry.timestamp, '#/timestamp'),
    severityNumber: readSeverity(level),
    severityText: String(level),
    body: entry.message,
    attributes,
    // members that are undefined are left out when the record is written
    resource: {
      'service.name': entry.service,
      'service.version': entry.service_version,
      'deployment.environment.name': entry.environment,
      'host.name': entry.host,
    } as Attributes,
    traceId: entry.trace_id || undefined,
    spanId: entry.span_id || undefined,
    raw: () => stringifyJson(item),
  };
}

function checkLogEntry(item: unknown): LogEntry {
  const parsed = LogEntry.safeParse(item);
  if (!parsed.success) throw new InvalidRequest(toFieldErrors(parsed.error));
  return parsed.data;
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
