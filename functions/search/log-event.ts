import { type AttributeValue, type LogRecord, WORKFLOW_EXECUTION } from '../core/log-record.ts';
import { severityOf } from '../core/severity.ts';
import { toIsoNano } from '../core/unix-nano.ts';
import type { LogEvent } from './api.ts';
import { messageOf } from './language/record-values.ts';

/** An event as clients see it: the record under the names of the API. Values keep their types, 64-bit integers as `bigint`. */
export function toLogEvent(record: LogRecord, project: string): LogEvent {
  const { attributes, resource } = record;
  const severity = severityOf(record.severityNumber) ?? null;
  const timestamp = toIsoNano(record.timeUnixNano);
  return {
    id: record.id,
    timestamp,
    received_at: toIsoNano(record.observedTimeUnixNano),
    level: record.severityText ?? severity,
    severity,
    severity_number: record.severityNumber,
    ...present({
      service: text(resource['service.name']),
      environment: text(resource['deployment.environment.name']),
      host: text(resource['host.name']),
      service_version: text(resource['service.version']),
    }),
    message: messageOf(record) ?? summaryOf(record),
    ...present({
      trace_id: record.traceId,
      span_id: record.spanId,
      correlation_id: text(attributes.correlation_id),
      request_id: text(attributes.request_id),
      user_id: text(attributes.user_id),
      tags: Array.isArray(attributes.tags) ? attributes.tags.map((tag) => text(tag) ?? JSON.stringify(tag)) : undefined,
      context: object(attributes.context),
    }),
    attributes,
    resource,
    ...present({
      scope: record.scope,
      event_name: record.eventName,
      original: record.original,
      marks: record.marks && [...record.marks],
    }),
    source: record.source,
    ...(record.eventName === WORKFLOW_EXECUTION && workflowMembers(record, project, timestamp)),
  };
}

function workflowMembers({ attributes }: LogRecord, project: string, timestamp: string): Partial<LogEvent> {
  return {
    client_id: project,
    executed_at: timestamp,
    ...present({
      workflow_version: text(attributes.workflow_version),
      ticket_id: text(attributes.ticket_id),
      execution_time_seconds:
        typeof attributes.execution_time_seconds === 'number' ? attributes.execution_time_seconds : undefined,
      status: text(attributes.status),
      category: text(attributes.category),
      resolution_status: text(attributes.resolution_status),
      metrics: object(attributes.metrics),
      payload: object(attributes.payload),
    }),
  };
}

/** What stands for the message of an event that has none: of a workflow execution how it ended. */
function summaryOf({ attributes, eventName }: LogRecord): string {
  if (eventName !== WORKFLOW_EXECUTION) return eventName ?? '';
  return [attributes.status, attributes.category, attributes.ticket_id].map(text).filter(Boolean).join(' ');
}

function text(value: AttributeValue | undefined): string | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  return String(value);
}

function object(value: AttributeValue | undefined): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** Leaves out what is undefined. */
function present<T extends object>(members: T): { [name in keyof T]?: Exclude<T[name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
