import { checkFormat, DEFAULT_FORMAT } from './dates.ts';
import { illegalArgument, mapperParsing } from './errors.ts';
import { isObject } from './json.ts';

/** A mapped field, as far as the subset goes. Integers are told apart by their range only. */
export type Field =
  | { readonly kind: 'keyword' }
  | { readonly kind: 'text'; readonly gap: number; readonly maxTokenLength: number }
  | { readonly kind: 'date'; readonly format: string }
  | {
      readonly kind: 'integer';
      readonly type: 'byte' | 'short' | 'integer';
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'double' };

/** An index's mapping, checked and ready for use. */
export interface Mapping {
  readonly fields: Readonly<Record<string, Field>>;
  /** Top-level names kept out of `_source`. */
  readonly excludes: readonly string[];
  /** The date field that segments are sorted by (newest first): the first one of the mapping. */
  readonly sortField: string | undefined;
}

const INTEGERS = {
  byte: { min: -128, max: 127 },
  short: { min: -32768, max: 32767 },
  integer: { min: -2147483648, max: 2147483647 },
} as const;

/** Parameters without effect on what the subset answers. */
const HARMLESS = new Set(['type', 'norms', 'doc_values', 'index', 'store', 'index_options', 'eager_global_ordinals']);

/** Reads mapping and index settings together (a text field's analyzer is defined by the settings). @throws OpenSearchError */
export function parseMapping(mappings: unknown, settings: Readonly<Record<string, unknown>>): Mapping {
  if (!isObject(mappings)) throw mapperParsing('mapping must be an object');
  for (const key of Object.keys(mappings)) {
    if (!['dynamic', '_source', 'properties', '_meta'].includes(key)) {
      throw mapperParsing(`Root mapping definition has unsupported parameters:  [${key} : ${String(mappings[key])}]`);
    }
  }
  if (String(mappings.dynamic) !== 'false') {
    throw illegalArgument(
      'the local OpenSearch needs [dynamic] to be false in the mapping: it adds no fields by itself',
    );
  }
  const properties = mappings.properties ?? {};
  if (!isObject(properties)) throw mapperParsing('[properties] must be an object');
  const fields: Record<string, Field> = {};
  for (const [name, definition] of Object.entries(properties)) fields[name] = parseField(name, definition, settings);
  const sortField = Object.keys(properties).find((name) => fields[name]?.kind === 'date');
  return { fields, excludes: parseExcludes(mappings._source), sortField };
}

function parseExcludes(source: unknown): string[] {
  if (source === undefined) return [];
  if (!isObject(source)) throw mapperParsing('[_source] must be an object');
  const { excludes = [], ...rest } = source;
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw mapperParsing(`unknown parameter [${other}] on metadata field [_source]`);
  const names = Array.isArray(excludes) ? excludes.map(String) : [String(excludes)];
  for (const name of names) {
    if (/[.*]/.test(name)) throw mapperParsing(`[_source.excludes] takes top-level names only here, got [${name}]`);
  }
  return names;
}

function parseField(name: string, definition: unknown, settings: Readonly<Record<string, unknown>>): Field {
  if (name.includes('.')) throw mapperParsing(`field names with a dot are not supported here, got [${name}]`);
  if (!isObject(definition)) throw mapperParsing(`Expected map for property [fields] on field [${name}]`);
  const known = { text: ['analyzer', 'position_increment_gap'], date_nanos: ['format'] }[String(definition.type)] ?? [];
  for (const key of Object.keys(definition)) {
    if (!HARMLESS.has(key) && !known.includes(key)) {
      throw mapperParsing(`unknown parameter [${key}] on mapper [${name}] of type [${String(definition.type)}]`);
    }
  }
  switch (definition.type) {
    case 'keyword':
      return { kind: 'keyword' };
    case 'double':
      return { kind: 'double' };
    case 'byte':
    case 'short':
    case 'integer':
      return { kind: 'integer', type: definition.type, ...INTEGERS[definition.type] };
    case 'date_nanos':
      return { kind: 'date', format: checkFormat(String(definition.format ?? DEFAULT_FORMAT)) };
    case 'text': {
      const maxTokenLength = tokenLengthOf(name, definition.analyzer, settings);
      return { kind: 'text', gap: Number(definition.position_increment_gap ?? 100), maxTokenLength };
    }
    default:
      throw mapperParsing(`No handler for type [${String(definition.type)}] declared on field [${name}]`);
  }
}

/** Checks that an analyzer only cuts at blanks, and answers its greatest token length in UTF-16 units. */
function tokenLengthOf(field: string, analyzer: unknown, settings: Readonly<Record<string, unknown>>): number {
  if (analyzer === 'whitespace') return 255;
  const prefix = 'index.analysis.';
  const of = (key: string) => settings[prefix + key];
  const base = `analyzer.${String(analyzer)}.`;
  const type = of(`${base}type`);
  const tokenizer = of(`${base}tokenizer`);
  if (analyzer === undefined || (type === undefined && tokenizer === undefined)) {
    throw mapperParsing(`analyzer [${String(analyzer)}] has not been configured in mappings (field [${field}])`);
  }
  if (type === 'whitespace') return 255;
  const extra = Object.keys(settings).find(
    (key) => key.startsWith(prefix + base) && !['type', 'tokenizer'].includes(key.slice((prefix + base).length)),
  );
  if (extra !== undefined) throw illegalArgument(`[${extra}] is not supported here: words are cut at blanks only`);
  if (tokenizer === 'whitespace') return 255;
  const custom = `tokenizer.${String(tokenizer)}.`;
  if (of(`${custom}type`) !== 'whitespace') {
    throw illegalArgument(
      `tokenizer [${String(tokenizer)}] of analyzer [${String(analyzer)}] is not supported here, only whitespace`,
    );
  }
  return Number(of(`${custom}max_token_length`) ?? 255);
}

/** `{index: {a: {b: 1}}}`, `{"index.a.b": 1}` and `{a: …}` all as `{"index.a.b": "1"}`, the form OpenSearch keeps. */
export function flattenSettings(settings: unknown): Record<string, string> {
  const flat: Record<string, string> = {};
  const visit = (value: unknown, path: string) => {
    if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) visit(member, path === '' ? key : `${path}.${key}`);
    } else if (value !== null && value !== undefined) {
      flat[path === 'index' || path.startsWith('index.') ? path : `index.${path}`] = Array.isArray(value)
        ? value.join(',')
        : String(value);
    }
  };
  visit(settings, '');
  return flat;
}

/** The inverse of `flattenSettings`. */
export function nestSettings(flat: Readonly<Record<string, string>>): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    let node = nested;
    for (const name of names.slice(0, -1)) {
      const next = isObject(node[name]) ? (node[name] as Record<string, unknown>) : {};
      node[name] = next;
      node = next;
    }
    node[names.at(-1) as string] = value;
  }
  return nested;
}
