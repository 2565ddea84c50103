import { parseSeverity, severityOf, severityRange } from '../../core/severity.ts';

/** The lowest and highest severity number of the class that a level word means; undefined for a word that is no level. */
export function parseLevel(word: string): readonly [number, number] | undefined {
  const number = parseSeverity(word);
  const severity = number === undefined ? undefined : severityOf(number);
  return severity === undefined ? undefined : severityRange(severity);
}
