import {
  allOf,
  count,
  type DocSet,
  filterList,
  intersect,
  isAll,
  listOf,
  subtract,
  toBits,
  toList,
} from './doc-set.ts';

/** Documents of one segment, in whichever form is asked for; each is made once. */
export class Documents {
  readonly #set: DocSet;
  readonly #total: number;
  #size: number | undefined;
  #list: Uint32Array | undefined;
  #bits: Uint32Array | undefined;

  /** @param total documents of the segment */
  constructor(set: DocSet, total: number) {
    this.#set = isAll(set, total) ? allOf(total) : set;
    this.#total = total;
  }

  get size(): number {
    this.#size ??= count(this.#set);
    return this.#size;
  }

  /** Whether it is all documents of the segment. */
  get isAll(): boolean {
    return this.size === this.#total;
  }

  /** Where they stand side by side. */
  get run(): { readonly from: number; readonly to: number } | undefined {
    return this.#set.kind === 'interval' ? this.#set : undefined;
  }

  /** Ascending. */
  get list(): Uint32Array {
    this.#list ??= toList(this.#set);
    return this.#list;
  }

  get bits(): Uint32Array {
    this.#bits ??= this.#set.kind === 'bits' ? this.#set.bits : toBits(this.#set, this.#total);
    return this.#bits;
  }

  /** Those that are in `set`, too. */
  and(set: DocSet): Documents {
    if (this.isAll) return new Documents(set, this.#total);
    if (set.kind === 'list' && this.#set.kind !== 'interval') {
      const isShorter = set.list.length <= this.size;
      const [less, more] = isShorter ? [set.list.length, this.size] : [this.size, set.list.length];
      // the shorter is gone through once, by bits of the longer that are kept for those that are asked next
      if (less * SPARSE > more) {
        const [list, bits] = isShorter ? [set.list, this.bits] : [this.list, bitsOf(set, this.#total)];
        return new Documents(listOf(filterList(list, { kind: 'bits', bits })), this.#total);
      }
    }
    return new Documents(intersect(this.#set, set, this.#total), this.#total);
  }

  /** Those that are not in `set`. */
  without(set: DocSet): Documents {
    return new Documents(subtract(this.#set, set, this.#total), this.#total);
  }

  /** The document at a place in their order. */
  at(place: number): number {
    return this.#set.kind === 'interval' ? this.#set.from + place : (this.list[place] as number);
  }

  /** Those from one place in their order to another. */
  slice(from: number, to: number): Documents {
    const set = this.#set;
    if (set.kind === 'interval')
      return new Documents({ kind: 'interval', from: set.from + from, to: set.from + to }, this.#total);
    return new Documents(listOf(this.list.subarray(from, to)), this.#total);
  }
}

const BITS = new WeakMap<DocSet, Uint32Array>();

/** Bits of a set, kept as long as the set is. */
function bitsOf(set: DocSet, total: number): Uint32Array {
  const bits = BITS.get(set) ?? toBits(set, total);
  BITS.set(set, bits);
  return bits;
}

/** From so many times fewer on, documents are looked up one by one. */
const SPARSE = 32;
