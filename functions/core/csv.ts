import { stringifyJson } from './json.ts';

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A cell of CSV (RFC 4180) that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe (OWASP, CSV Injection).
 * Numbers stay numbers. Nothing is an empty cell, an object or a list its JSON.
 */
export function toCsvCell(value: unknown): string {
  const text =
    value === undefined || value === null ? '' : typeof value === 'object' ? stringifyJson(value) : String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
