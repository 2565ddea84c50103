import { createHash } from 'node:crypto';
import { parseJson } from '../../core/json.ts';
import type { LogRecord } from '../../core/log-record.ts';
import type { ProjectId } from '../../core/project.ts';
import { tenantFilter } from '../../core/project.ts';
import { toIsoNano } from '../../core/unix-nano.ts';
import { unknownLevel } from '../../search/language/evaluator.ts';
import { parseNumber, toSortableHex } from '../../search/language/numbers.ts';
import {
  eachTextBesideMessage,
  eachValue,
  isAskable,
  messageOf,
  type Scalar,
  toText,
} from '../../search/language/record-values.ts';
import { fold, toWords } from '../../search/language/words.ts';
import { FIRST_ERROR, KEY_FLAGS, LAST_PAIR, LONG, MAX_VALUE, NUMBER, OWN_KEYS, slotOf, VALUE } from './mapping.ts';

/** An event in the form of `mapping.ts`, as one line of JSON, and the id it is created under. */
export interface StoredForm {
  readonly id: string;
  readonly json: string;
}

// an integer that a double cannot hold, outside of a string: compact JSON has nothing between it and what it follows
const LONG_INTEGER = /[:,[]-?\d{16}/;

/** Reads a record's line. Long digits in strings (times) do not slow it down. @throws SyntaxError */
export const parseLine = (line: string): LogRecord =>
  (LONG_INTEGER.test(line) ? parseJson(line) : JSON.parse(line)) as LogRecord;

/**
 * Makes the stored form of an event's line; the line itself comes back from the store byte for byte.
 * @throws SyntaxError, TypeError where the line is no record
 */
export function toDocument(project: ProjectId, line: string): StoredForm {
  const record = parseLine(line);
  const message = messageOf(record);
  const body = message === undefined ? '' : toWords(message);
  const texts: string[] = [];
  eachTextBesideMessage(record, message, (text) => {
    const words = toWords(text);
    if (words !== '') texts.push(words);
  });
  const pairs = toPairs(record, message);
  const json =
    `{"id":${JSON.stringify(record.id)},"project":${JSON.stringify(tenantFilter(project).term.project)}` +
    `,"time":"${toIsoNano(record.timeUnixNano)}","observed":"${toIsoNano(record.observedTimeUnixNano)}"` +
    `,"severity":${record.severityNumber}` +
    (body === '' ? '' : `,"body":"${body}"`) + // words need no escapes
    (texts.length === 0 ? '' : `,"words":["${texts.join('","')}"]`) +
    `,"kv":${JSON.stringify(pairs.kv)},"keys":${JSON.stringify(pairs.keys)}${pairs.columns}` +
    `,"event":${JSON.stringify(line)}}`;
  return { id: record.id, json };
}

/** A value's entry in `kv`. */
export function toPair(key: string, folded: string): string {
  if (folded.length <= MAX_VALUE) return key + VALUE + folded;
  return key + VALUE + startOfLong(folded) + LONG + createHash('sha256').update(folded).digest('hex').slice(0, 32);
}

/** The start of a long value that is kept; never half a surrogate pair. */
export const startOfLong = (folded: string): string =>
  folded
    .slice(0, MAX_VALUE)
    .toWellFormed()
    .replace(/\ufffd$/, '');

function toPairs(record: LogRecord, message: string | undefined): { kv: string[]; keys: string[]; columns: string } {
  const kv: string[] = [];
  const keys: string[] = [];
  const seen = new Set<string>();
  const slots = new Map<string, { key: string; values: number[] }>();
  const flag = (key: string, letter: string) => {
    const entry = key + VALUE + letter;
    if (seen.has(entry)) return;
    seen.add(entry);
    keys.push(entry);
  };
  eachValue(record, (key, value) => {
    if (!isKnownAskable(key)) return;
    if (!seen.has(key)) {
      seen.add(key);
      keys.push(key);
    }
    const text = toText(value);
    const folded = fold(text);
    kv.push(toPair(key, folded));
    if (folded !== text) flag(key, KEY_FLAGS.spelled);
    if (folded.length > MAX_VALUE) flag(key, KEY_FLAGS.long);
    if (typeof value === 'boolean') flag(key, KEY_FLAGS.boolean);
    const number = toDouble(value);
    if (number === undefined) return;
    kv.push(key + NUMBER + toSortableHex(number));
    const slot = slotOf(key);
    const taken = slots.get(slot);
    if (taken === undefined) slots.set(slot, { key, values: [number] });
    else if (taken.key === key) taken.values.push(number);
    flag(key, taken === undefined || taken.key === key ? KEY_FLAGS.slotted : KEY_FLAGS.unslotted);
  });
  // what has no key of its own in the event stands under keys that no attribute can have
  const own = (key: string, value: string) => {
    const folded = fold(value);
    kv.push(toPair(key, folded));
    keys.push(key);
    if (folded.length > MAX_VALUE) flag(key, KEY_FLAGS.long);
    if (folded !== value) flag(key, KEY_FLAGS.spelled);
  };
  const level = unknownLevel(record);
  if (level !== undefined) own(OWN_KEYS.unknownLevel, level);
  if (message === undefined) keys.push(OWN_KEYS.noMessage);
  else if (record.severityNumber >= FIRST_ERROR) own(OWN_KEYS.errorMessage, message);
  if (record.original !== undefined) keys.push(OWN_KEYS.original);
  kv.push(LAST_PAIR);
  let columns = '';
  for (const [slot, { values }] of slots) columns += `,"${slot}":${values.length === 1 ? values[0] : `[${values}]`}`;
  return { kv, keys, columns };
}

function toDouble(value: Scalar): number | undefined {
  if (typeof value === 'string') return parseNumber(value);
  if (typeof value === 'boolean') return undefined;
  const double = Number(value);
  return Number.isFinite(double) ? double : undefined;
}

/** Keys come again with every event; what is known of them is kept, up to a bound. */
const askable = new Map<string, boolean>();

function isKnownAskable(key: string): boolean {
  const known = askable.get(key);
  if (known !== undefined) return known;
  const result = isAskable(key);
  if (askable.size >= 10_000) askable.clear();
  askable.set(key, result);
  return result;
}
