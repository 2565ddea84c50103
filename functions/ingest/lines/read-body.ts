import { parseJson, stringifyJson } from '../../core/json.ts';
import type { Draft } from '../draft.ts';
import { parseLine } from '../parse/parse-line.ts';
import { readObject } from '../read-object.ts';

const WRAPPERS = ['logs', 'events', 'records', 'data', 'items'];

/**
 * Reads a body of `/v1/ingest` by what it begins with, never by its content type: a JSON array, an object (one wrapping level undone),
 * JSON values one a line, else lines of text. Text is one event a line; blank lines are none.
 */
export function readBody(content: Buffer): Draft[] {
  const text = content.toString('utf8');
  const first = /\S/.exec(text)?.[0];
  if (first === '{' || first === '[') {
    const whole = attempt(text);
    if (whole !== undefined) return unwrap(whole).map(readItem);
  }
  return text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const value = line.trimStart().startsWith('{') ? attempt(line) : undefined;
      return isObject(value) ? { ...readObject(value), original: line } : parseLine(line);
    });
}

function unwrap(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isObject(value)) {
    const wrapper = WRAPPERS.find((name) => Array.isArray(value[name]));
    if (wrapper !== undefined) return value[wrapper] as readonly unknown[];
  }
  return [value];
}

function readItem(item: unknown): Draft {
  if (isObject(item)) return readObject(item);
  return parseLine(typeof item === 'string' ? item : stringifyJson(item));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function attempt(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
