import type { Draft } from '../draft.ts';
import { readPlain } from './plain.ts';
import { parseSyslog3164, parseSyslog5424 } from './syslog.ts';

/**
 * Reads a line of text. The line itself is always kept, byte for byte, as `original`.
 * @param received Unix milliseconds, for lines that leave out the year
 */
export function parseLine(line: string, received: number): Draft {
  return parseSyslog5424(line) ?? parseSyslog3164(line, received) ?? readPlain(line);
}
