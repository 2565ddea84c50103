import { parseSeverity } from '../../core/severity.ts';

/** A level word on its own, or in brackets; in lower case only in brackets: `error` in a sentence is a word like any other. */
const LEVEL_WORD =
  /(?:^|[\s[(|<])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|CRITICAL|CRIT|FATAL|ALERT|EMERG|PANIC)(?=[\s\]):|>,]|$)|\[(trace|debug|info|notice|warn|warning|error|err|crit|critical|fatal|alert|emerg|Trace|Debug|Info|Notice|Warn|Warning|Error|Critical|Fatal)\]/;
const LEVEL_WITHIN = 100;

/** A level as a draft holds it. */
export interface Level {
  readonly severityNumber: number;
  readonly severityText: string;
}

/** The first level word within the first hundred characters of a line. */
export function findLevel(line: string): Level | undefined {
  const match = LEVEL_WORD.exec(line.length > LEVEL_WITHIN ? line.slice(0, LEVEL_WITHIN) : line);
  const word = match?.[1] ?? match?.[2];
  const severityNumber = word === undefined ? undefined : parseSeverity(word);
  return word === undefined || severityNumber === undefined ? undefined : { severityNumber, severityText: word };
}
