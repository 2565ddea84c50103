import type { Filter } from '../../../../functions/search/language/ast.ts';
import { parse } from '../../../../functions/search/language/parser.ts';
import { printFilter } from '../../../../functions/search/language/printer.ts';
import { joinTerms, termText } from '../../lib/query-term.ts';

/** One of the conditions that all must hold. */
export interface Term {
  readonly text: string;
  /** Set for a plain `field:value`. */
  readonly field: string | null;
  readonly value: string | null;
  readonly negated: boolean;
}

interface Read {
  readonly terms: readonly Term[];
  /** Whether the conditions are joined by OR at the top, so that they stand as one. */
  readonly alternatives: boolean;
  readonly head: string;
  /** Pipes with their bar, as written. */
  readonly pipes: string;
}

function toTerm(filter: Filter, text: string): Term {
  const inner = filter.kind === 'not' ? filter.operand : filter;
  const plain = inner.kind === 'match' ? inner : null;
  const grouped = inner.kind === 'and' || inner.kind === 'or';
  return {
    // the span of a group does not hold its parentheses
    text: !grouped
      ? text.slice(filter.span.start, filter.span.end)
      : filter.kind === 'not'
        ? printFilter(filter)
        : `(${printFilter(filter)})`,
    field: plain?.field ?? null,
    value: plain?.value ?? null,
    negated: filter.kind === 'not',
  };
}

function read(text: string): Read | null {
  try {
    const { filter, pipes } = parse(text);
    const first = pipes[0];
    const bar = first === undefined ? text.length : text.lastIndexOf('|', first.span.start);
    const head = text.slice(0, bar).trim();
    const operands = filter.kind === 'all' ? [] : filter.kind === 'and' ? filter.operands : [filter];
    return {
      terms: operands.map((operand) => toTerm(operand, text)),
      alternatives: filter.kind === 'or',
      head,
      pipes: text.slice(bar).trim(),
    };
  } catch {
    return null;
  }
}

/** The conditions of a query that all must hold; none of a text that is no query. */
export const terms = (text: string): readonly Term[] => read(text)?.terms ?? [];

/** The text without its condition at `index`. */
export function withoutTerm(text: string, index: number): string {
  const query = read(text);
  if (query === null) return text;
  return joinTerms(...query.terms.filter((_, at) => at !== index).map((term) => term.text), query.pipes);
}

/** The text with one more condition; the opposite condition on the same value gives way. */
export function withTerm(text: string, field: string, value: string, how: 'include' | 'exclude'): string {
  const query = read(text);
  const wanted = termText(field, value, how);
  if (query === null) return wanted;
  const same = (term: Term) => term.field === field && term.value === value;
  if (query.terms.some((term) => same(term) && term.negated === (how === 'exclude'))) return text;
  const kept = query.terms.some(same)
    ? joinTerms(...query.terms.filter((term) => !same(term)).map((term) => term.text))
    : query.alternatives
      ? `(${query.head})`
      : query.head;
  return joinTerms(kept, wanted, query.pipes);
}

/** The text with this value as the only one wanted of its field; asked again, without it. */
export function withOnly(text: string, field: string, value: string): string {
  const query = read(text);
  if (query === null || query.alternatives) return withTerm(text, field, value, 'include');
  const rest = query.terms.filter((term) => term.field !== field || term.negated);
  const already =
    query.terms.length - rest.length === 1 &&
    query.terms.some((term) => term.field === field && term.value === value && !term.negated);
  return joinTerms(...rest.map((term) => term.text), already ? '' : termText(field, value), query.pipes);
}

/** Bare words and phrases of the query, for marking them in rows. */
export const wordsOf = (text: string): readonly string[] =>
  terms(text).flatMap(({ field, value, negated }) => (field === null && value !== null && !negated ? [value] : []));
