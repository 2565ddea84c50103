import type { Draft } from '../draft.ts';
import { readPlain } from './plain.ts';

/** Reads a line of text. The line itself is always kept, byte for byte, as `original`. */
export function parseLine(line: string): Draft {
  return readPlain(line);
}
