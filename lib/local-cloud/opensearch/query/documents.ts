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
    // bits are made once for all sets that are asked for, and each list is then read once
    if (set.kind === 'list' && this.#set.kind !== 'interval' && set.list.length * SPARSE > this.size)
      return new Documents(listOf(filterList(set.list, { kind: 'bits', bits: this.bits })), this.#total);
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

/** From so many times fewer on, documents are looked up one by one. */
const SPARSE = 32;
