import { printFilter } from '../../../functions/search/language/printer.ts';

const NOWHERE = { start: 0, end: 0 };

/** One condition as query text, quoted where needed. */
export function termText(field: string, value: string, how: 'include' | 'exclude' = 'include'): string {
  const leaf = { kind: 'match', field, value, span: NOWHERE } as const;
  return printFilter(how === 'exclude' ? { kind: 'not', operand: leaf, span: NOWHERE } : leaf);
}

/** A text to be found as it stands. */
export const phraseText = (text: string): string =>
  printFilter({ kind: 'match', field: null, value: text, span: NOWHERE });

export const joinTerms = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');
