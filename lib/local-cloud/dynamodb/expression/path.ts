import { type AttributeValue, attribute, type Item } from '../attribute-value.ts';
import type { Placeholders } from './placeholders.ts';
import { RESERVED_WORDS } from './reserved-words.ts';
import type { Tokens } from './tokens.ts';

/** A document path: an attribute's name, then names in maps and indexes in lists. */
export type Path = readonly [string, ...(string | number)[]];

export function parsePath(tokens: Tokens, placeholders: Placeholders): Path {
  const path: [string, ...(string | number)[]] = [parseName(tokens, placeholders)];
  for (;;) {
    if (tokens.takeSymbol('.')) path.push(parseName(tokens, placeholders));
    else if (tokens.takeSymbol('[')) {
      if (tokens.peek().kind !== 'number') throw tokens.unexpected();
      path.push(Number(tokens.take().text));
      tokens.expectSymbol(']');
    } else return path;
  }
}

function parseName(tokens: Tokens, placeholders: Placeholders): string {
  const { kind, text } = tokens.peek();
  if (kind === 'name') {
    tokens.take();
    return placeholders.name(tokens, text);
  }
  if (kind !== 'word') throw tokens.unexpected();
  if (RESERVED_WORDS.has(text.toUpperCase())) {
    throw tokens.error(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
  }
  tokens.take();
  return text;
}

/** What is at `path`, if anything. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  const [first, ...rest] = path;
  return rest.reduce<AttributeValue | undefined>(
    (value, part) => {
      if (value === undefined) return undefined;
      if (typeof part === 'number') return 'L' in value ? value.L[part] : undefined;
      return 'M' in value ? attribute(value.M, part) : undefined;
    },
    attribute(item, first),
  );
}

/** As errors show it: `[a, b, [0]]`. */
export const showPath = (path: Path): string =>
  `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;

/** @throws AwsError when one path is another or leads into it, or when two need a place to be both a map and a list */
export function checkApart(tokens: Tokens, paths: readonly Path[]): void {
  paths.forEach((two, index) => {
    for (const one of paths.slice(0, index)) {
      const fork = one.findIndex((part, depth) => depth >= two.length || part !== two[depth]);
      const ends = fork < 0 || fork >= two.length;
      const clash = !ends && typeof one[fork] !== typeof two[fork];
      if (ends || clash) {
        throw tokens.error(
          `Two document paths ${ends ? 'overlap' : 'conflict'} with each other; must remove or rewrite one of these paths; path one: ${showPath(one)}, path two: ${showPath(two)}`,
        );
      }
    }
  });
}
