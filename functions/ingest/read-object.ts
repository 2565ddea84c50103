import { stringifyJson } from '../core/json.ts';
import type { Attributes, AttributeValue, Mark } from '../core/log-record.ts';
import type { UnixNano } from '../core/unix-nano.ts';
import { type Draft, readSeverity, readTime } from './draft.ts';
import { type Gathered, putAttribute } from './put-attribute.ts';
import { readSpanId, readTraceId, readXRayTraceId } from './trace-id.ts';

/** Where shippers put what we know by name, in the order they are tried (ingest reference, section 2). */
const NAMES = {
  time: 'timestamp @timestamp time ts date datetime dt _time @t eventTime ISODATE executed_at',
  level:
    'level LEVEL Level log.level severity SEVERITY Severity SeverityText severity_text lvl LVL Lvl levelname @l status PRIORITY',
  service:
    'service.name service_name service app application app_name name app_kubernetes_io_name container container_name k8s_container_name component workload job k8s_job_name PROGRAM ident logger',
  message: 'message msg MESSAGE log short_message body event @m @mt text',
  environment: 'deployment.environment.name deployment.environment service.environment environment env',
  version: 'service.version service_version',
  host: 'host.name host hostname HOST _HOSTNAME',
  trace: 'trace_id traceId trace.id dd.trace_id otelTraceID logging.googleapis.com/trace xray_trace_id',
  span: 'span_id spanId span.id dd.span_id otelSpanID logging.googleapis.com/spanId',
} as const;
type Role = keyof typeof NAMES;

interface Rank {
  readonly role: Role;
  /** Lower is tried first. */
  readonly order: number;
}

const RANKS: ReadonlyMap<string, Rank> = new Map(
  Object.entries(NAMES).flatMap(([role, names]) =>
    names.split(' ').map((name, order) => [name, { role: role as Role, order }] as const),
  ),
);

/** Members of Elastic's common schema that hold what we know one level down. */
const NESTED: Readonly<Record<string, readonly string[]>> = {
  log: ['level'],
  service: ['name', 'version', 'environment'],
  host: ['name'],
  trace: ['id'],
  span: ['id'],
};

type Json = Readonly<Record<string, unknown>>;

interface Found {
  readonly order: number;
  readonly name: string;
  /** Of a nested member. */
  readonly inner?: string;
  readonly value: unknown;
}

/**
 * Reads a JSON object of any shape: what we know by name becomes the record's own, the rest attributes. Nothing is refused, and what is
 * known by name but cannot be read stays an attribute.
 */
export function readObject(object: Json): Draft {
  const found = find(object, ALL);
  return Object.assign(toFields(object, found), {
    body: (found.message?.value as AttributeValue | undefined) ?? stringifyJson(object),
    raw: () => stringifyJson(object),
  });
}

/** Labels, tags and fields that stand beside a message and its time: all but these two may be found among them. */
export const readFields = (object: Json, level = true): Omit<Draft, 'body'> =>
  toFields(object, find(object, level ? BESIDE : NAMES_ALONE));

const ROLES = Object.keys(NAMES) as Role[];
const ALL: ReadonlySet<Role> = new Set(ROLES);
const BESIDE: ReadonlySet<Role> = new Set([...ALL].filter((role) => role !== 'message' && role !== 'time'));
const NAMES_ALONE: ReadonlySet<Role> = new Set([...BESIDE].filter((role) => role !== 'level'));

interface AllFound extends Partial<Record<Role, Found>> {
  /** Stands where a time should, and is none. */
  badTime?: unknown;
  /** A level by its name, in a word of the client's own. */
  unknownLevel?: string | undefined;
}

function find(object: Json, roles: ReadonlySet<Role>): AllFound {
  const found: AllFound = {};
  for (const name in object) {
    const rank = RANKS.get(name);
    const value = object[name];
    // a status is a level only as a word: numbers are exit codes and HTTP's
    if (rank !== undefined && roles.has(rank.role) && !(name === 'status' && typeof value === 'number')) {
      const before = found[rank.role];
      if (before === undefined || rank.order < before.order) {
        const read = READERS[rank.role](value);
        if (read !== undefined) found[rank.role] = { order: rank.order, name, value: read };
        else if (rank.role === 'time' && value !== null) found.badTime = value;
        else if (rank.role === 'level' && name !== 'status') found.unknownLevel ??= text(value);
      }
    }
    if (typeof value === 'object' && value !== null && Object.hasOwn(NESTED, name))
      readNested(found, roles, name, value as Json);
  }
  return found;
}

