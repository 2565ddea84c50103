import type { AttributeValue, Item } from '../attribute-value.ts';
import { checkApart, type Path, parsePath, valueAt } from './path.ts';
import type { Placeholders } from './placeholders.ts';
import { Tokens } from './tokens.ts';

/** Parses a `ProjectionExpression`. @throws AwsError */
export function parseProjection(text: string, placeholders: Placeholders): readonly Path[] {
  const tokens = new Tokens('ProjectionExpression', text);
  const paths = [parsePath(tokens, placeholders)];
  while (tokens.takeSymbol(',')) paths.push(parsePath(tokens, placeholders));
  tokens.expectEnd();
  checkApart(tokens, paths);
  return paths;
}

/** What of an item is at `paths`, in maps and lists as it was; chosen elements of a list close up. */
export function project(item: Item, paths: readonly Path[]): Item {
  return projectMap(
    item,
    paths.filter((path) => valueAt(item, path) !== undefined),
  );
}

type Tail = readonly (string | number)[];

function projectMap(map: Item, paths: readonly Tail[]): Item {
  const chosen = new Map<string, AttributeValue>();
  for (const [name, tails] of byFirst(paths)) {
    const value = map[name as string];
    if (value !== undefined) chosen.set(name as string, projectValue(value, tails));
  }
  return Object.fromEntries(chosen);
}

function projectValue(value: AttributeValue, tails: readonly Tail[]): AttributeValue {
  if (tails.some((tail) => tail.length === 0)) return value;
  if ('M' in value) return { M: projectMap(value.M, tails) };
  if (!('L' in value)) return value;
  const elements = [...byFirst(tails)].sort(([a], [b]) => Number(a) - Number(b));
  return {
    L: elements.flatMap(([index, rest]) => {
      const element = value.L[Number(index)];
      return element === undefined ? [] : [projectValue(element, rest)];
    }),
  };
}

function byFirst(paths: readonly Tail[]): Map<string | number, Tail[]> {
  const groups = new Map<string | number, Tail[]>();
  for (const [first, ...rest] of paths) {
    if (first === undefined) continue;
    const group = groups.get(first) ?? [];
    group.push(rest);
    groups.set(first, group);
  }
  return groups;
}
