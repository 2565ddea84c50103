/** OpenTelemetry's severity numbers (logs data model, "Field: SeverityNumber") by class; 0 means unspecified. */
export const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The class of a severity number, undefined for 0. */
export function severityOf(severityNumber: number): Severity | undefined {
  return SEVERITIES[Math.ceil(severityNumber / 4) - 1];
}

/** The lowest and highest severity number of a class. */
export function severityRange(severity: Severity): readonly [number, number] {
  const first = SEVERITIES.indexOf(severity) * 4 + 1;
  return [first, first + 3];
}

const WORDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: 'trace trc verbose finest finer silly',
    5: 'debug dbg fine d',
    9: 'info inf information informational ok success log i',
    10: 'notice',
    13: 'warn wrn warning w',
    17: 'error err severe e',
    21: 'fatal critical crit f c',
    22: 'alert',
    23: 'emerg emergency panic',
  }).flatMap(([number, words]) => words.split(' ').map((word) => [word, Number(number)] as const)),
);

/** The severity number that a level word means, whatever its case; undefined for a word that is none. */
export function parseSeverity(word: string): number | undefined {
  return WORDS.get(word.trim().toLowerCase());
}
