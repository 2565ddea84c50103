/** Pairs of key and value in aggregations. */
import type { LogRecord } from '../../core/log-record.ts';
import { fold } from '../../search/language/words.ts';
import { makeGroupReader } from './aggregate.ts';
import { LONG, MAX_VALUE } from './mapping.ts';
import type { Group } from './port.ts';

/** An `include` for the terms that begin with a text: Lucene's own characters are made plain. */
export const includePrefix = (text: string): string => `${text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, '\\$&')}.*`;

/** A folded value for people: of a long one its start. */
export function toShown(folded: string): string {
  const end = folded.length > MAX_VALUE ? folded.indexOf(LONG) : -1;
  return end < 0 ? folded : `${folded.slice(0, end)}…`;
}

/** How an event spells a value; `shown` is folded, of a long one its start. */
export function spellingOf(shown: string, event: LogRecord, group: Group): string {
  const start = shown.endsWith('…') ? shown.slice(0, -1) : undefined;
  const same = (text: string) => (start === undefined ? fold(text) === shown : fold(text).startsWith(start));
  return makeGroupReader(group)(event).find(same) ?? shown;
}
