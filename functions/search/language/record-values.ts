import type { Attributes, AttributeValue, LogRecord } from '../../core/log-record.ts';

/** A value without parts; `null` counts as absent. */
export type Scalar = string | number | bigint | boolean;

/** A scalar as a text: what equality, patterns and free text see. */
export function toText(value: Scalar): string {
  if (typeof value === 'string') return value;
  return Object.is(value, -0) ? '0' : String(value);
}

/** Longer keys are kept in the event but cannot be asked for by name. UTF-16 units. */
const MAX_KEY = 1024;

/** Whether a key can be asked for: control characters separate the parts of stored pairs. */
export const isAskable = (key: string): boolean => key.length <= MAX_KEY && !/\p{Cc}/u.test(key) && key.isWellFormed();

type Visit = (key: string, value: Scalar) => void;

/** Calls `visit` for every scalar below `value`; objects extend the key by a dot, members of arrays share it. */
export function eachScalar(key: string, value: AttributeValue, visit: Visit): void {
  if (typeof value !== 'object') {
    visit(key, value);
    return;
  }
  if (value === null) return;
  // a stack of our own: nesting is the sender's choice
  const pending: [string, AttributeValue][] = [[key, value]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, node] = next;
    if (typeof node !== 'object') visit(path, node);
    else if (Array.isArray(node)) for (let at = node.length - 1; at >= 0; at--) pending.push([path, node[at]]);
    else if (node !== null) {
      const members = Object.entries(node);
      for (let at = members.length - 1; at >= 0; at--) {
        const [name, member] = members[at] as [string, AttributeValue];
        pending.push([`${path}.${name}`, member]);
      }
    }
  }
}

/** What the record knows of itself, under keys of its own beside those of attributes and resource. */
export function eachOwn(record: LogRecord, visit: Visit): void {
  if (record.traceId !== undefined) visit('trace_id', record.traceId);
  if (record.spanId !== undefined) visit('span_id', record.spanId);
  if (record.eventName !== undefined) visit('event_name', record.eventName);
  if (record.scope !== undefined) {
    visit('scope', record.scope.name);
    if (record.scope.version !== undefined) visit('scope.version', record.scope.version);
  }
  visit('source', record.source.protocol);
  if (record.source.client !== undefined) visit('source.client', record.source.client);
  if (record.marks !== undefined) for (const mark of record.marks) visit('marks', mark);
}

/** Every key and scalar that a query can ask for by name. */
export function eachValue(record: LogRecord, visit: Visit): void {
  eachMember(record.attributes, visit);
  eachMember(record.resource, visit);
  eachOwn(record, visit);
}

function eachMember(attributes: Attributes, visit: Visit): void {
  for (const key in attributes) eachScalar(key, attributes[key] as AttributeValue, visit);
}

/** Reads the values under a dotted key, however the dots are spread over nesting. */
export function makeValueReader(key: string): (record: LogRecord) => readonly Scalar[] {
  if (!isAskable(key)) return () => [];
  const own = OWN[key];
  const cuts = cutsOf(key);
  return (record) => {
    const found: Scalar[] = [];
    collect(record.attributes, key, cuts, found);
    collect(record.resource, key, cuts, found);
    if (own !== undefined) {
      const value = own(record);
      if (typeof value === 'string') found.push(value);
      else if (value !== undefined) found.push(...value);
    }
    return found;
  };
}

const OWN: Readonly<Record<string, ((record: LogRecord) => string | readonly string[] | undefined) | undefined>> = {
  __proto__: null as never,
  trace_id: (record) => record.traceId,
  span_id: (record) => record.spanId,
  event_name: (record) => record.eventName,
  scope: (record) => record.scope?.name,
  'scope.version': (record) => record.scope?.version,
  source: (record) => record.source.protocol,
  'source.client': (record) => record.source.client,
  marks: (record) => record.marks,
};

/** A dotted key cut in two, at each of its dots. */
interface Cut {
  readonly head: string;
  readonly rest: string;
}

function cutsOf(key: string): readonly Cut[] {
  const cuts: Cut[] = [];
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1))
    cuts.push({ head: key.slice(0, dot), rest: key.slice(dot + 1) });
  return cuts;
}

function collect(attributes: Attributes, key: string, cuts: readonly Cut[], found: Scalar[]): void {
  const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  if (typeof value === 'object') eachScalar(key, value, (path, scalar) => path === key && found.push(scalar));
  else if (value !== undefined) found.push(value);
  for (const { head, rest } of cuts) {
    const below = Object.hasOwn(attributes, head) ? attributes[head] : undefined;
    if (typeof below === 'object' && below !== null) collectBelow(below, rest, found);
  }
}

function collectBelow(value: AttributeValue, key: string, found: Scalar[]): void {
  if (Array.isArray(value)) {
    for (const member of value) if (typeof member === 'object' && member !== null) collectBelow(member, key, found);
  } else collect(value as Attributes, key, cutsOf(key), found);
}

/** Whether any value stands under a key or, as its name is a prefix, below it. */
export function makeExistence(key: string): (record: LogRecord) => boolean {
  if (!isAskable(key)) return () => false;
  const below = `${key}.`;
  return (record) => {
    let found = false;
    eachValue(record, (path) => {
      if (!found && (path === key || path.startsWith(below)) && isAskable(path)) found = true;
    });
    return found;
  };
}

/** The message: a body that is text or scalar as text, any other as compact JSON, undefined where there is none. */
export function messageOf(record: LogRecord): string | undefined {
  const { body } = record;
  if (body === null || body === undefined) return undefined;
  return typeof body === 'object' ? toJsonText(body) : toText(body);
}

function toJsonText(value: AttributeValue): string {
  return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? JSON.rawJSON(String(member)) : member));
}

/**
 * Whether any text that came inside the event passes: message, attribute values, the original line, and trace and span ids unless we made
 * them. Not the resource, which often comes from hints of the request, and nothing that we derived.
 */
export function someText(record: LogRecord, test: (text: string) => boolean): boolean {
  const message = messageOf(record);
  if (message !== undefined && test(message)) return true;
  const { attributes } = record;
  let found = false;
  for (const key in attributes) {
    const value = attributes[key] as AttributeValue;
    if (typeof value !== 'object') {
      if (test(toText(value))) return true;
    } else if (value !== null) {
      eachScalar(key, value, (_path, scalar) => {
        found ||= test(toText(scalar));
      });
      if (found) return true;
    }
  }
  eachTextBesideAttributes(record, message, (text) => {
    found ||= test(text);
  });
  return found;
}

/** The texts of `someText` besides message and attribute values; an original line that is the message counts once. */
export function eachTextBesideAttributes(
  record: LogRecord,
  message: string | undefined,
  visit: (text: string) => void,
): void {
  if (record.original !== undefined && record.original !== message) visit(record.original);
  if (record.traceId !== undefined && record.marks?.includes('trace_id_made') !== true) visit(record.traceId);
  if (record.spanId !== undefined) visit(record.spanId);
}
