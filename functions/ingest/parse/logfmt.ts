import type { Draft } from '../draft.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { readObject } from '../read-object.ts';

/** A pair, or a bare word between pairs. Values are quoted with escapes, or run to the next blank. */
const TOKEN = /\s*(?:([\w.@/:-]{1,128})=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=\s|$)|(\S+))/gy;
const FIRST = /^[\w.@/-]{1,128}=/;

/** Reads a line of `key=value` pairs: at least two of them, and few other words. */
export function parseLogfmt(line: string): Draft | undefined {
  if (!FIRST.test(line)) return undefined;
  const pairs: Gathered = {};
  let count = 0;
  let words = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(line); match !== null; match = TOKEN.exec(line)) {
    const [, key, quoted, bare, word] = match;
    if (key === undefined) {
      if (word !== undefined) words++;
      continue;
    }
    count++;
    putAttribute(pairs, key, quoted === undefined ? (bare ?? '') : unquote(quoted));
  }
  if (count < 2 || words * 4 > count) return undefined;
  const { body, raw: _, ...read } = readObject(pairs);
  // a line without a message of its own is its message
  const told = MESSAGES.some((name) => Object.hasOwn(pairs, name));
  return { ...read, body: told ? body : line, original: line };
}

const MESSAGES = ['message', 'msg', 'MESSAGE', 'log', 'short_message', 'body', 'event', 'text'];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

const unquote = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character) : text;
