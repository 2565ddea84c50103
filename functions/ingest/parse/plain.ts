import { type Draft, readTime } from '../draft.ts';
import { findLevel } from './level.ts';

/** A time at the front of a line: ISO 8601 with `T` or a blank, a comma or dot before the fraction. */
const LEADING_TIME = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\s?(?:Z|[+-]\d\d:?\d\d)?)\]?(?=\s|$)/;

/** What any line of text is: the whole of it is the message; a leading time and a level word are taken note of. */
export function readPlain(line: string): Draft {
  const first = line.charCodeAt(0);
  // [ or a digit: nothing else begins a time
  const text = first === 0x5b || (first >= 0x30 && first <= 0x39) ? LEADING_TIME.exec(line)?.[1] : undefined;
  const time = text === undefined ? undefined : readTime(text.trim());
  return {
    ...(time !== undefined && { time }),
    ...findLevel(line),
    body: line,
    attributes: {},
    resource: {},
    original: line,
  };
}
