import { type Gathered, putAttribute } from '../put-attribute.ts';

const PAIR = /\s*([A-Za-z_][\w.:/-]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|(?=\}?\s*$))/y;

/** The labels of `{job="web", env="prod"}`; undefined where the text is no such set. */
export function parseLabels(text: string): Gathered | undefined {
  const inner = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const labels: Gathered = {};
  PAIR.lastIndex = 0;
  let end = 0;
  for (let match = PAIR.exec(inner); match !== null; match = PAIR.exec(inner)) {
    putAttribute(labels, match[1] ?? '', unquote(match[2] ?? ''));
    end = PAIR.lastIndex;
  }
  return inner.slice(end).trim() === '' ? labels : undefined;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Go's string escapes (https://go.dev/ref/spec#String_literals). */
function unquote(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs,
    (whole, byte?: string, short?: string, long?: string, octal?: string, other?: string) => {
      const hex = byte ?? short ?? long;
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16), whole);
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8), whole);
      return SIMPLE[other ?? ''] ?? other ?? whole;
    },
  );
}

const codePoint = (code: number, otherwise: string): string =>
  code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
