/** Edits of the query text: adding and removing one condition without disturbing what a person wrote. */

export interface Term {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Set for `field:value` terms. */
  readonly field?: string;
  readonly value?: string;
  readonly negated: boolean;
}

const unquote = (text: string) =>
  text.startsWith('"')
    ? text.slice(1, text.endsWith('"') && text.length > 1 ? -1 : undefined).replace(/\\(.)/g, '$1')
    : text;

/** Pieces between white space outside quotes, parentheses, brackets and regular expressions. */
function pieces(text: string): { start: number; end: number; text: string }[] {
  const found: { start: number; end: number; text: string }[] = [];
  let start = -1;
  let depth = 0;
  let quote = '';
  for (let index = 0; index <= text.length; index += 1) {
    const char = text[index];
    if (char === undefined || (/\s/.test(char) && depth === 0 && quote === '')) {
      if (start >= 0) found.push({ start, end: index, text: text.slice(start, index) });
      start = -1;
      continue;
    }
    if (start < 0) start = index;
    if (quote !== '') {
      if (char === '\\') index += 1;
      else if (char === quote) quote = '';
    } else if (char === '"') quote = '"';
    else if (char === '/' && (index === start || text[index - 1] === ':')) quote = '/';
    else if (char === '(' || char === '[' || char === '{') depth += 1;
    else if ((char === ')' || char === ']' || char === '}') && depth > 0) depth -= 1;
  }
  return found;
}

const beforePipe = (text: string): string => {
  const pipe = pieces(text).find((piece) => piece.text.startsWith('|'));
  return pipe ? text.slice(0, pipe.start).trimEnd() : text;
};

/** The conditions that all must hold, or null when the text joins its conditions in another way than by AND. */
export function terms(text: string): readonly Term[] | null {
  const found: Term[] = [];
  let negated = false;
  let from = -1;
  for (const piece of pieces(beforePipe(text))) {
    if (piece.text === 'OR') return null;
    if (piece.text === 'AND') continue;
    if (piece.text === 'NOT') {
      negated = !negated;
      from = from < 0 ? piece.start : from;
      continue;
    }
    const minus = /^[-!](?=.)/.test(piece.text);
    const body = minus ? piece.text.slice(1) : piece.text;
    const match = /^("(?:\\.|[^"\\])*"|[^\s:"()]+):(.+)$/s.exec(body);
    found.push({
      start: from < 0 ? piece.start : from,
      end: piece.end,
      text: piece.text,
      field: match?.[1] === undefined ? undefined : unquote(match[1]),
      value: match?.[2] === undefined ? undefined : unquote(match[2]),
      negated: negated !== minus,
    });
    negated = false;
    from = -1;
  }
  return found;
}

const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
export const quoteValue = (value: string): string =>
  /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(value) && !/^(?:AND|OR|NOT)$/.test(value) ? value : quote(value);
const quoteField = (field: string): string =>
  /^[\p{L}\p{N}_@][\p{L}\p{N}_.@/-]*$/u.test(field) ? field : quote(field);

/** One condition as text. */
export const termText = (field: string, value: string, how: 'include' | 'exclude'): string =>
  `${how === 'exclude' ? '-' : ''}${quoteField(field)}:${quoteValue(value)}`;

/** The text without the stretch, and without the joint that is left over. */
export function withoutTerm(text: string, { start, end }: { start: number; end: number }): string {
  const joined = `${text.slice(0, start).replace(/(?:^|\s)AND\s*$/, '')} ${text.slice(end)}`.replace(/^\s*AND\s+/, '');
  return joined
    .replace(/\s+/g, (space, at: number) => (joined.slice(0, at).split('"').length % 2 === 0 ? space : ' '))
    .trim();
}

/** The text with one more condition; the opposite condition on the same value gives way. */
export function withTerm(text: string, field: string, value: string, how: 'include' | 'exclude'): string {
  const all = beforePipe(text).trim();
  const pipe = text.slice(beforePipe(text).length).trim();
  const wanted = termText(field, value, how);
  const list = terms(all);
  let head = list === null ? `(${all})` : all;
  for (const term of [...(list ?? [])].reverse()) {
    if (term.field !== field || term.value !== value) continue;
    if (term.negated === (how === 'exclude')) return text;
    head = withoutTerm(head, term);
  }
  return [head, wanted, pipe].filter((part) => part !== '').join(' ');
}

/** The text with this value as the field's only condition. */
export function withOnly(text: string, field: string, value: string): string {
  const list = terms(text);
  if (list === null) return withTerm(text, field, value, 'include');
  const rest = [...list]
    .reverse()
    .reduce((left, term) => (term.field === field && !term.negated ? withoutTerm(left, term) : left), text);
  return withTerm(rest, field, value, 'include');
}

/** Bare words of the query, for marking them in rows. */
export const wordsOf = (text: string): readonly string[] =>
  (terms(text) ?? [])
    .filter(({ field, negated }) => field === undefined && !negated)
    .map(({ text }) => unquote(text))
    .filter((word) => /[\p{L}\p{N}]/u.test(word) && !/[*?()]|^\//.test(word));
