import { stringifyJson } from '../../core/json.ts';
import { type Draft, unreadable } from '../draft.ts';
import { joinLines } from '../parse/join-lines.ts';
import { parseBody } from '../parse/parse-body.ts';
import { type Format, parseLine, parseObject } from '../parse/parse-line.ts';
import { splitLines } from '../split-lines.ts';
import { keepTwins } from '../twins.ts';
import { readJson, twinsOf } from '../wire/read-json.ts';
import { type JsonPiece, splitJson } from '../wire/split-json.ts';

const WRAPPERS = ['logs', 'events', 'records', 'data', 'items', 'Records'];

type Json = Readonly<Record<string, unknown>>;

/** What a request says of how its body is to be read. */
export interface Reading {
  /** Receive time, Unix milliseconds. */
  readonly received: number;
  readonly format?: Format;
  /** Stack traces are one event with the line they follow, unless this is false. */
  readonly join: boolean;
  /** Members that hold time and message, where their names are the client's own. */
  readonly timeKey?: string;
  readonly messageKey?: string;
}

/**
 * Reads text of `/v1/ingest` by what it begins with, never by its content type: JSON (an array, an object with one wrapping level undone, or
 * values one after the other), else lines, of which those that are JSON are read as JSON. Blank lines are none.
 */
export function readBody(text: string, reading: Reading): Draft[] {
  const first = /\S/.exec(text)?.[0];
  if (first !== '{' && first !== '[') return readLines(text, reading);
  const whole = attempt(text);
  if (whole !== undefined) return readItems(unwrap(whole), reading);
  // a line of Apache's begins with a bracket too; an array that breaks off holds events before that
  const broken = first === '[' ? /^\s*\[(?=\s*\{)/.exec(text)?.[0] : '';
  if (broken === undefined) return readLines(text, reading);
  return readValues(text.slice(broken.length), reading);
}

/** JSON values one after the other. One object a line, the usual case, needs no look at each character. */
function readValues(text: string, reading: Reading): Draft[] {
  const drafts: Draft[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    const value = line.startsWith('{') ? attempt(line) : undefined;
    if (isObject(value)) drafts.push({ ...readEvent(value, reading), original: line });
    else if (line.trim() !== '') break;
    start = end + 1;
  }
  if (start >= text.length) return drafts;
  for (const piece of splitJson(text.slice(start))) drafts.push(...readPiece(piece, reading));
  return drafts;
}

function readPiece(piece: JsonPiece, reading: Reading): Draft[] {
  const value = piece.closed ? attempt(piece.text) : undefined;
  if (isObject(value)) return [{ ...readEvent(value, reading), original: piece.text }];
  // a whole array in its line is one of events
  if (Array.isArray(value) && value.every(isObject)) return readItems(value, reading);
  return [looksLikeJson(piece.text) ? unreadable(piece.text) : parseLine(piece.text, reading.received, reading.format)];
}

/** Reads values that some other encoding than JSON text held. */
export function readItems(items: readonly unknown[], reading: Reading): Draft[] {
  return items.map((item) => {
    if (isObject(item)) return readEvent(item, reading);
    return parseLine(typeof item === 'string' ? item : stringifyJson(item), reading.received, reading.format);
  });
}

function readLines(text: string, { received, format, join }: Reading): Draft[] {
  const lines = splitLines(text);
  return (join ? joinLines(lines) : lines).map((line) => parseLine(line, received, format));
}

function readEvent(object: Json, { received, timeKey, messageKey }: Reading): Draft {
  const named = rename(rename(object, timeKey, 'timestamp'), messageKey, 'message');
  return keepTwins(parseBody(parseObject(named, received), received), object);
}

function rename(object: Json, from: string | undefined, to: string): Json {
  if (from === undefined || from === to || !Object.hasOwn(object, from)) return object;
  const { [from]: value, ...others } = object;
  return { ...others, [to]: value };
}

/** The items of an array, or of the one wrapping member that an object may have; one that names a member twice is no wrapping. */
export function unwrap(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isObject(value) && twinsOf(value)?.own !== true) {
    const wrapper = WRAPPERS.find((name) => Array.isArray(value[name]));
    if (wrapper !== undefined) return (value[wrapper] as readonly unknown[]).map(undoKafka);
  }
  return [value];
}

/** rsyslog's `kafkarest` writes `{"records": [{"value": …}]}`. */
function undoKafka(item: unknown): unknown {
  return isObject(item) && isObject(item.value) && Object.keys(item).length === 1 ? item.value : item;
}

const looksLikeJson = (text: string): boolean => /^\{\s*"/.test(text);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function attempt(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}
