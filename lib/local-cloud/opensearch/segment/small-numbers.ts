import type { NumberColumn } from './segment.ts';

/** Numbers below this fit a byte: severities, flags. */
export const SMALL = 256;

/**
 * A column as one byte a document, where each document has exactly one whole number below `SMALL`: an eighth of the memory to go through.
 * Made when it is first asked for, kept as long as its column.
 */
export function smallNumbers(column: NumberColumn): Uint8Array | undefined {
  let found = KNOWN.get(column);
  if (found === undefined) {
    found = readSmall(column) ?? NONE;
    KNOWN.set(column, found);
  }
  return found === NONE ? undefined : found;
}

const NONE = new Uint8Array(0);
const KNOWN = new WeakMap<NumberColumn, Uint8Array>();

function readSmall({ start, values }: NumberColumn): Uint8Array | undefined {
  if (values.length !== start.length - 1) return undefined;
  const small = new Uint8Array(values.length);
  for (let document = 0; document < values.length; document++) {
    const value = values[document] as number;
    if (start[document] !== document || value !== (value & (SMALL - 1))) return undefined;
    small[document] = value;
  }
  return small;
}
