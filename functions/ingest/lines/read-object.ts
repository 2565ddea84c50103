import { stringifyJson } from '../../core/json.ts';
import type { Attributes, AttributeValue } from '../../core/log-record.ts';
import { type Draft, readSeverity, readTime } from '../draft.ts';

/** Where shippers put what we know by name, in the order they are tried (ingest reference, section 2). */
const TIME = ['timestamp', '@timestamp', 'time', 'ts', 'date', 'datetime', 'dt', '_time', 'ISODATE', 'executed_at'];
const LEVEL = [
  'level',
  'LEVEL',
  'Level',
  'log.level',
  'severity',
  'SEVERITY',
  'Severity',
  'SeverityText',
  'severity_text',
  'lvl',
  'LVL',
  'Lvl',
  'levelname',
  '@l',
  'status',
];
const SERVICE = [
  'service.name',
  'service_name',
  'service',
  'app',
  'application',
  'app_name',
  'name',
  'container_name',
  'component',
  'workload',
  'job',
  'logger',
];
const MESSAGE = ['message', 'msg', 'MESSAGE', 'log', 'short_message', 'body', 'event', '@m', '@mt', 'text'];
const ENVIRONMENT = ['deployment.environment.name', 'environment', 'env'];
const HOST = ['host.name', 'host', 'hostname', 'HOST'];
const TRACE = ['trace_id', 'traceId', 'trace.id', 'otelTraceID'];
const SPAN = ['span_id', 'spanId', 'span.id', 'otelSpanID'];

/** Reads a JSON object of any shape: what we know by name becomes the record's own, the rest attributes. Nothing is refused. */
export function readObject(object: Readonly<Record<string, unknown>>): Draft {
  const rest: Record<string, unknown> = { ...object };
  const take = <T>(names: readonly string[], read: (value: unknown) => T | undefined): T | undefined => {
    for (const name of names) {
      const value = Object.hasOwn(rest, name) ? read(rest[name]) : undefined;
      if (value === undefined) continue;
      delete rest[name];
      return value;
    }
    return undefined;
  };
  const time = take(TIME, readTime);
  const level = take(LEVEL, (value) => {
    const severityNumber = typeof value === 'string' || typeof value === 'number' ? readSeverity(value) : undefined;
    return severityNumber === undefined ? undefined : { severityNumber, severityText: String(value) };
  });
  const service = take(SERVICE, text);
  const environment = take(ENVIRONMENT, text);
  const host = take(HOST, text);
  const traceId = take(TRACE, text);
  const spanId = take(SPAN, text);
  const body = take(MESSAGE, (value) => (value === null ? undefined : (value as AttributeValue)));
  return {
    ...(time !== undefined && { time }),
    ...level,
    body: body ?? stringifyJson(object),
    attributes: rest as Attributes,
    resource: {
      ...(service !== undefined && { 'service.name': service }),
      ...(environment !== undefined && { 'deployment.environment.name': environment }),
      ...(host !== undefined && { 'host.name': host }),
    },
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    raw: () => stringifyJson(object),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
