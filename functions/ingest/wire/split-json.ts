/** A piece of text that holds JSON values one after the other. */
export interface JsonPiece {
  readonly text: string;
  /** Whether it is bracketed whole, and so worth parsing; else a line of something else, or what an unclosed bracket left. */
  readonly closed: boolean;
}

/**
 * Splits JSON objects and arrays that stand back to back, with or without blanks, newlines or commas between them. What is none comes as
 * the rest of its line. After a bracket that is never closed each line is split for itself, so that one broken value costs no other line.
 */
export function splitJson(text: string): JsonPiece[] {
  const pieces: JsonPiece[] = [];
  const stopped = split(text, 0, text.length, pieces);
  for (let start = stopped; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const broken = split(text, start, end, pieces);
    if (broken < end) push(pieces, text, broken, end, false);
    start = end + 1;
  }
  return pieces;
}

/** @returns where it stopped: `end`, or the start of what is not closed before it */
function split(text: string, from: number, end: number, pieces: JsonPiece[]): number {
  for (let at = from; at < end; ) {
    const code = text.charCodeAt(at);
    if (isBetween(code)) at++;
    else if (isOpening(code)) {
      const close = endOfValue(text, at, end);
      if (close < 0) return at;
      pieces.push({ text: text.slice(at, close), closed: true });
      at = close;
    } else {
      const newline = text.indexOf('\n', at);
      const stop = newline < 0 || newline > end ? end : newline;
      push(pieces, text, at, stop, false);
      at = stop;
    }
  }
  return end;
}

function push(pieces: JsonPiece[], text: string, from: number, to: number, closed: boolean): void {
  const piece = text.slice(from, to > from && text.charCodeAt(to - 1) === 0x0d ? to - 1 : to);
  if (piece.trim() !== '') pieces.push({ text: piece, closed });
}

/** The place after the bracket that closes the one at `start`; -1 where none does. */
function endOfValue(text: string, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at, end);
        if (at < 0) return -1;
        break;
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (--depth === 0) return at + 1;
        break;
    }
  }
  return -1;
}

function endOfString(text: string, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at;
  }
  return -1;
}

const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
/** Blanks, commas, and NUL, which some put after each value. */
const isBetween = (code: number): boolean => code <= 0x20 || code === 0x2c;
