import { stringifyJson } from '../../core/json.ts';
import type { Attributes, AttributeValue } from '../../core/log-record.ts';
import { type Draft, unreadable } from '../draft.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { readSpanId, readTraceId } from '../trace-id.ts';
import { type OtlpRecord, type OtlpScope, toDraft } from './otlp-record.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an ExportLogsServiceRequest, or an array of them as Vector posts it. Members of a wrong type count as absent, a record that is no
 * object is kept as its text.
 */
export function readJsonRequest(request: unknown, received: number): Draft[] {
  const drafts: Draft[] = [];
  for (const one of Array.isArray(request) ? request : [request])
    for (const group of list(member(one, 'resourceLogs'))) readResourceLogs(group, received, drafts);
  return drafts;
}

function readResourceLogs(group: unknown, received: number, drafts: Draft[]): void {
  const resource = readAttributes(member(member(group, 'resource'), 'attributes'));
  for (const scopeLogs of list(member(group, 'scopeLogs'))) {
    const scope = member(scopeLogs, 'scope');
    const ofScope = readScope(scope);
    const scopeAttributes =
      list(member(scope, 'attributes')).length > 0 ? readAttributes(member(scope, 'attributes')) : {};
    for (const record of list(member(scopeLogs, 'logRecords'))) {
      if (isObject(record)) drafts.push(toDraft(readRecord(record, scopeAttributes), resource, ofScope, received));
      else drafts.push({ ...unreadable(stringifyJson(record)), resource });
    }
  }
}

function readScope(scope: unknown): OtlpScope {
  const name = text(member(scope, 'name'));
  const version = text(member(scope, 'version'));
  return name === '' && version === '' ? undefined : { name, ...(version !== '' && { version }) };
}

function readRecord(record: Json, scopeAttributes: Attributes): OtlpRecord {
  const attributes = readAttributes(record.attributes);
  for (const name in scopeAttributes)
    putAttribute(attributes, `otel.scope.${name}`, scopeAttributes[name] as AttributeValue);
  return {
    time: digits(record.timeUnixNano),
    observed: digits(record.observedTimeUnixNano),
    severityNumber: typeof record.severityNumber === 'number' ? record.severityNumber : 0,
    severityText: text(record.severityText),
    body: readValue(record.body),
    attributes,
    flags: typeof record.flags === 'number' ? record.flags : 0,
    traceId: readTraceId(record.traceId),
    spanId: readSpanId(record.spanId),
    eventName: text(record.eventName),
    raw: () => stringifyJson(record),
  };
}

function readAttributes(value: unknown): Gathered {
  const attributes: Gathered = {};
  if (!Array.isArray(value)) return attributes;
  for (const pair of value) {
    const key: unknown = pair?.key;
    if (typeof key === 'string') putAttribute(attributes, key, readValue(pair.value) ?? null);
  }
  return attributes;
}

/** An AnyValue; undefined where it holds nothing. */
function readValue(value: unknown): AttributeValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { stringValue, intValue, boolValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value as Json;
  if (typeof stringValue === 'string') return stringValue;
  if (intValue !== undefined) return integer(intValue);
  if (typeof boolValue === 'boolean') return boolValue;
  // proto3's JSON writes NaN and the infinities as text
  if (typeof doubleValue === 'number' || typeof doubleValue === 'string') return doubleValue;
  if (arrayValue !== undefined) return list(member(arrayValue, 'values')).map((item) => readValue(item) ?? null);
  if (kvlistValue !== undefined) return readAttributes(member(kvlistValue, 'values'));
  return typeof bytesValue === 'string' ? bytesValue : undefined;
}

function integer(value: unknown): AttributeValue | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value !== 'string') return undefined;
  if (!/^-?\d{1,19}$/.test(value)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}

/** A 64-bit integer as text or number; undefined for 0, which is protobuf's "absent". */
function digits(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' || value === '0' ? undefined : value;
  if (typeof value === 'bigint' || (typeof value === 'number' && value !== 0)) return String(value);
  return undefined;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
