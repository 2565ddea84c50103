import type { Dictionary } from './dictionary.ts';

/** Keyword column: its terms, and each document's ordinals. */
export interface KeywordColumn extends Dictionary {
  /** Offset of each document's ordinals in `ords`: documents + 1 entries. */
  readonly ordStart: Uint32Array;
  /** Ordinals of each document, ascending, each once. */
  readonly ords: Uint32Array;
}

/** Text column: its words, and where they stand. */
export interface TextColumn extends Dictionary {
  /** Byte offset of each word's positions in `positions`. */
  readonly posStart: Uint32Array;
  /** For each posting of each word: how often, then the steps between positions, as variable-length integers. */
  readonly positions: Uint8Array;
}

/** Numbers of each document, ascending. */
export interface NumberColumn {
  /** Offset of each document's numbers in `values`: documents + 1 entries. */
  readonly start: Uint32Array;
  readonly values: Float64Array;
}

/** Dates by document: Unix milliseconds (NaN where there is none) and nanoseconds within. */
export interface DateColumn {
  readonly millis: Float64Array;
  readonly nanos: Uint32Array;
}

/**
 * An immutable part of an index, readable by every thread at once. Documents are numbered from 0, sorted by the mapping's
 * first date field, newest first; those without come last.
 */
export interface Segment {
  readonly id: string;
  readonly documents: number;
  /** SQLite row of each document. */
  readonly rows: Uint32Array;
  readonly sortField: string | undefined;
  readonly keywords: ReadonlyMap<string, KeywordColumn>;
  readonly texts: ReadonlyMap<string, TextColumn>;
  readonly numbers: ReadonlyMap<string, NumberColumn>;
  readonly dates: ReadonlyMap<string, DateColumn>;
  /** The memory behind all of it, which is also the file's content. */
  readonly memory: SharedArrayBuffer;
}

type Array32 = Uint32Array | Float64Array | Uint8Array;
const KINDS = { u8: Uint8Array, u32: Uint32Array, f64: Float64Array } as const;
type Kind = keyof typeof KINDS;

/** A column in the making: the same members as the finished one, in memory of its own. */
export interface SegmentParts {
  readonly id: string;
  readonly documents: number;
  readonly sortField: string | undefined;
  readonly rows: Uint32Array;
  readonly keywords: ReadonlyMap<string, KeywordColumn>;
  readonly texts: ReadonlyMap<string, TextColumn>;
  readonly numbers: ReadonlyMap<string, NumberColumn>;
  readonly dates: ReadonlyMap<string, DateColumn>;
}

interface Header {
  readonly id: string;
  readonly documents: number;
  readonly sortField: string | null;
  /** `[column kind, field, member, element kind, byte offset, elements]` */
  readonly sections: ReadonlyArray<readonly [string, string, string, Kind, number, number]>;
}

/** Marks the file and its format. */
const MAGIC = 0x54524931;
const PREAMBLE = 16;
const align = (offset: number): number => (offset + 7) & ~7;

/** Lays a segment's columns out in one block of shared memory. */
export function encodeSegment(parts: SegmentParts): Segment {
  const arrays: Array<[kind: string, field: string, member: string, array: Array32]> = [['rows', '', '', parts.rows]];
  for (const kind of ['keywords', 'texts', 'numbers', 'dates'] as const) {
    for (const [field, column] of parts[kind]) {
      for (const [member, array] of Object.entries(column as unknown as Record<string, Array32>))
        arrays.push([kind, field, member, array]);
    }
  }
  let offset = 0;
  const sections = arrays.map(([kind, field, member, array]) => {
    const element: Kind = array instanceof Uint8Array ? 'u8' : array instanceof Uint32Array ? 'u32' : 'f64';
    const section = [kind, field, member, element, offset, array.length] as const;
    offset = align(offset + array.byteLength);
    return section;
  });
  const header: Header = { id: parts.id, documents: parts.documents, sortField: parts.sortField ?? null, sections };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const base = align(PREAMBLE + headerBytes.length);
  const memory = new SharedArrayBuffer(base + offset);
  new Uint32Array(memory, 0, 4).set([MAGIC, headerBytes.length, base + offset, 0]);
  new Uint8Array(memory, PREAMBLE).set(headerBytes);
  arrays.forEach(([, , , array], index) => {
    const [, , , , at] = sections[index] as Header['sections'][number];
    new Uint8Array(memory, base + at, array.byteLength).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    );
  });
  return openSegment(memory);
}

/** Reads a segment out of its memory without copying. @throws Error when the memory holds none, or a torn one */
export function openSegment(memory: SharedArrayBuffer): Segment {
  const [magic, headerLength = 0, length] = memory.byteLength < PREAMBLE ? [] : new Uint32Array(memory, 0, 4);
  if (magic !== MAGIC || length !== memory.byteLength) throw new Error('not a whole segment');
  const header = JSON.parse(Buffer.from(memory, PREAMBLE, headerLength).toString()) as Header;
  const base = align(PREAMBLE + headerLength);
  const columns = { rows: new Map(), keywords: new Map(), texts: new Map(), numbers: new Map(), dates: new Map() };
  let rows: Uint32Array = new Uint32Array(0);
  for (const [kind, field, member, element, at, elements] of header.sections) {
    const array = new KINDS[element](memory as unknown as ArrayBuffer, base + at, elements);
    if (kind === 'rows') rows = array as Uint32Array;
    else {
      const byField = columns[kind as keyof typeof columns];
      byField.set(field, { ...byField.get(field), [member]: array });
    }
  }
  const { keywords, texts, numbers, dates } = columns;
  return {
    id: header.id,
    documents: header.documents,
    sortField: header.sortField ?? undefined,
    rows,
    keywords,
    texts,
    numbers,
    dates,
    memory,
  };
}
