import { parseSeverity } from '../../core/severity.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import { type Draft, readTime } from '../draft.ts';

/** A time at the front of a line: ISO 8601 with `T` or a blank, a comma or dot before the fraction. */
const LEADING_TIME = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\s?(?:Z|[+-]\d\d:?\d\d)?)\]?(?=\s|$)/;
/** A level word on its own, or in brackets, within the first hundred characters. */
const LEVEL_WORD =
  /(?:^|[\s[(|<])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|CRITICAL|CRIT|FATAL|ALERT|EMERG|PANIC)(?=[\s\]):|>,]|$)/;
const LEVEL_WITHIN = 100;

/** Reads one line of text: the whole of it is the message; a leading time and a level word are taken note of. */
export function readLine(line: string): Draft {
  const time = leadingTime(line);
  const level = LEVEL_WORD.exec(line.slice(0, LEVEL_WITHIN))?.[1];
  const severityNumber = level === undefined ? undefined : parseSeverity(level);
  return {
    ...(time !== undefined && { time }),
    ...(severityNumber !== undefined && level !== undefined && { severityNumber, severityText: level }),
    body: line,
    attributes: {},
    resource: {},
    original: line,
  };
}

function leadingTime(line: string): UnixNano | undefined {
  const [, text] = LEADING_TIME.exec(line) ?? [];
  return text === undefined ? undefined : readTime(text.trim());
}
