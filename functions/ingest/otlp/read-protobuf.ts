import type { AttributeValue } from '../../core/log-record.ts';
import type { Draft } from '../draft.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { readSpanId, readTraceId } from '../trace-id.ts';
import { ProtobufError, ProtobufReader } from '../wire/protobuf.ts';
import { type OtlpScope, toDraft } from './otlp-record.ts';

/** Values nested deeper are refused, as protobuf's own parsers do at 100. */
const MAX_DEPTH = 64;

/** Reads an ExportLogsServiceRequest (opentelemetry/proto/logs/v1/logs.proto). @throws ProtobufError */
export function readProtobufRequest(content: Buffer, received: number): Draft[] {
  const drafts: Draft[] = [];
  const request = new ProtobufReader(content);
  while (request.next()) {
    if (request.field === 1) readResourceLogs(request.message(), received, drafts);
    else request.skip();
  }
  return drafts;
}

function readResourceLogs(group: ProtobufReader, received: number, drafts: Draft[]): void {
  let resource: Gathered = {};
  const scopes: ProtobufReader[] = [];
  while (group.next()) {
    if (group.field === 1) resource = readResource(group.message());
    else if (group.field === 2) scopes.push(group.message());
    else group.skip();
  }
  for (const scope of scopes) readScopeLogs(scope, resource, received, drafts);
}

function readResource(message: ProtobufReader): Gathered {
  const attributes: Gathered = {};
  while (message.next()) {
    if (message.field === 1) readKeyValue(message.message(), attributes, 0);
    else message.skip();
  }
  return attributes;
}

function readScopeLogs(group: ProtobufReader, resource: Gathered, received: number, drafts: Draft[]): void {
  let scope: OtlpScope;
  const scopeAttributes: Gathered = {};
  const records: ProtobufReader[] = [];
  while (group.next()) {
    if (group.field === 1) scope = readScope(group.message(), scopeAttributes);
    else if (group.field === 2) records.push(group.message());
    else group.skip();
  }
  for (const record of records) drafts.push(readRecord(record, resource, scope, scopeAttributes, received));
}

function readScope(message: ProtobufReader, attributes: Gathered): OtlpScope {
  let name = '';
  let version = '';
  const own: Gathered = {};
  while (message.next()) {
    if (message.field === 1) name = message.string();
    else if (message.field === 2) version = message.string();
    else if (message.field === 3) readKeyValue(message.message(), own, 0);
    else message.skip();
  }
  for (const key in own) putAttribute(attributes, `otel.scope.${key}`, own[key] as AttributeValue);
  return name === '' && version === '' ? undefined : { name, ...(version !== '' && { version }) };
}

function readRecord(
  message: ProtobufReader,
  resource: Gathered,
  scope: OtlpScope,
  scopeAttributes: Readonly<Gathered>,
  received: number,
): Draft {
  const bytes = message.rest();
  const attributes: Gathered = {};
  let time: string | undefined;
  let observed: string | undefined;
  let severityNumber = 0;
  let severityText = '';
  let body: AttributeValue | undefined;
  let flags = 0;
  let traceId: string | undefined;
  let spanId: string | undefined;
  let eventName = '';
  while (message.next()) {
    switch (message.field) {
      case 1:
        time = nano(message.fixed64());
        break;
      case 2:
        severityNumber = message.uint32();
        break;
      case 3:
        severityText = message.string();
        break;
      case 5:
        body = readValue(message.message(), 0);
        break;
      case 6:
        readKeyValue(message.message(), attributes, 0);
        break;
      case 8:
        flags = message.fixed32();
        break;
      case 9:
        traceId = readTraceId(message.hex());
        break;
      case 10:
        spanId = readSpanId(message.hex());
        break;
      case 11:
        observed = nano(message.fixed64());
        break;
      case 12:
        eventName = message.string();
        break;
      default:
        message.skip();
    }
  }
  for (const key in scopeAttributes) putAttribute(attributes, key, scopeAttributes[key] as AttributeValue);
  return toDraft(
    {
      time,
      observed,
      severityNumber,
      severityText,
      body,
      attributes,
      flags,
      traceId,
      spanId,
      eventName,
      raw: () => bytes.toString('base64'),
    },
    resource,
    scope,
    received,
  );
}

function readKeyValue(message: ProtobufReader, attributes: Gathered, depth: number): void {
  let key = '';
  let value: AttributeValue = null;
  while (message.next()) {
    if (message.field === 1) key = message.string();
    else if (message.field === 2) value = readValue(message.message(), depth) ?? null;
    else message.skip();
  }
  putAttribute(attributes, key, value);
}

/** An AnyValue; undefined where it holds nothing. */
function readValue(message: ProtobufReader, depth: number): AttributeValue | undefined {
  if (depth > MAX_DEPTH) throw new ProtobufError(`value is nested deeper than ${MAX_DEPTH} levels`);
  let value: AttributeValue | undefined;
  while (message.next()) {
    switch (message.field) {
      case 1:
        value = message.string();
        break;
      case 2:
        value = message.uint32() !== 0;
        break;
      case 3:
        value = message.int64();
        break;
      case 4:
        value = double(message.double());
        break;
      case 5:
        value = readArray(message.message(), depth + 1);
        break;
      case 6:
        value = readKvlist(message.message(), depth + 1);
        break;
      case 7:
        value = message.slice().toString('base64');
        break;
      default:
        message.skip();
    }
  }
  return value;
}

function readArray(message: ProtobufReader, depth: number): AttributeValue[] {
  const values: AttributeValue[] = [];
  while (message.next()) {
    if (message.field === 1) values.push(readValue(message.message(), depth) ?? null);
    else message.skip();
  }
  return values;
}

function readKvlist(message: ProtobufReader, depth: number): Gathered {
  const values: Gathered = {};
  while (message.next()) {
    if (message.field === 1) readKeyValue(message.message(), values, depth);
    else message.skip();
  }
  return values;
}

/** NaN and the infinities as proto3's JSON writes them, for JSON has no numbers for them. */
const double = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

const nano = (value: bigint): string | undefined => (value === 0n ? undefined : String(value));
