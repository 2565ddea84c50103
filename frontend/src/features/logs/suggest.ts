import { KNOWN_FIELDS } from '../../../../functions/search/language/fields.ts';
import { tokenize } from '../../../../functions/search/language/parser.ts';
import { printFilter } from '../../../../functions/search/language/printer.ts';
import { formatAgo, formatCompact } from '../../lib/format.ts';

/** What the caret stands in: the stretch that a suggestion replaces and what has been typed of it. */
export type Place =
  | { readonly kind: 'field'; readonly start: number; readonly end: number; readonly typed: string }
  | {
      readonly kind: 'value';
      readonly start: number;
      readonly end: number;
      readonly typed: string;
      readonly field: string;
    };

export interface Suggestion {
  readonly label: string;
  readonly note?: string;
  readonly count?: string;
  /** The whole text after choosing and where the caret then stands. */
  readonly text: string;
  readonly caret: number;
  /** Whether choosing also runs the query, as for a recent one. */
  readonly runs?: boolean;
}

const WORD = /[^\s()]/;

/** Finds what may be completed at the caret; null inside a phrase, an expression or a pipe. */
export function placeAt(text: string, caret: number): Place | null {
  const tokens = tokenize(text);
  if (tokens.some(({ kind, start }) => kind === 'pipe' && start < caret)) return null;
  let start = caret;
  while (start > 0 && WORD.test(text[start - 1] ?? '')) start -= 1;
  let end = caret;
  while (end < text.length && WORD.test(text[end] ?? '')) end += 1;
  const inside = tokens.find((token) => token.start < caret && caret < token.end);
  if (inside && (inside.kind === 'string' || inside.kind === 'regex')) return null;
  const word = text.slice(start, caret);
  const sign = /^-/.test(word) ? 1 : 0;
  const colon = word.indexOf(':');
  if (colon < 0) return { kind: 'field', start: start + sign, end, typed: word.slice(sign) };
  const typed = word.slice(colon + 1).replace(/^(?:[<>]=?)/, '');
  return {
    kind: 'value',
    start: caret - typed.length,
    end,
    typed: typed.replace(/^"/, ''),
    field: word.slice(sign, colon),
  };
}

const replace = (text: string, place: Place, by: string): Pick<Suggestion, 'text' | 'caret'> => ({
  text: text.slice(0, place.start) + by + text.slice(place.end),
  caret: place.start + by.length,
});

const NOWHERE = { start: 0, end: 0 };
const fieldText = (name: string) => printFilter({ kind: 'exists', field: name, span: NOWHERE }).replace(/\*$/, '');
const valueText = (value: string) => printFilter({ kind: 'match', field: 'x', value, span: NOWHERE }).slice(2);

const MOST = 12;

/** Names that begin with what was typed before names that contain it. */
export function suggestFields(
  text: string,
  place: Place,
  attributes: readonly { readonly name: string; readonly count: number }[],
): readonly Suggestion[] {
  const typed = place.typed.toLowerCase();
  const known = KNOWN_FIELDS.map(({ name, about }) => ({
    name,
    note: about as string | undefined,
    count: undefined as number | undefined,
  }));
  const names = new Set(known.map(({ name }) => name));
  const all = [
    ...known,
    ...attributes.filter(({ name }) => !names.has(name)).map(({ name, count }) => ({ name, note: undefined, count })),
  ];
  const rank = (name: string) => (name.toLowerCase().startsWith(typed) ? 0 : 1);
  return all
    .filter(({ name }) => name.toLowerCase().includes(typed))
    .sort((a, b) => rank(a.name) - rank(b.name))
    .slice(0, MOST)
    .map(({ name, note, count }) => ({
      label: name,
      note,
      count: count === undefined ? undefined : formatCompact(count),
      ...replace(text, place, fieldText(name)),
    }));
}

const OPERATORS: Readonly<Record<string, readonly { readonly label: string; readonly note: string }[]>> = {
  level: [
    { label: '>=warn', note: 'warnings and worse' },
    { label: '>=error', note: 'errors and worse' },
  ],
};
const ANY = [{ label: '*', note: 'has any value' }];
const COMPARISONS = [
  { label: '>', note: 'more than' },
  { label: '>=', note: 'at least' },
  { label: '<', note: 'less than' },
];

/** Values with their counts, and before anything is typed the operators that fit the field. */
export function suggestValues(
  text: string,
  place: Place & { kind: 'value' },
  values: readonly { readonly value: string; readonly count: number }[],
  numeric: boolean,
): readonly Suggestion[] {
  const operators =
    place.typed === '' ? [...(OPERATORS[place.field] ?? []), ...(numeric ? COMPARISONS : []), ...ANY] : [];
  return [
    ...values.map(({ value, count }) => {
      const done = replace(text, place, `${valueText(value)} `);
      return { label: value, count: formatCompact(count), ...done };
    }),
    ...operators.map(({ label, note }) => ({ label, note, ...replace(text, place, label) })),
  ].slice(0, MOST);
}

export const suggestRecent = (
  recent: readonly { readonly text: string; readonly at: number }[],
  typed: string,
  now: number,
): readonly Suggestion[] =>
  recent
    .filter(({ text }) => text.toLowerCase().includes(typed.trim().toLowerCase()) && text !== typed.trim())
    .slice(0, 6)
    .map(({ text, at }) => ({ label: text, note: formatAgo(at, now), text, caret: text.length, runs: true }));
