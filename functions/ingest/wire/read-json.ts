import { parseDigits, parseJson } from '../../core/json.ts';

/** A name that stands twice in an object of JSON: of its two values parsers keep one. */
export interface Twins {
  readonly name: string;
  /** Whether the object itself has it, and not one below it. */
  readonly own: boolean;
  /** The object as it came. */
  readonly text: string;
}

const known = new WeakMap<object, Twins>();

/**
 * Parses JSON that came from outside, as `parseJson` does, and remembers which of its objects hold a name twice. One walk over the value
 * tells whether the text must be read more closely, be it for that or for digits that a double does not hold.
 * @throws SyntaxError
 */
export function readJson(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  if (typeof value !== 'object' || value === null) return losesDigits(value) ? parseDigits(text) : value;
  const seen: Seen = { members: 0, losesDigits: false };
  const exact = (look(value, seen, 0) ? (seen.losesDigits ? parseDigits(text) : value) : parseJson(text)) as object;
  if (countNames(text) !== seen.members) noteTwins(text, exact);
  return exact;
}

/** The name that stands twice in a value of `readJson`, or somewhere below it; undefined where each stands once. */
export const twinsOf = (value: unknown): Twins | undefined =>
  typeof value === 'object' && value !== null ? known.get(value) : undefined;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * How many names of members stand in JSON; NaN where that takes a closer look. A quote and a colon end a name, unless the quote is escaped or
 * begins a text; a text that begins with a colon cannot be told from a name that ends with what may stand before a text.
 */
function countNames(text: string): number {
  let names = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    const before = text.charCodeAt(colon - 1);
    if (before === QUOTE) {
      const last = text.charCodeAt(colon - 2);
      if (isBeforeValue(last)) return Number.NaN;
      if (last !== BACKSLASH) names++;
      else if (text.charCodeAt(colon - 3) === BACKSLASH) return Number.NaN;
    } else if (before <= 0x20 && text.charCodeAt(lastOfBlanks(text, colon - 1) - 1) === QUOTE) return Number.NaN;
  }
  return names;
}

/** What JSON may have in front of a text: a colon, a comma, a bracket or a blank. */
const isBeforeValue = (code: number): boolean =>
  code === COLON || code === 0x2c || code === 0x5b || code === 0x7b || code <= 0x20;

function lastOfBlanks(text: string, at: number): number {
  let first = at;
  while (first > 0 && text.charCodeAt(first - 1) <= 0x20) first--;
  return first;
}

/** Deeper values are not walked by calls. */
const MAX_DEPTH = 100;

/** What a walk over a value finds. */
interface Seen {
  /** Of all objects. */
  members: number;
  losesDigits: boolean;
}

/** @returns false where the value is too deep to be walked */
function look(value: object, seen: Seen, depth: number): boolean {
  if (depth > MAX_DEPTH) {
    seen.members = Number.NaN;
    return false;
  }
  if (Array.isArray(value)) {
    for (const item of value) if (!lookAt(item, seen, depth)) return false;
    return true;
  }
  for (const name in value) {
    seen.members++;
    if (!lookAt(value[name as keyof typeof value], seen, depth)) return false;
  }
  return true;
}

function lookAt(value: unknown, seen: Seen, depth: number): boolean {
  if (typeof value === 'object') return value === null || look(value, seen, depth + 1);
  if (losesDigits(value)) seen.losesDigits = true;
  return true;
}

/** Whether a number may have been written with other digits than it has as a double; one that is no integer is kept as that. */
const losesDigits = (value: unknown): boolean =>
  typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER);

/** An object or array whose end is not reached yet. */
interface Open {
  /** What it was parsed to; undefined where a later member of its name took its place. */
  readonly value: object | undefined;
  readonly start: number;
  /** Of an object. */
  readonly names: Set<string> | undefined;
  /** Name or place of the member that comes next. */
  next: string | number;
  twins: Omit<Twins, 'text'> | undefined;
}

/** Goes over JSON that has been parsed, and remembers each object and array in which a name stands twice. */
function noteTwins(text: string, root: object): void {
  const open: Open[] = [];
  for (let at = 0; at < text.length; at++) {
    const parent = open.at(-1);
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfText(text, at);
        if (parent?.names !== undefined && followsColon(text, end)) {
          const name = JSON.parse(text.slice(at, end)) as string;
          if (parent.names.has(name)) parent.twins = { name, own: true };
          parent.names.add(name);
          parent.next = name;
        }
        at = end - 1;
        break;
      }
      case 0x7b: // {
        open.push({ value: childOf(parent, root), start: at, names: new Set(), next: '', twins: undefined });
        break;
      case 0x5b: // [
        open.push({ value: childOf(parent, root), start: at, names: undefined, next: 0, twins: undefined });
        break;
      case 0x2c: // ,
        if (typeof parent?.next === 'number') parent.next++;
        break;
      case 0x7d: // }
      case 0x5d: {
        // ]
        const { value, start, twins } = open.pop() as Open;
        if (twins === undefined) break;
        if (value !== undefined) known.set(value, { ...twins, text: text.slice(start, at + 1) });
        const around = open.at(-1);
        if (around !== undefined) around.twins ??= { name: twins.name, own: false };
        break;
      }
    }
  }
}

function childOf(parent: Open | undefined, root: object): object | undefined {
  if (parent === undefined) return root;
  const { value, next } = parent;
  if (value === undefined || !Object.hasOwn(value, next)) return undefined;
  const child = value[next as keyof typeof value] as unknown;
  return typeof child === 'object' && child !== null ? child : undefined;
}

/** The place behind the quote that closes the text at `start`. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return text.length;
}

function followsColon(text: string, from: number): boolean {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === COLON;
}
