/** Makes characters visible that would otherwise hide, reorder or colour text: what a log says is what is seen. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const PROBE = new RegExp(HIDDEN.source);

const symbol = (char: string): string => {
  const code = char.codePointAt(0) ?? 0;
  // the block "Control Pictures" mirrors C0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
};

/** The text with ANSI sequences left out and control and bidi characters as symbols. Tabs and line feeds stay. */
export const visibleText = (text: string): string =>
  PROBE.test(text) ? text.replace(ANSI, '').replace(HIDDEN, symbol) : text;

/** One line for a row of fixed height. */
export const singleLine = (text: string): string =>
  visibleText(text.includes('\n') ? text.replace(/\r?\n/g, ' ⏎ ') : text);
