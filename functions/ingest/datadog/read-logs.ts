import { stringifyJson } from '../../core/json.ts';
import type { AttributeValue } from '../../core/log-record.ts';
import { parseSeverity } from '../../core/severity.ts';
import { type Draft, SYSLOG_SEVERITIES } from '../draft.ts';
import { underLine } from '../parse/parse-body.ts';
import { addAttribute, type Gathered } from '../put-attribute.ts';
import { readObject } from '../read-object.ts';
import { readSpanId, readTraceId } from '../trace-id.ts';
import { keepTwins } from '../twins.ts';
import { readJson } from '../wire/read-json.ts';

type Json = Readonly<Record<string, unknown>>;

/** Members that may also stand in the query string, for all entries. */
const COMMON = ['ddsource', 'service', 'ddtags', 'hostname'] as const;
export type CommonMembers = Readonly<Partial<Record<(typeof COMMON)[number], string>>>;

export function readCommon(query: URLSearchParams): CommonMembers {
  const common: Record<string, string> = {};
  for (const name of COMMON) {
    const value = query.get(name);
    if (value) common[name] = value;
  }
  return common;
}

/** Reads one entry of Datadog's intake; a message that is JSON itself is hoisted, as Datadog does. */
export function readEntry(entry: Json, common: CommonMembers, received: number): Draft {
  const { ddtags, status, level, severity, message, ...members }: Json = { ...common, ...entry };
  const inner = typeof message === 'string' && message.startsWith('{') ? attempt(message) : undefined;
  const hoisted = isObject(inner) ? inner : undefined;
  // what stands beside the message was told by the agent, and names the service rightly
  const own = readObject({
    ...hoisted,
    ...members,
    ...(hoisted === undefined && message !== undefined && { message }),
  });
  const word = [status, level, severity, hoisted?.status, hoisted?.level, hoisted?.severity].find(isLevel);
  const tags = readTags(typeof ddtags === 'string' ? ddtags : '');
  const traceId = tags.traceId ?? own.traceId;
  const spanId = tags.spanId ?? own.spanId;
  const draft: Draft = {
    ...own,
    ...(word !== undefined && { severityNumber: severityOf(word), severityText: String(word) }),
    attributes: { ...own.attributes, ...tags.attributes },
    resource: { ...tags.resource, ...own.resource },
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    ...(hoisted !== undefined && { original: message as string }),
    raw: () => stringifyJson(entry),
  };
  // the agent sends lines as they are, so what it does not tell is looked for in them
  const read = hoisted === undefined && typeof message === 'string' ? underLine(message, draft, received) : draft;
  return keepTwins(keepTwins(read, hoisted), entry);
}

const isLevel = (value: unknown): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && value !== '');

/** Datadog's status remapper (https://docs.datadoghq.com/logs/log_configuration/processors/#log-status-remapper). */
function severityOf(status: string | number): number {
  const text = String(status).trim().toLowerCase();
  if (/^\d$/.test(text)) return SYSLOG_SEVERITIES[Number(text)] ?? INFO;
  return parseSeverity(text) ?? PREFIXES.find(([prefix]) => prefix.test(text))?.[1] ?? INFO;
}
const INFO = 9;
const PREFIXES: readonly (readonly [RegExp, number])[] = [
  [/^emerg/, 23],
  [/^f/, 21],
  [/^a/, 22],
  [/^c/, 21],
  [/^e/, 17],
  [/^w/, 13],
  [/^n/, 10],
  [/^i/, 9],
  [/^[dtv]/, 5],
];

/** `env:prod,version:1.2,team:a,team:b`: `env` and `version` are the resource's, names that repeat make a list. */
function readTags(ddtags: string) {
  const attributes: Gathered = {};
  const resource: Gathered = {};
  let traceId: string | undefined;
  let spanId: string | undefined;
  for (const tag of ddtags.split(',')) {
    const text = tag.trim();
    if (text === '') continue;
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value: AttributeValue = colon < 0 ? true : text.slice(colon + 1);
    if (name === 'env' && typeof value === 'string') resource['deployment.environment.name'] = value;
    else if (name === 'version' && typeof value === 'string') resource['service.version'] = value;
    else if (name === 'trace_id' && typeof value === 'string')
      traceId = readTraceId(value) ?? decimal(value, 32) ?? value;
    else if (name === 'span_id' && typeof value === 'string') spanId = readSpanId(value) ?? decimal(value, 16) ?? value;
    else addAttribute(attributes, name, value);
  }
  return { attributes, resource, traceId, spanId };
}

/** Datadog writes 64-bit ids in decimal digits. */
function decimal(text: string, digits: number): string | undefined {
  return /^\d{1,20}$/.test(text) && text !== '0' ? BigInt(text).toString(16).padStart(digits, '0') : undefined;
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
