import { latin1Of } from './latin1.ts';

/** What a scan looks for and what it then does: `at` is where the anchor begins, behind its leading `?`. @returns where to go on, or undefined where it was nothing */
export interface Anchor {
  /** At least four characters in lower case, of which the first four count: `?` is any character, `@` a letter or digit, `#` a hex digit. */
  readonly text: string;
  readonly check: (text: string, at: number) => number | undefined;
}

const WINDOW = 4;
const CODES = 128;

/** Letters of either case are the same; so are a few signs, which costs no more than a check. */
const fold = (code: number): number => (code | 0x20) & 0x7f;

const ALNUM = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const HEX = [...'abcdef0123456789'];

function codesOf(character: string): readonly number[] {
  if (character === '?') return Array.from({ length: CODES }, (_, code) => code);
  const characters = character === '@' ? ALNUM : character === '#' ? HEX : [character];
  return [...new Set(characters.map((each) => fold(each.charCodeAt(0))))];
}

const blockAt = (bytes: Uint8Array, at: number): number =>
  ((((bytes[at] as number) | 0x20) & 0x7f) << 7) | (((bytes[at + 1] as number) | 0x20) & 0x7f);

interface Placed {
  readonly check: Anchor['check'];
  /** From the window's begin to where the anchor begins. */
  readonly offset: number;
  /** Of the window's first two characters; -1 for any. */
  readonly first: number;
  readonly second: number;
}

/**
 * Finds many short texts in one pass that looks at about every third character (Wu and Manber, "A fast algorithm for multi-pattern searching",
 * 1994, with blocks of two characters and windows of four).
 */
export class AnchorScan {
  readonly #shifts = new Uint8Array(CODES * CODES).fill(WINDOW - 1);
  /** Blocks that a window may begin with. */
  readonly #begins = new Uint8Array(CODES * CODES);
  readonly #slots = new Uint8Array(CODES * CODES);
  /** By slot. */
  readonly #checks: Placed[][] = [[]];

  constructor(anchors: readonly Anchor[]) {
    for (const { text, check } of anchors) {
      const codes = [...text.slice(0, WINDOW)].map(codesOf);
      const single = (at: number) => (codes[at]?.length === 1 ? (codes[at]?.[0] ?? -1) : -1);
      const offset = text.length - text.replace(/^\?+/, '').length;
      const placed: Placed = { check, offset, first: single(0), second: single(1) };
      for (let at = 0; at + 1 < WINDOW; at++)
        for (const first of codes[at] ?? [])
          for (const second of codes[at + 1] ?? []) {
            const block = (first << 7) | second;
            if (at === 0) this.#begins[block] = 1;
            const shift = WINDOW - 2 - at;
            if (shift < (this.#shifts[block] ?? 0)) this.#shifts[block] = shift;
            if (shift === 0) this.#place(block, placed);
          }
    }
  }

  #place(block: number, placed: Placed): void {
    const slot = this.#slots[block] || this.#checks.push([]) - 1;
    if (slot > 0xff) throw new RangeError('more than 255 blocks end an anchor');
    this.#slots[block] = slot;
    this.#checks[slot]?.push(placed);
  }

  /** Goes over a text; a check that finds something says where to go on, which ends the scan where it is the text's end. */
  run(text: string, from = 0): void {
    const shifts = this.#shifts;
    const begins = this.#begins;
    const bytes = latin1Of(text);
    const { length } = text;
    // a leading `?` may stand before the text
    let at = from + WINDOW - 2;
    while (at < length) {
      const block = blockAt(bytes, at - 1);
      const shift = shifts[block] as number;
      if (shift > 0) at += shift;
      else if (at < WINDOW || begins[blockAt(bytes, at - WINDOW + 1)] === 1) at += this.#check(text, at, block);
      else at++;
    }
  }

  /** @returns how far to go on */
  #check(text: string, at: number, block: number): number {
    const begin = at - WINDOW + 1;
    const second = fold(text.charCodeAt(begin + 1));
    const first = begin < 0 ? -1 : fold(text.charCodeAt(begin));
    for (const placed of this.#checks[this.#slots[block] as number] ?? []) {
      if (placed.second !== -1 && placed.second !== second) continue;
      if (placed.first !== -1 && placed.first !== first) continue;
      if (begin + placed.offset < 0) continue;
      const next = placed.check(text, begin + placed.offset);
      if (next !== undefined) return Math.max(1, next + WINDOW - 2 - at);
    }
    return 1;
  }
}
