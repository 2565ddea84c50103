import { stringifyJson } from '../../core/json.ts';
import type { AttributeValue } from '../../core/log-record.ts';
import { type Draft, readTime, unreadable } from '../draft.ts';
import { parseBody, underLine } from '../parse/parse-body.ts';
import { parseObject } from '../parse/parse-line.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { readFields } from '../read-object.ts';
import { splitLines } from '../split-lines.ts';
import { keepTwins } from '../twins.ts';
import { readJson } from '../wire/read-json.ts';
import { splitJson } from '../wire/split-json.ts';

type Json = Readonly<Record<string, unknown>>;

/** What `?index=&source=&sourcetype=&host=` say of all events of a request. */
export type Metadata = Readonly<Partial<Record<'index' | 'source' | 'sourcetype' | 'host', string>>>;

/** Why an event is none: HEC's codes for it. */
export type EventProblem = 6 | 12 | 13;

export interface HecEvents {
  readonly drafts: readonly Draft[];
  /** How many of the drafts are events, and not only kept as text. */
  readonly good: number;
  /** Of the first that is none. */
  readonly problem?: { readonly code: EventProblem; readonly position: number };
}

/** Reads the events of `/services/collector/event`: JSON objects back to back, or in an array. What is no event is kept as text. */
export function readEvents(content: Buffer, metadata: Metadata, received: number): HecEvents {
  const drafts: Draft[] = [];
  let good = 0;
  let problem: HecEvents['problem'];
  const add = (value: unknown, text: string) => {
    const read = isObject(value) ? readOne(value, metadata, received) : 6;
    if (typeof read === 'number') {
      problem ??= { code: read, position: drafts.length };
      drafts.push(unreadable(text));
    } else {
      good++;
      drafts.push(keepTwins(read, value));
    }
  };
  for (const piece of splitJson(content.toString('utf8'))) {
    const value = piece.closed ? attempt(piece.text) : undefined;
    if (Array.isArray(value)) for (const item of value) add(item, stringifyJson(item));
    else add(value, piece.text);
  }
  return { drafts, good, ...(problem && { problem }) };
}

/** Reads the lines of `/services/collector/raw`. */
export function readRaw(content: Buffer, metadata: Metadata, received: number): Draft[] {
  const told = readMetadata(metadata);
  return splitLines(content.toString('utf8')).map((line) => underLine(line, told, received));
}

function readOne(object: Json, defaults: Metadata, received: number): Draft | EventProblem {
  const { time, event, fields } = object;
  if (event === undefined || event === null) return 12;
  if (event === '') return 13;
  const metadata: Record<string, string> = { ...defaults };
  for (const name of METADATA) if (typeof object[name] === 'string') metadata[name] = object[name];
  const told = withFields(readMetadata(metadata), fields);
  const nano = readTime(time);
  const common = {
    ...told,
    ...(nano !== undefined && { time: nano }),
    ...(nano === undefined && time !== undefined && time !== null && { marks: ['timestamp_invalid'] as const }),
    raw: () => stringifyJson(object),
  };
  if (!isObject(event)) return underLine(typeof event === 'string' ? event : stringifyJson(event), common, received);
  const own = parseBody(parseObject(unwrap(event), received), received);
  return {
    ...own,
    ...common,
    body: own.body,
    attributes: { ...own.attributes, ...common.attributes },
    // what the event itself calls its service tells more than a source type does
    resource: { ...common.resource, ...own.resource },
  };
}

/**
 * splunk-logging puts an object that was logged whole under `message`, beside its `severity`; the winston transport on it logs `msg`, and
 * all that winston knows as `meta`, the message once more.
 */
function unwrap(event: Json): Json {
  const { message, ...beside } = event;
  if (!isObject(message) || Object.keys(beside).some((name) => name !== 'severity')) return event;
  const { msg, meta, ...logged } = message;
  if (!isObject(meta) || meta.message !== msg) return { ...message, ...beside };
  return { ...meta, ...logged, ...beside };
}

const METADATA = ['index', 'source', 'sourcetype', 'host'] as const;

/** Under the names that OpenTelemetry's Splunk components give them. */
function readMetadata({ index, source, sourcetype, host }: Metadata): Pick<Draft, 'attributes' | 'resource'> {
  return {
    attributes: {
      ...(source !== undefined && { 'com.splunk.source': source }),
      ...(sourcetype !== undefined && { 'com.splunk.sourcetype': sourcetype }),
      ...(index !== undefined && { 'com.splunk.index': index }),
    },
    resource: {
      ...(sourcetype !== undefined && { 'service.name': sourcetype }),
      ...(host !== undefined && { 'host.name': host }),
    },
  };
}

/** OpenTelemetry's exporter puts level, service, trace and span among the fields. */
function withFields(told: Pick<Draft, 'attributes' | 'resource'>, fields: unknown): Omit<Draft, 'body'> {
  if (!isObject(fields)) return told;
  const named: Gathered = {};
  for (const [name, value] of Object.entries(fields))
    putAttribute(named, name === 'otel.log.severity.text' ? 'severity_text' : name, value as AttributeValue);
  const { severityNumber, ...read } = readFields(named);
  const number = Number(fields['otel.log.severity.number']);
  const severity = number >= 1 && number <= 24 ? number : severityNumber;
  return {
    ...read,
    ...(severity !== undefined && { severityNumber: severity }),
    attributes: { ...told.attributes, ...read.attributes },
    resource: { ...told.resource, ...read.resource },
  };
}

function attempt(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
