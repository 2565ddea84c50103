import { isObject } from '../json.ts';

type Pattern = readonly string[];

/** Keeps the members of an answer that `filter_path` names: dotted paths with `*` in names and `**` for any depth, `-` leaves out. */
export function filterPath(value: unknown, expression: string): unknown {
  const parts = expression.split(',').filter((part) => part !== '');
  const includes = parts.filter((part) => !part.startsWith('-')).map((part) => part.split('.'));
  const excludes = parts.filter((part) => part.startsWith('-')).map((part) => part.slice(1).split('.'));
  const kept = includes.length === 0 ? value : (keep(value, includes) ?? {});
  return excludes.length === 0 ? kept : drop(kept, excludes);
}

function nameMatches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}

/** What is left of the patterns one level down, at a member called `name`. */
function descend(patterns: readonly Pattern[], name: string): readonly Pattern[] {
  // the items of a bulk have the same few names
  const below = BELOW.get(patterns) ?? new Map<string, readonly Pattern[]>();
  BELOW.set(patterns, below);
  const found = below.get(name) ?? findBelow(patterns, name);
  below.set(name, found);
  return found;
}

const BELOW = new WeakMap<readonly Pattern[], Map<string, readonly Pattern[]>>();

function findBelow(patterns: readonly Pattern[], name: string): Pattern[] {
  return patterns.flatMap(([head = '', ...rest]): Pattern[] => {
    if (head !== '**') return nameMatches(head, name) ? [rest] : [];
    const [next] = rest;
    return next !== undefined && nameMatches(next, name) ? [rest.slice(1), [head, ...rest]] : [[head, ...rest]];
  });
}

function keep(value: unknown, patterns: readonly Pattern[]): unknown {
  if (patterns.some((pattern) => pattern.length === 0 || (pattern.length === 1 && pattern[0] === '**'))) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => keep(item, patterns)).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return undefined;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const below = descend(patterns, name);
    const kept = below.length === 0 ? undefined : keep(member, below);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function drop(value: unknown, patterns: readonly Pattern[]): unknown {
  if (Array.isArray(value)) return value.map((item) => drop(item, patterns));
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const below = descend(patterns, name);
    return below.some((pattern) => pattern.length === 0) ? [] : [[name, drop(member, below)] as const];
  });
  return Object.fromEntries(members);
}
