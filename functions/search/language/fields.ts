/**
 * Which part of an event a field name of the language means. The record's own fields have a short name and the spellings of
 * OpenTelemetry; every other name is the dotted key of an attribute or resource attribute.
 */
export type Target =
  /** Values under a dotted key, of attributes and resource alike. */
  | { readonly kind: 'attribute'; readonly key: string }
  /** Severity, compared by class. */
  | { readonly kind: 'level' }
  /** OpenTelemetry's severity number. */
  | { readonly kind: 'severityNumber' }
  | { readonly kind: 'time'; readonly of: 'time' | 'observed' }
  | { readonly kind: 'id' }
  /** A text of words: `field:value` finds words in it, not the whole. */
  | { readonly kind: 'text'; readonly of: 'body' | 'original' };

interface KnownField {
  /** The name to show and to complete. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly target: Target;
  readonly about: string;
}

const attribute = (key: string): Target => ({ kind: 'attribute', key });

/** Every field of the record that has a name of its own. */
export const KNOWN_FIELDS: readonly KnownField[] = [
  {
    name: 'level',
    aliases: ['severity', 'severity_text', 'severityText', 'log.level'],
    target: { kind: 'level' },
    about: 'severity class',
  },
  {
    name: 'severity_number',
    aliases: ['severityNumber'],
    target: { kind: 'severityNumber' },
    about: 'OpenTelemetry severity, 1 to 24',
  },
  {
    name: 'service',
    aliases: ['service.name'],
    target: attribute('service.name'),
    about: 'service that wrote the event',
  },
  {
    name: 'environment',
    aliases: ['env', 'deployment.environment.name'],
    target: attribute('deployment.environment.name'),
    about: 'environment',
  },
  {
    name: 'host',
    aliases: ['host.name'],
    target: attribute('host.name'),
    about: 'host',
  },
  {
    name: 'service_version',
    aliases: ['service.version'],
    target: attribute('service.version'),
    about: 'version of the service',
  },
  {
    name: 'message',
    aliases: ['body'],
    target: { kind: 'text', of: 'body' },
    about: 'words of the message',
  },
  {
    name: 'original',
    aliases: [],
    target: { kind: 'text', of: 'original' },
    about: 'words of the line as it came',
  },
  {
    name: 'trace_id',
    aliases: ['traceId', 'trace.id', 'TraceId'],
    target: attribute('trace_id'),
    about: 'trace',
  },
  {
    name: 'span_id',
    aliases: ['spanId', 'span.id', 'SpanId'],
    target: attribute('span_id'),
    about: 'span',
  },
  {
    name: 'correlation_id',
    aliases: [],
    target: attribute('correlation_id'),
    about: 'correlation id',
  },
  {
    name: 'request_id',
    aliases: [],
    target: attribute('request_id'),
    about: 'request id',
  },
  { name: 'user_id', aliases: [], target: attribute('user_id'), about: 'user' },
  {
    name: 'ticket_id',
    aliases: [],
    target: attribute('ticket_id'),
    about: 'ticket of a workflow execution',
  },
  {
    name: 'status',
    aliases: [],
    target: attribute('status'),
    about: 'status of a workflow execution',
  },
  {
    name: 'category',
    aliases: [],
    target: attribute('category'),
    about: 'category of a workflow execution',
  },
  {
    name: 'tags',
    aliases: [],
    target: attribute('tags'),
    about: 'tags, any of them',
  },
  {
    name: 'provider',
    aliases: [],
    target: attribute('provider'),
    about: 'provider it was pulled from',
  },
  {
    name: 'source',
    aliases: [],
    target: attribute('source'),
    about: 'protocol it came by',
  },
  {
    name: 'source.client',
    aliases: [],
    target: attribute('source.client'),
    about: 'client that sent it',
  },
  {
    name: 'event_name',
    aliases: ['eventName', 'event.name'],
    target: attribute('event_name'),
    about: 'OpenTelemetry event name',
  },
  {
    name: 'scope',
    aliases: ['scope.name'],
    target: attribute('scope'),
    about: 'instrumentation scope',
  },
  {
    name: 'marks',
    aliases: [],
    target: attribute('marks'),
    about: 'what was filled in on arrival',
  },
  {
    name: 'time',
    aliases: ['timestamp', '@timestamp'],
    target: { kind: 'time', of: 'time' },
    about: 'event time',
  },
  {
    name: 'received_at',
    aliases: ['observed_timestamp', 'ingested_at'],
    target: { kind: 'time', of: 'observed' },
    about: 'receive time',
  },
  { name: 'id', aliases: [], target: { kind: 'id' }, about: 'event id' },
];

const TARGETS: ReadonlyMap<string, Target> = new Map(
  KNOWN_FIELDS.flatMap(({ name, aliases, target }) =>
    [name, ...aliases].map((spelling) => [spelling, target] as const),
  ),
);
const NAME_OF_KEY: ReadonlyMap<string, string> = new Map(
  KNOWN_FIELDS.flatMap(({ name, target }) => (target.kind === 'attribute' ? [[target.key, name] as const] : [])),
);

const PLAIN = 'attributes.';

/** Whether a name is one of the record's own fields. */
export const isKnownField = (name: string): boolean => TARGETS.has(name);

/** What a field name means. `attributes.<key>` is always the key itself, whatever the short names are. */
export function resolveField(name: string): Target {
  const known = TARGETS.get(name);
  if (known !== undefined) return known;
  return attribute(name.startsWith(PLAIN) && name.length > PLAIN.length ? name.slice(PLAIN.length) : name);
}

/** The field name that means an attribute's key, for a query made from an event. */
export function toFieldName(key: string): string {
  const short = NAME_OF_KEY.get(key);
  if (short !== undefined) return short;
  return TARGETS.has(key) || key.startsWith(PLAIN) ? PLAIN + key : key;
}
