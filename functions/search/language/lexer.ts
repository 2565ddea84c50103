/** The pieces a query text is made of, each read from a position; what they mean together is the parser's. */
import { escapeGlob } from './glob.ts';

/** How a piece is coloured in the query bar. */
export type TokenKind =
  | 'text'
  | 'string'
  | 'glob'
  | 'regex'
  | 'field'
  | 'value'
  | 'operator'
  | 'keyword'
  | 'paren'
  | 'pipe'
  | 'function';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** What a backslash in a bare token can make plain; before anything else it is a backslash, so that Windows paths need no care. */
const ESCAPABLE = /[*?"():|/\-<>[\]{},\s]/;
const SPACE = /\s/;

const NAME = /[\p{L}_@$][\p{L}\p{M}\p{Nd}_.@$/-]*/uy;

export function skipSpace(text: string, at: number): number {
  while (at < text.length && SPACE.test(text[at] as string)) at++;
  return at;
}

/** Whether a token ends before `at` (a closing parenthesis ends one, too). */
export const endsToken = (text: string, at: number): boolean =>
  at >= text.length || text[at] === ')' || SPACE.test(text[at] as string);

/** A field name without quotes at `at`; undefined where none begins. */
export function scanName(text: string, at: number): string | undefined {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0];
}

export const isPlainName = (name: string): boolean => scanName(name, 0) === name;

/** A run of `"…"`: backslashes count only in front of a quote, where each pair is one and an odd one makes the quote plain. */
export function scanQuoted(text: string, at: number): { value: string; end: number } | undefined {
  let value = '';
  let from = at + 1;
  for (let i = from; i < text.length; i++) {
    if (text[i] !== '"') continue;
    let slashes = 0;
    while (text[i - 1 - slashes] === '\\' && i - 1 - slashes >= from) slashes++;
    value += text.slice(from, i - slashes) + '\\'.repeat(slashes >> 1);
    if (slashes % 2 === 0) return { value, end: i + 1 };
    value += '"';
    from = i + 1;
  }
  return undefined;
}

/** A text in quotes, for `scanQuoted`. */
export const quote = (text: string): string =>
  `"${text.replace(/(\\*)("|$)/g, (_all, slashes: string, end: string) => slashes + slashes + (end && '\\"'))}"`;

/**
 * `/…/` at `at`: only where the closing slash ends a token, so that paths are texts.
 * @returns the expression, `\/` made `/`; undefined where it is none
 */
export function scanRegex(text: string, at: number): { source: string; end: number } | undefined {
  let source = '';
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\\' && i + 1 < text.length) {
      const next = text[++i] as string;
      source += next === '/' ? '/' : character + next;
    } else if (character === '/') return source !== '' && endsToken(text, i + 1) ? { source, end: i + 1 } : undefined;
    else source += character;
  }
  return undefined;
}

/** An expression between slashes, for `scanRegex`. */
export const quoteRegex = (source: string): string =>
  `/${source.replace(/\\.|\//gs, (piece) => (piece === '/' ? '\\/' : piece))}/`;

export interface Bare {
  readonly end: number;
  /** As it stands in the text. */
  readonly raw: string;
  /** The text it stands for, where it has no wildcards. */
  readonly value: string;
  /** Canonical pattern, where it has wildcards. */
  readonly pattern: string | undefined;
}

/**
 * A bare token: up to white space, or to a closing parenthesis that was not opened in it.
 * @param grouped whether a group is open, which such a parenthesis would close; else it is part of a token that has begun
 * @param wild which wildcards count here
 */
export function scanBare(text: string, at: number, grouped: boolean, wild: '*?' | '*' | '' = '*?'): Bare {
  let value = '';
  let pattern = '';
  let isPattern = false;
  let open = 0;
  let i = at;
  const plain = (characters: string) => {
    value += characters;
    pattern += escapeGlob(characters);
  };
  for (; i < text.length; i++) {
    const character = text[i] as string;
    if (SPACE.test(character)) break;
    if (character === '(') open++;
    else if (character === ')') {
      if (open === 0 && (grouped || i === at)) break;
      open = Math.max(0, open - 1);
    }
    if (character === '\\') {
      let slashes = 1;
      while (text[i + slashes] === '\\') slashes++;
      const next = text[i + slashes];
      const escapes = next !== undefined && ESCAPABLE.test(next);
      // at the end of the text an odd one has nothing to make plain
      plain('\\'.repeat(next === undefined ? (slashes + 1) >> 1 : escapes ? slashes >> 1 : slashes));
      i += slashes - 1;
      if (escapes && slashes % 2 === 1) {
        plain(next);
        i++;
      }
    } else if ((character === '*' || character === '?') && wild.includes(character)) {
      pattern += character;
      isPattern = true;
    } else plain(character);
  }
  return {
    end: i,
    raw: text.slice(at, i),
    value,
    pattern: isPattern ? pattern : undefined,
  };
}

/** A canonical pattern as a bare token, for `scanBare`. */
export function bareGlob(pattern: string): string {
  const parts = [...pattern.matchAll(/\\(.)|(.)/gs)].map(([, plain, other]) => ({
    character: (plain ?? other) as string,
    wild: plain === undefined && (other === '*' || other === '?'),
  }));
  const hasQuestion = parts.some(({ character, wild }) => wild && character === '?');
  let bare = '';
  let slashes = 0;
  parts.forEach(({ character, wild }, index) => {
    if (character === '\\' && !wild) {
      slashes++;
      return;
    }
    // backslashes in front of what could be escaped count in pairs
    bare += '\\'.repeat(ESCAPABLE.test(character) ? slashes * 2 : slashes);
    slashes = 0;
    const first = index === 0;
    const last = index === parts.length - 1;
    if (!wild && needsEscape(character, first, last, hasQuestion)) bare += '\\';
    bare += character;
  });
  return bare + '\\'.repeat(slashes * 2);
}

function needsEscape(character: string, first: boolean, last: boolean, hasQuestion: boolean): boolean {
  if (/[*?"():\s]/.test(character)) return true;
  if (/[-<>[{|]/.test(character)) return first;
  if (/[\]},]/.test(character)) return last;
  // a slash makes `?` plain where the token looks like a URL or path
  return character === '/' && (first || hasQuestion);
}

const WORDY = /[\p{L}\p{Nd}_]/u;
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
const IPV6 = /^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3,7}(?:%\w+)?$/i;
const SOURCE_FILE =
  /\.(?:java|kt|scala|groovy|py|rb|php|go|rs|c|cc|cpp|h|cs|js|mjs|cjs|jsx|ts|tsx|swift|ex|pl|sh|sql)$/i;

/**
 * Whether `name:` at the start of a token is part of a literal that people paste (URL, Windows path, `::`, MAC, IPv6, ARN, file and
 * line …) rather than a field.
 * @param after what follows the colon, to the end of the token
 */
export function isLiteralColon(name: string, after: string): boolean {
  if (after === '' || after.startsWith(':') || after.startsWith('//')) return true;
  if (name.length === 1 && (after.startsWith('\\') || after.startsWith('/'))) return true;
  if (/^(?:arn|urn|mailto|jdbc)$/.test(name)) return true;
  const whole = `${name}:${after.replace(/[^\p{L}\p{Nd}]+$/u, '')}`;
  if (MAC.test(whole) || IPV6.test(whole) || /^sha(?:1|256|512):[0-9a-f]{40,128}$/i.test(whole)) return true;
  return (SOURCE_FILE.test(name) || name === 'localhost') && /^\d/.test(after);
}

/** Whether a text has anything of words in it. */
export const isWordy = (text: string): boolean => WORDY.test(text);
