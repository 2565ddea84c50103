import type { LogEvent } from './log-event.ts';

/** How a value is written where text is needed: strings bare, absent empty, the rest as JSON. */
export function fieldText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function byPath(source: unknown, path: string): unknown {
  if (!isRecord(source)) return undefined;
  if (Object.hasOwn(source, path)) return source[path];
  // a dotted key may be stored flat, nested, or half and half
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(source, head)) continue;
    const found = byPath(source[head], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value of a field by the name the query language uses: an own field of the record, else an attribute. */
export function fieldValue(event: LogEvent, field: string): unknown {
  for (const source of [event, event.attributes, event.resource]) {
    const found = byPath(source, field);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Parts of an event that are shown by themselves, not as fields. */
const APART: ReadonlySet<string> = new Set([
  'attributes',
  'resource',
  'context',
  'payload',
  'original',
  'message',
  'marks',
  'metrics',
]);

/** All fields of an event as dotted names with their values: the record's own first, then attributes and resource by name. */
export function flatFields(event: LogEvent): readonly (readonly [name: string, value: unknown])[] {
  const own = Object.entries(event).filter(
    ([name, value]) => !APART.has(name) && value !== undefined && value !== null,
  );
  const rest = new Map<string, unknown>();
  const walk = (prefix: string, value: unknown) => {
    if (isRecord(value) && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) walk(prefix === '' ? key : `${prefix}.${key}`, inner);
    } else if (value !== undefined && value !== null && prefix !== '' && !rest.has(prefix)) rest.set(prefix, value);
  };
  walk('', event.attributes);
  walk('', event.resource);
  const names = new Set(own.map(([name]) => name));
  const flatOwn = own.flatMap<readonly [string, unknown]>(([name, value]) =>
    isRecord(value)
      ? Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner] as const)
      : [[name, value] as const],
  );
  return [...flatOwn, ...[...rest].filter(([name]) => !names.has(name)).sort(([a], [b]) => (a < b ? -1 : 1))];
}
