import { ContentError } from './content-error.ts';

/** How content is cut into events: `array` is one JSON array, `json` are JSON values one after the other, over several lines each. */
export type ContentFormat = 'text' | 'array' | 'json' | 'csv';

const [LF, QUOTE, BACKSLASH] = [0x0a, 0x22, 0x5c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const isSpace = (byte: number | undefined): boolean => byte !== undefined && byte <= 0x20;

/**
 * Tells the format by the beginning of the content, a name that ends in `.csv`, or what the uploader says.
 * @throws ContentError for what is no text in UTF-8
 */
export function detectFormat(head: Buffer, name: string, asked: 'text' | 'json' | 'csv' | undefined): ContentFormat {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw new ContentError('the text is in UTF-16; save it as UTF-8');
  const sample = head.subarray(0, 65_536);
  let zeros = 0;
  for (const byte of sample) if (byte === 0) zeros++;
  if (zeros > sample.length / 100) throw new ContentError('the file holds no text: it has too many NUL bytes');
  if (asked === 'text') return 'text';
  if (asked === 'csv' || (asked === undefined && /\.[ct]sv(\.\w+)?$/i.test(name))) return 'csv';
  let at = 0;
  while (isSpace(head[at])) at++;
  if (head[at] === OPEN_ARRAY) {
    let next = at + 1;
    while (isSpace(head[next])) next++;
    if (asked === 'json' || head[next] === OPEN_OBJECT) return 'array';
  }
  if (head[at] !== OPEN_OBJECT) return 'text';
  const newline = head.indexOf(LF, at);
  return newline < 0 || isJson(head.toString('utf8', at, newline)) ? 'text' : 'json';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A part of a window that holds whole events. */
export interface Cut {
  /** Where its first event begins; what is before is punctuation. */
  readonly start: number;
  readonly end: number;
  /** Where the next part begins. */
  readonly next: number;
}

/** The longest beginning of a window that holds whole events; undefined where not even the first one ends in it. */
export function cutWindow(window: Buffer, format: ContentFormat): Cut | undefined {
  switch (format) {
    case 'text':
      return cutLines(window);
    case 'csv':
      return cutRows(window);
    default:
      return cutValues(window, format === 'array');
  }
}

/** How far back a better place to cut is looked for: a stack trace is seldom longer. */
const LOOK_BACK_BYTES = 65_536;
/** Lines that may belong to the one before; see `parse/join-lines.ts`. */
const CONTINUES =
  /^(?:\s|Caused by: |Suppressed: |Traceback |[A-Za-z_][\w.$]{0,200}(?:Exception|Error|Throwable)(?:: |\r?$))/;

function cutLines(window: Buffer): Cut | undefined {
  const last = window.lastIndexOf(LF);
  if (last < 0) return undefined;
  for (let newline = last; newline > Math.max(0, last - LOOK_BACK_BYTES); ) {
    const before = window.lastIndexOf(LF, newline - 1);
    if (before < 0) break;
    const line = window.toString('utf8', before + 1, Math.min(newline, before + 300));
    if (!CONTINUES.test(line)) return { start: 0, end: before + 1, next: before + 1 };
    newline = before;
  }
  return { start: 0, end: last + 1, next: last + 1 };
}

function cutRows(window: Buffer): Cut | undefined {
  let end = 0;
  let quoted = false;
  for (let at = 0; at < window.length; at++) {
    if (window[at] === QUOTE) quoted = !quoted;
    else if (window[at] === LF && !quoted) end = at + 1;
  }
  return end === 0 ? undefined : { start: 0, end, next: end };
}

/** @param inArray whether brackets around all values are punctuation */
function cutValues(window: Buffer, inArray: boolean): Cut | undefined {
  const between = (at: number): boolean =>
    isSpace(window[at]) ||
    window[at] === 0x2c ||
    (inArray && (window[at] === CLOSE_ARRAY || window[at] === OPEN_ARRAY));
  let at = 0;
  while (at < window.length && between(at)) at++;
  const start = at;
  let end: number | undefined;
  while (at < window.length) {
    const close = endOfValue(window, at);
    if (close < 0) break;
    end = close;
    at = close;
    while (at < window.length && between(at)) at++;
  }
  if (end === undefined) return start === window.length ? { start, end: start, next: start } : undefined;
  return { start, end, next: at };
}

/** The place behind the value that begins at `start`; -1 where it does not end in the window. */
function endOfValue(window: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < window.length; at++) {
    switch (window[at]) {
      case QUOTE:
        for (at++; at < window.length && window[at] !== QUOTE; at++) if (window[at] === BACKSLASH) at++;
        if (at >= window.length) return -1;
        if (depth === 0) return at + 1;
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        depth++;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        depth--;
        if (depth === 0) return at + 1;
        if (depth < 0) return at;
        break;
      case 0x2c:
      case LF:
        // a bare number or word ends here
        if (depth === 0) return at;
        break;
    }
  }
  return -1;
}
