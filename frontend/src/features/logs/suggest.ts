import { type Completion, complete } from '../../../../functions/search/language/complete.ts';
import { printFilter } from '../../../../functions/search/language/printer.ts';
import { formatAgo, formatCompact } from '../../lib/format.ts';

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

/** An attribute of the events in range. */
export interface KnownAttribute {
  readonly name: string;
  readonly type: string;
  readonly count: number;
}

/** What the language expects at the caret. */
export const placeAt = (text: string, caret: number, attributes: readonly KnownAttribute[]): Completion =>
  complete(
    text,
    caret,
    attributes.map(({ name }) => name),
  );

const NOWHERE = { start: 0, end: 0 };
const valueText = (value: string) => printFilter({ kind: 'match', field: 'x', value, span: NOWHERE }).slice(2);

/** The begun word is replaced whole, what stands of it behind the caret too; a sign that follows is not doubled. */
function insertAt(text: string, { span }: Completion, insert: string): Pick<Suggestion, 'text' | 'caret'> {
  let end = span.end;
  while (end < text.length && /[^\s():,|"]/.test(text[end] ?? '')) end += 1;
  const last = insert.at(-1) ?? '';
  if (/[:\s]/.test(last) && text[end] === last) end += 1;
  return { text: text.slice(0, span.start) + insert + text.slice(end), caret: span.start + insert.length };
}

const MOST = 12;
const ANY = { label: '*', note: 'has any value' };
const COMPARISONS = [
  { label: '>', note: 'more than' },
  { label: '>=', note: 'at least' },
  { label: '<', note: 'less than' },
];
const SEVERITIES = [
  { label: '>=warn', note: 'warnings and worse' },
  { label: '>=error', note: 'errors and worse' },
];

/** What the language suggests at a place, values of the events with their counts before it. */
export function suggestAt(
  text: string,
  place: Completion,
  attributes: readonly KnownAttribute[],
  values: readonly { readonly value: string; readonly count: number }[],
): readonly Suggestion[] {
  const known = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const fixed = place.suggestions.map(({ insert, about }) => {
    const attribute = known.get(insert.replace(/:$/, ''));
    return {
      label: insert.trim().replace(/:$/, ''),
      note: attribute?.type ?? about,
      count: attribute && formatCompact(attribute.count),
      ...insertAt(text, place, insert),
    };
  });
  if (place.expects !== 'value') return fixed.slice(0, MOST);
  const found = values.map(({ value, count }) => ({
    label: value,
    count: formatCompact(count),
    ...insertAt(text, place, `${valueText(value)} `),
  }));
  const labels = new Set(found.map(({ label }) => label.toLowerCase()));
  const bare = place.prefix === '' && text[place.span.start - 1] === ':';
  const operators = !bare
    ? []
    : [
        ...(place.field === 'level' ? SEVERITIES : []),
        ...(known.get(place.field ?? '')?.type === 'number' ? COMPARISONS : []),
        ANY,
      ];
  return [
    ...found,
    ...fixed.filter(({ label }) => !labels.has(label.toLowerCase())),
    ...operators.map(({ label, note }) => ({ label, note, ...insertAt(text, place, label) })),
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
