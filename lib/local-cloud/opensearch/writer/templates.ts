import { illegalArgument, OpenSearchError } from '../errors.ts';
import { isObject } from '../json.ts';
import { flattenSettings, parseMapping } from '../mapping.ts';

/** An index template as it was put, settings flattened. */
export interface IndexTemplate {
  readonly index_patterns: readonly string[];
  readonly template: {
    readonly settings: Readonly<Record<string, string>>;
    readonly mappings: Readonly<Record<string, unknown>>;
  };
  readonly priority?: number;
  readonly version?: number;
  readonly _meta?: unknown;
}

const unknownField = (where: string, name: string) =>
  new OpenSearchError(400, { type: 'x_content_parse_exception', reason: `[${where}] unknown field [${name}]` });

/** Reads the body of `PUT _index_template`. @throws OpenSearchError */
export function parseTemplate(name: string, body: unknown): IndexTemplate {
  if (!isObject(body)) throw illegalArgument(`index template [${name}] must be an object`);
  const {
    index_patterns: patterns,
    template = {},
    priority,
    version,
    _meta,
    composed_of: composed = [],
    ...rest
  } = body;
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw unknownField('index_template', other);
  if (!Array.isArray(composed) || composed.length > 0) throw illegalArgument('[composed_of] is not supported here');
  const list = typeof patterns === 'string' ? [patterns] : patterns;
  if (!Array.isArray(list) || list.length === 0) {
    throw new OpenSearchError(400, { type: 'x_content_parse_exception', reason: 'Required [index_patterns]' });
  }
  if (!isObject(template)) throw unknownField('template', 'template');
  const { settings = {}, mappings = {}, aliases, ...more } = template;
  const extra =
    Object.keys(more)[0] ??
    (aliases !== undefined && Object.keys(aliases as object).length > 0 ? 'aliases' : undefined);
  if (extra !== undefined) throw unknownField('template', extra);
  const flat = checkSettings(settings);
  if (!isObject(mappings)) throw illegalArgument('[mappings] must be an object');
  parseMapping(mappings, flat);
  return {
    index_patterns: list.map(String),
    template: { settings: flat, mappings },
    ...(priority === undefined ? {} : { priority: Number(priority) }),
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(_meta === undefined ? {} : { _meta }),
  };
}

/** Settings that have an effect here, and those of the managed service that have none on what is answered. */
const SETTINGS =
  /^index\.(number_of_shards|number_of_replicas|auto_expand_replicas|refresh_interval|codec(\..*)?|max_result_window|analysis\..*|sort\..*|merge\..*|translog\..*|mapping\..*|search\..*|routing\..*|priority|hidden|queries\..*|query\..*|max_terms_count|max_regex_length|highlight\..*|unassigned\..*|plugins\..*)$/;

/** Flattens settings and refuses unknown ones as OpenSearch does. */
export function checkSettings(settings: unknown): Record<string, string> {
  const flat = flattenSettings(settings);
  for (const name of Object.keys(flat)) {
    if (SETTINGS.test(name)) continue;
    throw illegalArgument(
      `unknown setting [${name}] please check that any required plugins are installed, or check the breaking changes documentation for removed settings`,
    );
  }
  return flat;
}

/** Whether a pattern of `*` and literals matches a whole name. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 's').test(name);
}

/** The template that a new index of that name is made from: the matching one of highest priority. */
export function templateFor(
  name: string,
  templates: Readonly<Record<string, IndexTemplate>>,
): IndexTemplate | undefined {
  return Object.values(templates)
    .filter((template) => template.index_patterns.some((pattern) => matchesPattern(pattern, name)))
    .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0))[0];
}
