/**
 * Documents of one segment that a clause keeps. `list` is ascending and may be a view of shared memory: sets are never changed in place,
 * `bits` are of the set's own.
 */
export type DocSet =
  | { readonly kind: 'interval'; readonly from: number; readonly to: number }
  | { readonly kind: 'list'; readonly list: Uint32Array }
  | { readonly kind: 'bits'; readonly bits: Uint32Array };

export const NONE: DocSet = { kind: 'interval', from: 0, to: 0 };
export const allOf = (documents: number): DocSet => ({ kind: 'interval', from: 0, to: documents });
export const listOf = (list: Uint32Array): DocSet => (list.length === 0 ? NONE : { kind: 'list', list });

const words = (documents: number): number => (documents + 31) >>> 5;
const has = (bits: Uint32Array, document: number): boolean =>
  (((bits[document >>> 5] as number) >>> (document & 31)) & 1) === 1;

/** First index in ascending `list`, from `start` on, whose value is not below `wanted`; gallops, so near values are found fast. */
function seek(list: Uint32Array, wanted: number, start: number): number {
  let step = 1;
  let high = start;
  while (high < list.length && (list[high] as number) < wanted) {
    high += step;
    step *= 2;
  }
  let low = Math.max(start, high - (step >>> 1));
  high = Math.min(high, list.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a set is known at a glance to be all of a segment's documents. */
export function isAll(set: DocSet, documents: number): boolean {
  if (set.kind === 'interval') return set.from === 0 && set.to === documents;
  return set.kind === 'list' && set.list.length === documents;
}

export function isEmpty(set: DocSet): boolean {
  if (set.kind === 'interval') return set.from >= set.to;
  return set.kind === 'list' ? set.list.length === 0 : set.bits.every((word) => word === 0);
}

export function count(set: DocSet): number {
  if (set.kind === 'interval') return Math.max(0, set.to - set.from);
  if (set.kind === 'list') return set.list.length;
  let total = 0;
  for (let i = 0; i < set.bits.length; i++) total += ones(set.bits[i] as number);
  return total;
}

/** Number of set bits of a word. */
function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** The set as bits, in memory of its own. */
export function toBits(set: DocSet, documents: number): Uint32Array {
  if (set.kind === 'bits') return set.bits.slice();
  const bits = new Uint32Array(words(documents));
  if (set.kind === 'interval') fill(bits, set.from, set.to);
  else mark(bits, set.list);
  return bits;
}

/** Sets the bits of every document of `list`. */
export function mark(bits: Uint32Array, list: Uint32Array): void {
  for (let i = 0; i < list.length; i++) {
    const document = list[i] as number;
    bits[document >>> 5] = (bits[document >>> 5] as number) | (1 << (document & 31));
  }
}

/** Sets the bits of the documents `[from, to)`. */
export function fill(bits: Uint32Array, from: number, to: number): void {
  if (from >= to) return;
  const first = from >>> 5;
  const last = (to - 1) >>> 5;
  const head = 0xffffffff << (from & 31);
  const tail = 0xffffffff >>> (31 - ((to - 1) & 31));
  if (first === last) bits[first] = (bits[first] as number) | (head & tail);
  else {
    bits[first] = (bits[first] as number) | head;
    bits.fill(0xffffffff, first + 1, last);
    bits[last] = (bits[last] as number) | tail;
  }
}

/** The set as an ascending list. */
export function toList(set: DocSet): Uint32Array {
  if (set.kind === 'list') return set.list;
  if (set.kind === 'interval') {
    const list = new Uint32Array(Math.max(0, set.to - set.from));
    for (let i = 0; i < list.length; i++) list[i] = set.from + i;
    return list;
  }
  const list = new Uint32Array(count(set));
  let at = 0;
  for (let i = 0; i < set.bits.length; i++) {
    for (let word = set.bits[i] as number; word !== 0; word &= word - 1)
      list[at++] = (i << 5) + (31 - Math.clz32(word & -word));
  }
  return list;
}

/** Lists with more than one in so many documents are joined by bits. */
const DENSE = 64;

/** Documents of `list` that are in `set`. */
export function filterList(list: Uint32Array, set: DocSet): Uint32Array {
  if (set.kind === 'interval') return list.subarray(seek(list, set.from, 0), seek(list, set.to, 0));
  const kept = new Uint32Array(set.kind === 'list' ? Math.min(list.length, set.list.length) : list.length);
  let at = 0;
  if (set.kind === 'bits') {
    for (let i = 0; i < list.length; i++) if (has(set.bits, list[i] as number)) kept[at++] = list[i] as number;
    return kept.subarray(0, at);
  }
  const [short, long] = list.length <= set.list.length ? [list, set.list] : [set.list, list];
  for (let i = 0, j = 0; i < short.length && j < long.length; i++) {
    const document = short[i] as number;
    j = seek(long, document, j);
    if (long[j] === document) kept[at++] = document;
  }
  return kept.subarray(0, at);
}

export function intersect(a: DocSet, b: DocSet, documents: number): DocSet {
  if (isAll(a, documents)) return b;
  if (isAll(b, documents)) return a;
  if (a.kind === 'list' && b.kind === 'list' && Math.min(a.list.length, b.list.length) * DENSE > documents) {
    // to be looked for in a long list costs more than to mark the whole of it
    return listOf(filterList(a.list, { kind: 'bits', bits: toBits(b, documents) }));
  }
  if (a.kind === 'list') return listOf(filterList(a.list, b));
  if (b.kind === 'list') return listOf(filterList(b.list, a));
  if (a.kind === 'interval' && b.kind === 'interval') {
    const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
    return from < to ? { kind: 'interval', from, to } : NONE;
  }
  const bits = toBits(a, documents);
  const other = b.kind === 'bits' ? b.bits : toBits(b, documents);
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & (other[i] as number);
  return { kind: 'bits', bits };
}

export function union(sets: readonly DocSet[], documents: number): DocSet {
  const [first, ...others] = sets.filter((set) => !isEmpty(set));
  if (first === undefined) return NONE;
  if (others.length === 0) return first;
  const bits = toBits(first, documents);
  for (const set of others) {
    if (set.kind === 'list') mark(bits, set.list);
    else if (set.kind === 'interval') fill(bits, set.from, set.to);
    else for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) | (set.bits[i] as number);
  }
  return { kind: 'bits', bits };
}

/** Documents of `a` that are not in `b`. */
export function subtract(a: DocSet, b: DocSet, documents: number): DocSet {
  if (isEmpty(b) || isEmpty(a)) return a;
  const bits = toBits(a, documents);
  const other = b.kind === 'bits' ? b.bits : toBits(b, documents);
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & ~(other[i] as number);
  return { kind: 'bits', bits };
}

/** Documents that at least `minimum` of `sets` hold. */
export function atLeast(sets: readonly DocSet[], minimum: number, documents: number): DocSet {
  if (minimum <= 0) return allOf(documents);
  if (minimum === 1) return union(sets, documents);
  const counts = new Uint16Array(documents);
  for (const set of sets) for (const document of toList(set)) counts[document] = (counts[document] as number) + 1;
  const bits = new Uint32Array(words(documents));
  for (let document = 0; document < documents; document++) {
    if ((counts[document] as number) >= minimum)
      bits[document >>> 5] = (bits[document >>> 5] as number) | (1 << (document & 31));
  }
  return { kind: 'bits', bits };
}
