import { parseJson, stringifyJson } from '../../core/json.ts';
import { type Draft, unreadable } from '../draft.ts';
import { parseBody } from '../parse/parse-body.ts';
import { parseLine } from '../parse/parse-line.ts';
import { readObject } from '../read-object.ts';
import { splitLines } from '../split-lines.ts';
import { splitJson } from '../wire/split-json.ts';

const WRAPPERS = ['logs', 'events', 'records', 'data', 'items'];

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads text of `/v1/ingest` by what it begins with, never by its content type: JSON (an array, an object with one wrapping level undone, or
 * values one after the other), else lines, of which those that are JSON are read as JSON. Blank lines are none.
 */
export function readBody(text: string, received: number): Draft[] {
  const first = /\S/.exec(text)?.[0];
  if (first !== '{' && first !== '[') return splitLines(text).map((line) => readLine(line, received));
  const whole = attempt(text);
  if (whole !== undefined) return readItems(unwrap(whole), received);
  return splitJson(text).flatMap((piece) => {
    const value = piece.closed ? attempt(piece.text) : undefined;
    // a whole array in its line is one of events; an object is an event that came as a line
    if (Array.isArray(value) && value.every(isObject)) return readItems(value, received);
    if (isObject(value)) return [{ ...readEvent(value, received), original: piece.text }];
    return [looksLikeJson(piece.text) ? unreadable(piece.text) : parseLine(piece.text, received)];
  });
}

/** Reads values that some other encoding than JSON text held. */
export function readItems(items: readonly unknown[], received: number): Draft[] {
  return items.map((item) => {
    if (isObject(item)) return readEvent(item, received);
    return parseLine(typeof item === 'string' ? item : stringifyJson(item), received);
  });
}

function readLine(line: string, received: number): Draft {
  const value = line.trimStart().startsWith('{') ? attempt(line) : undefined;
  return isObject(value) ? { ...readEvent(value, received), original: line } : parseLine(line, received);
}

const readEvent = (object: Json, received: number): Draft => parseBody(readObject(object), received);

/** The items of an array, or of the one wrapping member that an object may have. */
export function unwrap(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isObject(value)) {
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
    return parseJson(text);
  } catch {
    return undefined;
  }
}
