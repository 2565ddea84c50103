import { parseSeverity, SEVERITIES, severityOf, severityRange } from '../../core/severity.ts';

/** The lowest and highest severity number of the class that a level word means; undefined for a word that is no level. */
export function parseLevel(word: string): readonly [number, number] | undefined {
  const number = parseSeverity(word);
  const severity = number === undefined ? undefined : severityOf(number);
  return severity === undefined ? undefined : severityRange(severity);
}

/** Class names with their severity numbers. */
export const LEVEL_RANGES = SEVERITIES.map((severity) => [severity, severityRange(severity)] as const);
