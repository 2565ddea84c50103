import type { Span } from './errors.ts';
import { KNOWN_FIELDS, resolveField } from './fields.ts';
import { isPlainName, quote, scanBare, scanName, scanQuoted } from './lexer.ts';
import { tokenize } from './parser.ts';

export interface Suggestion {
  /** What replaces the span. */
  readonly insert: string;
  readonly about: string;
}

/** What could stand at the caret. */
export interface Completion {
  /** The part of the text that a suggestion replaces. */
  readonly span: Span;
  /** What is begun there. */
  readonly prefix: string;
  /** `value`: values of `field` are to be asked for; what is known without asking is in `suggestions`. */
  readonly expects: 'term' | 'value' | 'pipe' | 'measure' | 'field';
  readonly field?: string;
  readonly suggestions: readonly Suggestion[];
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const TIMES = ['now-15m', 'now-1h', 'now-1d', 'now/d', 'now-1d/d', 'now-7d'];
const PIPES: readonly Suggestion[] = [
  { insert: 'stats count by ', about: 'numbers over groups' },
  { insert: 'top 10 ', about: 'most frequent values' },
  { insert: 'sort ', about: 'order of rows' },
  { insert: 'limit ', about: 'rows at most' },
  { insert: 'fields ', about: 'columns to show' },
];
const MEASURES: readonly Suggestion[] = [
  { insert: 'count', about: 'events' },
  ...['avg', 'sum', 'min', 'max', 'p50', 'p75', 'p90', 'p95', 'p99', 'distinct'].map((fn) => ({
    insert: `${fn}(`,
    about: `${fn} of a field`,
  })),
];

/**
 * Suggests what could stand at the caret of a text that need not be a whole query.
 * @param keys attribute keys that are known of, as field names
 */
export function complete(text: string, caret: number, keys: readonly string[] = []): Completion {
  const before = text.slice(0, caret);
  const pipe = lastPipe(before);
  return pipe === undefined ? completeFilter(before, caret, keys) : completePipe(before, pipe, caret, keys);
}

/** Where the last pipe's own text begins. */
function lastPipe(before: string): number | undefined {
  const token = tokenize(before).findLast(({ kind }) => kind === 'pipe');
  return token?.end;
}

function completeFilter(before: string, caret: number, keys: readonly string[]): Completion {
  const start = tokenStart(before);
  const token = before.slice(start).replace(/^[-(]+/, '');
  const at = caret - token.length;
  const quoted = token.startsWith('"') ? scanQuoted(token, 0) : undefined;
  const name = quoted?.value ?? scanName(token, 0);
  const colon = quoted?.end ?? name?.length ?? -1;
  if (name !== undefined && token[colon] === ':') {
    const typed = token.slice(colon + 1);
    const operator = /^(?:[<>]=?|\()*/.exec(typed)?.[0] ?? '';
    const prefix = typed.slice(operator.length).replace(/^"/, '');
    return {
      span: { start: at + colon + 1 + operator.length, end: caret },
      prefix,
      expects: 'value',
      field: name,
      suggestions: knownValues(name).filter(({ insert }) => begins(insert, prefix)),
    };
  }
  const keywords = ['AND', 'OR', 'NOT'].map((insert) => ({ insert: `${insert} `, about: 'joins conditions' }));
  return {
    span: { start: at, end: caret },
    prefix: token,
    expects: 'term',
    suggestions: [
      ...fieldSuggestions(keys, token, ':'),
      ...(token === '' ? [] : keywords.filter(({ insert }) => begins(insert, token))),
    ],
  };
}

/** Where the token that ends at the end of a text begins. */
function tokenStart(before: string): number {
  let at = 0;
  for (let from = 0; from < before.length; ) {
    at = from;
    const quoted = /^[-(]*(?:[^\s"]*:)?"/.exec(before.slice(from));
    const end = quoted === null ? undefined : scanQuoted(before, from + quoted[0].length - 1)?.end;
    if (quoted !== null && end === undefined) return at;
    const bare = scanBare(before, end ?? from, false, '');
    from = Math.max(bare.end, end ?? 0, from + 1);
    if (from >= before.length) break;
    while (/\s/.test(before[from] ?? '')) from++;
    at = from;
  }
  return at;
}

function completePipe(before: string, start: number, caret: number, keys: readonly string[]): Completion {
  const typed = before.slice(start);
  const word = /[^\s,(|]*$/.exec(typed)?.[0] ?? '';
  const span = { start: caret - word.length, end: caret };
  const rest = typed.slice(0, typed.length - word.length).trim();
  if (rest === '') {
    return { span, prefix: word, expects: 'pipe', suggestions: PIPES.filter(({ insert }) => begins(insert, word)) };
  }
  if (/^stats\b/.test(rest) && !/\bby\b/.test(rest) && !rest.endsWith('(')) {
    const by = /(?:[\w)]\s*)$/.test(rest.slice(5)) ? [{ insert: 'by ', about: 'groups' }] : [];
    return {
      span,
      prefix: word,
      expects: 'measure',
      suggestions: [...by, ...MEASURES].filter(({ insert }) => begins(insert, word)),
    };
  }
  const time = /\bby\b/.test(rest) ? [{ insert: 'time(5m)', about: 'steps of time' }] : [];
  return {
    span,
    prefix: word,
    expects: 'field',
    suggestions: [...time.filter(({ insert }) => begins(insert, word)), ...fieldSuggestions(keys, word, '')],
  };
}

const begins = (text: string, prefix: string): boolean => text.toLowerCase().startsWith(prefix.toLowerCase());

/** Known fields first, then keys; those that begin with the prefix before those that hold it in parts. */
function fieldSuggestions(keys: readonly string[], prefix: string, end: string): Suggestion[] {
  const known = KNOWN_FIELDS.map(({ name, about }) => ({ insert: `${name}${end}`, about }));
  const names = new Set(KNOWN_FIELDS.map(({ name }) => name));
  const others = keys
    .filter((key) => !names.has(key))
    .map((key) => ({ insert: `${isPlainName(key) ? key : quote(key)}${end}`, about: 'attribute' }));
  const all = [...known, ...others];
  const parts = prefix
    .toLowerCase()
    .split(/[.\s]+/)
    .filter(Boolean);
  const first = all.filter(({ insert }) => begins(insert, prefix));
  const further = all.filter(
    ({ insert }) => !begins(insert, prefix) && parts.length > 0 && holdsInOrder(insert.toLowerCase(), parts),
  );
  return [...first, ...further].slice(0, 50);
}

/** `geo dest` is held by `geo.src.dest`. */
function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let at = 0;
  for (const part of parts) {
    at = text.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return true;
}

function knownValues(field: string): Suggestion[] {
  const { kind } = resolveField(field);
  if (kind === 'level') return LEVELS.map((insert) => ({ insert, about: 'severity class' }));
  return kind === 'time' ? TIMES.map((insert) => ({ insert, about: 'time' })) : [];
}
