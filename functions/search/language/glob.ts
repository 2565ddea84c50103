/** Patterns of `*` and `?` in canonical form: a backslash makes the next `*`, `?` or backslash plain (as OpenSearch's `wildcard` has it). */
import { fold, isIdeograph, isWordCharacter } from './words.ts';

export type GlobPart =
  | { readonly kind: 'many' }
  | { readonly kind: 'one' }
  | { readonly kind: 'plain'; readonly text: string };

/** Takes a canonical pattern apart. */
export function parseGlob(pattern: string): GlobPart[] {
  const parts: GlobPart[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'plain', text: plain });
    plain = '';
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (character === '\\' && at + 1 < pattern.length) plain += pattern[++at];
    else if (character === '*' || character === '?') {
      flush();
      parts.push({ kind: character === '*' ? 'many' : 'one' });
    } else plain += character;
  }
  flush();
  return parts;
}

/** Plain text as part of a canonical pattern. */
export const escapeGlob = (text: string): string => text.replace(/[*?\\]/g, '\\$&');

/** The pattern folded, for texts that are folded too. */
export const foldGlob = (pattern: string): string =>
  parseGlob(pattern)
    .map((part) => (part.kind === 'plain' ? escapeGlob(fold(part.text)) : part.kind === 'many' ? '*' : '?'))
    .join('');

/** Whether a pattern is plain text of word characters and wildcards alone: it then stands for one word. */
export const isWordGlob = (pattern: string): boolean =>
  parseGlob(pattern).every(
    (part) =>
      part.kind !== 'plain' ||
      [...part.text].every((character) => isWordCharacter(character) && !isIdeograph(character)),
  );

/**
 * Matches the whole of a folded text against a pattern. Linear space and at most length × parts steps: after a failure only the last `*`
 * is widened. `?` is one character (code point).
 * @param wild which characters a wildcard may stand for
 */
export function makeGlobTest(pattern: string): (folded: string) => boolean {
  const parts = parseGlob(foldGlob(pattern));
  const last = parts.length - 1;
  const first = parts[0];
  if (last === 0 && first?.kind === 'plain') return (text) => text === first.text;
  if (last === 1 && first?.kind === 'plain' && parts[1]?.kind === 'many') return (text) => text.startsWith(first.text);
  return (text) => {
    let at = 0;
    let part = 0;
    let resumePart = -1;
    let resumeAt = 0;
    for (;;) {
      const wanted = parts[part];
      if (wanted === undefined) {
        if (at === text.length) return true;
      } else if (wanted.kind === 'many') {
        resumePart = ++part;
        resumeAt = at;
        if (part > last) return true;
        continue;
      } else if (wanted.kind === 'one') {
        if (at < text.length) {
          at += widthAt(text, at);
          part++;
          continue;
        }
      } else if (text.startsWith(wanted.text, at)) {
        at += wanted.text.length;
        part++;
        continue;
      }
      if (resumePart < 0 || resumeAt >= text.length) return false;
      resumeAt += widthAt(text, resumeAt);
      at = resumeAt;
      part = resumePart;
    }
  };
}

const widthAt = (text: string, at: number): number => ((text.codePointAt(at) as number) > 0xffff ? 2 : 1);

const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;
const WORD_CHARACTER = String.raw`\p{L}\p{M}\p{Nd}_`;

/** A text as part of an RE2 expression. */
export const escapeRegex = (text: string): string => text.replace(SPECIAL, '\\$&');

/**
 * A free-text pattern with characters that are no word characters, as an RE2 expression on folded texts: wildcards stand for anything but
 * white space, and where the pattern begins or ends with a word character, a word must begin or end there.
 */
export function toTextGlobSource(pattern: string): string {
  const parts = parseGlob(foldGlob(pattern));
  const body = parts.map((part) =>
    part.kind === 'plain' ? escapeRegex(part.text) : part.kind === 'many' ? '\\S*' : '\\S',
  );
  const [first, last] = [parts[0], parts.at(-1)];
  const opens = first?.kind === 'plain' && hasEdge([...first.text][0]);
  const closes = last?.kind === 'plain' && hasEdge([...last.text].at(-1));
  return `${opens ? `(?:^|[^${WORD_CHARACTER}])` : ''}${body.join('')}${closes ? `(?:$|[^${WORD_CHARACTER}])` : ''}`;
}

const hasEdge = (character = ''): boolean => isWordCharacter(character) && !isIdeograph(character);
