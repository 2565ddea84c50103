/** A letter or digit that belongs to no word: the end of an escape of JSON, of a percent-encoded byte or of a terminal's colour. */
const ESCAPE_END = '(?<=\\\\[bfnrt]|\\\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}|\\[[\\d;]{0,12}m)';

/** Where a word begins, as the beginning of an expression. */
export const WORD_BEGINS = `(?:(?<![A-Za-z0-9])|${ESCAPE_END})`;

const BEHIND_ESCAPE = new RegExp(ESCAPE_END, 'y');

/** Whether what stands before a place of a text only ends an escape. */
export function isBehindEscape(text: string, at: number): boolean {
  BEHIND_ESCAPE.lastIndex = at;
  return BEHIND_ESCAPE.test(text);
}