type Writable<T> = { -readonly [member in keyof T]: T[member] };

// written member by member: this runs for every event, and spreading conditions costs a fifth of it
function toFields(object: Json, found: AllFound): Omit<Draft, 'body'> {
  const { time, level, service, version, environment, host, trace, span, badTime, unknownLevel } = found;
  const resource: Gathered = {};
  if (service !== undefined) resource['service.name'] = service.value as string;
  if (version !== undefined) resource['service.version'] = version.value as string;
  if (environment !== undefined) resource['deployment.environment.name'] = environment.value as string;
  if (host !== undefined) resource['host.name'] = host.value as string;
  const fields: Writable<Omit<Draft, 'body'>> = { attributes: rest(object, found), resource };
  if (time !== undefined) fields.time = time.value as UnixNano;
  else if (badTime !== undefined) fields.marks = [markOfTime(badTime)];
  if (level !== undefined) Object.assign(fields, level.value as LevelFound);
  else if (unknownLevel !== undefined) fields.severityText = unknownLevel;
  if (trace !== undefined) fields.traceId = trace.value as string;
  if (span !== undefined) fields.spanId = span.value as string;
  return fields;
}

function readNested(found: AllFound, roles: ReadonlySet<Role>, name: string, value: Json): void {
  for (const inner of NESTED[name] ?? []) {
    const rank = RANKS.get(`${name}.${inner}`);
    if (rank === undefined || !roles.has(rank.role) || !Object.hasOwn(value, inner)) continue;
    const before = found[rank.role];
    const read = READERS[rank.role](value[inner]);
    if (read !== undefined && (before === undefined || rank.order < before.order))
      found[rank.role] = { order: rank.order, name, inner, value: read };
  }
}

/** The members that nothing was made of. */
function rest(object: Json, found: AllFound): Gathered {
  const attributes: Gathered = {};
  const taken: Found[] = [];
  for (const role of ROLES) {
    const one = found[role];
    if (one !== undefined) taken.push(one);
  }
  for (const name in object) {
    const value = object[name];
    if (value === undefined) continue;
    const use = taken.find((one) => one.name === name);
    if (use === undefined) putAttribute(attributes, name, value as AttributeValue);
    else if (use.inner !== undefined) {
      const left = Object.entries(value as Json).filter(
        ([inner]) => !taken.some((one) => one.name === name && one.inner === inner),
      );
      if (left.length > 0) putAttribute(attributes, name, Object.fromEntries(left) as Attributes);
    }
  }
  return attributes;
}

interface LevelFound {
  readonly severityNumber: number;
  readonly severityText: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const READERS: Readonly<Record<Role, (value: unknown) => unknown>> = {
  time: readTime,
  level: (value): LevelFound | undefined => {
    const severityNumber = typeof value === 'string' || typeof value === 'number' ? readSeverity(value) : undefined;
    return severityNumber === undefined ? undefined : { severityNumber, severityText: String(value) };
  },
  service: text,
  environment: text,
  version: text,
  host: text,
  // a nested object of such a name (`event` and `log` of Elastic's common schema) is no message
  message: (value) => (typeof value === 'object' || value === undefined ? undefined : value),
  trace: readTrace,
  span: (value) => readSpanId(value) ?? decimalId(value, 16) ?? text(value),
};

/** OpenTelemetry's form, Datadog's decimal 64 bits, Google's resource name, X-Ray's form, or what a client calls its trace id. */
function readTrace(value: unknown): string | undefined {
  const id = readTraceId(value) ?? decimalId(value, 32);
  if (id !== undefined || typeof value !== 'string') return id;
  const google = /^projects\/[^/]+\/traces\/([0-9a-f]{32})$/i.exec(value)?.[1];
  return readTraceId(google) ?? (value.includes(';') ? undefined : readXRayTraceId(value)) ?? text(value);
}

/** Datadog writes 64-bit ids in decimal digits. */
function decimalId(value: unknown, hexDigits: number): string | undefined {
  if (typeof value !== 'bigint' && !(typeof value === 'string' && /^\d{17,20}$/.test(value))) return undefined;
  const id = BigInt(value);
  return id > 0n && id < 1n << 64n ? id.toString(16).padStart(hexDigits, '0') : undefined;
}

/** A time that no clock of ours can hold is told from one that is none. */
const markOfTime = (value: unknown): Mark =>
  typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && /^[+-]?\d{4,}/.test(value))
    ? 'timestamp_out_of_range'
    : 'timestamp_invalid';
