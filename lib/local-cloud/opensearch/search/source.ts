import { parsingError } from '../errors.ts';
import { fromMembers, isObject, membersOf, RawJson } from '../json.ts';

/** Which members of a document a hit shows: all, none, or those named. */
export type SourceFilter =
  | boolean
  | { readonly includes: readonly string[] | undefined; readonly excludes: readonly string[] };

/** Reads `_source`: a boolean, a name, a list of names or `{includes, excludes}`; names are those of top-level members. */
export function checkSource(source: unknown): SourceFilter {
  if (source === undefined || source === null) return true;
  if (typeof source === 'boolean') return source;
  if (!isObject(source)) return { includes: namesOf(source), excludes: [] };
  const { includes, excludes, ...rest } = source;
  const other = Object.keys(rest)[0];
  if (other !== undefined) throw parsingError(`Unknown key for a VALUE in [${other}].`);
  return {
    includes: includes === undefined ? undefined : namesOf(includes),
    excludes: excludes === undefined ? [] : namesOf(excludes),
  };
}

function namesOf(value: unknown): string[] {
  const names = (Array.isArray(value) ? value : [value]).map(String);
  const bad = names.find((name) => /[.*]/.test(name));
  if (bad !== undefined) throw parsingError(`[_source] takes names of top-level members here, got [${bad}]`);
  return names;
}

/** A stored document as `_source` shows it; members keep their bytes. */
export function renderSource(
  text: string,
  mappingExcludes: readonly string[],
  filter: SourceFilter,
): RawJson | undefined {
  if (filter === false) return undefined;
  const members = membersOf(text);
  for (const name of mappingExcludes) members.delete(name);
  if (filter !== true) {
    for (const name of filter.excludes) members.delete(name);
    const { includes } = filter;
    if (includes !== undefined)
      for (const name of [...members.keys()]) if (!includes.includes(name)) members.delete(name);
  }
  return new RawJson(fromMembers(members));
}
