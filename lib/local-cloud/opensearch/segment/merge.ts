import type { Dictionary } from './dictionary.ts';
import {
  type DateColumn,
  encodeSegment,
  type KeywordColumn,
  type NumberColumn,
  type Segment,
  type TextColumn,
} from './segment.ts';
import { VarintReader, VarintWriter } from './varint.ts';

/** A segment to merge, and which of its documents live (bit set; all of them when absent). */
export interface MergeSource {
  readonly segment: Segment;
  readonly live: Uint32Array | undefined;
}

/** Marks a document that does not live in `remap`. */
const GONE = 0xffffffff;

/** Makes one segment of several, leaving out dead documents; order and content are those of the sources. */
export function mergeSegments(id: string, sources: readonly MergeSource[]): Segment {
  const segments = sources.map(({ segment }) => segment);
  const { remaps, documents } = remap(sources);
  const keywords = new Map<string, KeywordColumn>();
  for (const field of fieldsOf(segments, 'keywords')) {
    keywords.set(
      field,
      mergeKeywords(
        segments.map((segment) => segment.keywords.get(field)),
        remaps,
        documents,
      ),
    );
  }
  const texts = new Map<string, TextColumn>();
  for (const field of fieldsOf(segments, 'texts')) {
    texts.set(
      field,
      mergeTexts(
        segments.map((segment) => segment.texts.get(field)),
        remaps,
      ),
    );
  }
  const numbers = new Map<string, NumberColumn>();
  for (const field of fieldsOf(segments, 'numbers')) {
    numbers.set(
      field,
      mergeNumbers(
        segments.map((segment) => segment.numbers.get(field)),
        remaps,
        documents,
      ),
    );
  }
  const dates = new Map<string, DateColumn>();
  for (const field of fieldsOf(segments, 'dates')) {
    const columns = segments.map((segment) => segment.dates.get(field));
    dates.set(field, {
      millis: scatter(
        new Float64Array(documents).fill(Number.NaN),
        columns.map((column) => column?.millis),
        remaps,
      ),
      nanos: scatter(
        new Uint32Array(documents),
        columns.map((column) => column?.nanos),
        remaps,
      ),
    });
  }
  const rows = scatter(
    new Uint32Array(documents),
    segments.map((segment) => segment.rows),
    remaps,
  );
  return encodeSegment({ id, documents, sortField: segments[0]?.sortField, rows, keywords, texts, numbers, dates });
}

const fieldsOf = (segments: readonly Segment[], kind: 'keywords' | 'texts' | 'numbers' | 'dates'): Set<string> =>
  new Set(segments.flatMap((segment) => [...segment[kind].keys()]));

/** New number of every document: sources are sorted newest first already, so this is a merge of sorted runs. */
function remap(sources: readonly MergeSource[]): { remaps: Uint32Array[]; documents: number } {
  const remaps = sources.map(({ segment }) => new Uint32Array(segment.documents).fill(GONE));
  const runs = sources.map(({ segment, live }) => {
    const dates = segment.sortField === undefined ? undefined : segment.dates.get(segment.sortField);
    return { documents: segment.documents, live, dates, at: 0 };
  });
  type Run = (typeof runs)[number];
  const settle = (run: Run) => {
    while (run.at < run.documents && run.live !== undefined && !isLive(run.live, run.at)) run.at++;
  };
  const millis = (run: Run) => {
    const value = run.dates?.millis[run.at] ?? Number.NaN;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  runs.forEach(settle);
  let documents = 0;
  for (;;) {
    let best = -1;
    let bestMillis = 0;
    for (let index = 0; index < runs.length; index++) {
      const run = runs[index] as Run;
      if (run.at >= run.documents) continue;
      const value = millis(run);
      if (best >= 0 && value < bestMillis) continue;
      if (best < 0 || value > bestMillis || nanosOf(run) > nanosOf(runs[best] as Run)) {
        best = index;
        bestMillis = value;
      }
    }
    if (best < 0) return { remaps, documents };
    const run = runs[best] as Run;
    (remaps[best] as Uint32Array)[run.at++] = documents++;
    settle(run);
  }
}

const nanosOf = (run: { dates: DateColumn | undefined; at: number }): number => run.dates?.nanos[run.at] ?? 0;

export const isLive = (live: Uint32Array, document: number): boolean =>
  (((live[document >>> 5] as number) >>> (document & 31)) & 1) === 1;

/** Copies each source's values to the new places of its documents. */
function scatter<T extends Float64Array | Uint32Array>(
  target: T,
  columns: ReadonlyArray<T | undefined>,
  remaps: readonly Uint32Array[],
): T {
  columns.forEach((column, source) => {
    const places = remaps[source] as Uint32Array;
    if (column === undefined) return;
    for (let document = 0; document < places.length; document++) {
      const place = places[document] as number;
      if (place !== GONE) target[place] = column[document] as number;
    }
  });
  return target;
}

function mergeNumbers(
  columns: ReadonlyArray<NumberColumn | undefined>,
  remaps: readonly Uint32Array[],
  documents: number,
): NumberColumn {
  const start = new Uint32Array(documents + 1);
  forEachLive(columns, remaps, (column, document, place) => {
    start[place + 1] = (column.start[document + 1] as number) - (column.start[document] as number);
  });
  for (let place = 0; place < documents; place++)
    start[place + 1] = (start[place + 1] as number) + (start[place] as number);
  const values = new Float64Array(start[documents] as number);
  forEachLive(columns, remaps, (column, document, place) => {
    let to = start[place] as number;
    for (let at = column.start[document] as number; at < (column.start[document + 1] as number); at++)
      values[to++] = column.values[at] as number;
  });
  return { start, values };
}

/** The merged list of terms, and which ordinal each source's terms have in it. */
interface MergedTerms {
  readonly bytes: Uint8Array;
  readonly termStart: Uint32Array;
  readonly ordMaps: ReadonlyArray<Uint32Array>;
}

/** Merges the sorted dictionaries; terms whose documents are all gone stay out. */
function mergeTerms(dictionaries: ReadonlyArray<Dictionary | undefined>, remaps: readonly Uint32Array[]): MergedTerms {
  const ordMaps = dictionaries.map((dictionary) =>
    new Uint32Array(dictionary === undefined ? 0 : dictionary.termStart.length - 1).fill(GONE),
  );
  const cursors = dictionaries.map(() => 0);
  const lengths = ordMaps.map((map) => map.length);
  const bytes = new VarintWriter();
  const starts: number[] = [0];
  const active = dictionaries.map((_, index) => index).filter((index) => (lengths[index] as number) > 0);
  const skipDead = (source: number) => {
    const { postings, postStart } = dictionaries[source] as Dictionary;
    const places = remaps[source] as Uint32Array;
    for (let ord = cursors[source] as number; ord < (lengths[source] as number); ord++) {
      for (let at = postStart[ord] as number; at < (postStart[ord + 1] as number); at++) {
        if (places[postings[at] as number] !== GONE) {
          cursors[source] = ord;
          return;
        }
      }
    }
    cursors[source] = lengths[source] as number;
  };
  active.forEach(skipDead);
  for (;;) {
    const equal: number[] = [];
    for (const source of active) {
      if ((cursors[source] as number) >= (lengths[source] as number)) continue;
      const order = equal.length === 0 ? -1 : compareAt(dictionaries, cursors, source, equal[0] as number);
      if (order > 0) continue;
      if (order < 0) equal.length = 0;
      equal.push(source);
    }
    const first = equal[0];
    if (first === undefined) break;
    const { bytes: from, termStart } = dictionaries[first] as Dictionary;
    const ord = cursors[first] as number;
    bytes.copy(from, termStart[ord] as number, termStart[ord + 1] as number);
    for (const source of equal) {
      (ordMaps[source] as Uint32Array)[cursors[source] as number] = starts.length - 1;
      cursors[source] = (cursors[source] as number) + 1;
      skipDead(source);
    }
    starts.push(bytes.length);
  }
  return { bytes: bytes.finish(), termStart: Uint32Array.from(starts), ordMaps };
}

function compareAt(
  dictionaries: ReadonlyArray<Dictionary | undefined>,
  cursors: readonly number[],
  a: number,
  b: number,
): number {
  const left = dictionaries[a] as Dictionary;
  const right = dictionaries[b] as Dictionary;
  let i = left.termStart[cursors[a] as number] as number;
  let j = right.termStart[cursors[b] as number] as number;
  const leftEnd = left.termStart[(cursors[a] as number) + 1] as number;
  const rightEnd = right.termStart[(cursors[b] as number) + 1] as number;
  while (i < leftEnd && j < rightEnd) {
    const difference = (left.bytes[i++] as number) - (right.bytes[j++] as number);
    if (difference !== 0) return difference;
  }
  return leftEnd - i - (rightEnd - j);
}

/** Column of ordinals by document, and from it the postings: a counting sort, no comparing. */
function mergeKeywords(
  columns: ReadonlyArray<KeywordColumn | undefined>,
  remaps: readonly Uint32Array[],
  documents: number,
): KeywordColumn {
  const { bytes, termStart, ordMaps } = mergeTerms(columns, remaps);
  const ordStart = new Uint32Array(documents + 1);
  forEachLive(columns, remaps, (column, document, place) => {
    ordStart[place + 1] = (column.ordStart[document + 1] as number) - (column.ordStart[document] as number);
  });
  for (let place = 0; place < documents; place++)
    ordStart[place + 1] = (ordStart[place + 1] as number) + (ordStart[place] as number);
  const ords = new Uint32Array(ordStart[documents] as number);
  const postStart = new Uint32Array(termStart.length);
  forEachLive(columns, remaps, (column, document, place, source) => {
    const ordMap = ordMaps[source] as Uint32Array;
    let to = ordStart[place] as number;
    for (let at = column.ordStart[document] as number; at < (column.ordStart[document + 1] as number); at++) {
      const ord = ordMap[column.ords[at] as number] as number;
      ords[to++] = ord;
      postStart[ord + 1] = (postStart[ord + 1] as number) + 1;
    }
  });
  for (let ord = 1; ord < postStart.length; ord++)
    postStart[ord] = (postStart[ord] as number) + (postStart[ord - 1] as number);
  const next = postStart.slice();
  const postings = new Uint32Array(ords.length);
  for (let place = 0; place < documents; place++) {
    for (let at = ordStart[place] as number; at < (ordStart[place + 1] as number); at++) {
      const ord = ords[at] as number;
      postings[next[ord] as number] = place;
      next[ord] = (next[ord] as number) + 1;
    }
  }
  return { bytes, termStart, postStart, postings, ordStart, ords };
}

function forEachLive<T>(
  columns: ReadonlyArray<T | undefined>,
  remaps: readonly Uint32Array[],
  visit: (column: T, document: number, place: number, source: number) => void,
): void {
  columns.forEach((column, source) => {
    if (column === undefined) return;
    const places = remaps[source] as Uint32Array;
    for (let document = 0; document < places.length; document++) {
      const place = places[document] as number;
      if (place !== GONE) visit(column, document, place, source);
    }
  });
}

/** One source's run of postings of the word in hand. */
interface Run {
  readonly column: TextColumn;
  readonly places: Uint32Array;
  readonly reader: VarintReader;
  at: number;
  end: number;
  /** New number of the document at `at`; GONE when the run is at its end. */
  place: number;
}

function mergeTexts(columns: ReadonlyArray<TextColumn | undefined>, remaps: readonly Uint32Array[]): TextColumn {
  const { bytes, termStart, ordMaps } = mergeTerms(columns, remaps);
  const terms = termStart.length - 1;
  const postStart = new Uint32Array(terms + 1);
  const posStart = new Uint32Array(terms + 1);
  const upper = columns.reduce((sum, column) => sum + (column?.postings.length ?? 0), 0);
  const postings = new Uint32Array(upper);
  const positions = new VarintWriter();
  const next = columns.map(() => 0);
  let count = 0;
  for (let term = 0; term < terms; term++) {
    const runs: Run[] = [];
    columns.forEach((column, source) => {
      const map = ordMaps[source] as Uint32Array;
      while (map[next[source] as number] === GONE) next[source] = (next[source] as number) + 1;
      const ord = next[source] as number;
      if (column === undefined || map[ord] !== term) return;
      next[source] = ord + 1;
      const run: Run = {
        column,
        places: remaps[source] as Uint32Array,
        reader: new VarintReader(column.positions, column.posStart[ord] as number),
        at: column.postStart[ord] as number,
        end: column.postStart[ord + 1] as number,
        place: GONE,
      };
      settle(run);
      if (run.place !== GONE) runs.push(run);
    });
    while (runs.length > 0) {
      let best = runs[0] as Run;
      for (const run of runs) if (run.place < best.place) best = run;
      postings[count++] = best.place;
      const from = best.reader.at;
      best.reader.skip(best.reader.read());
      positions.copy(best.column.positions, from, best.reader.at);
      best.at++;
      settle(best);
      if (best.place === GONE) runs.splice(runs.indexOf(best), 1);
    }
    postStart[term + 1] = count;
    posStart[term + 1] = positions.length;
  }
  return { bytes, termStart, postStart, postings: postings.slice(0, count), posStart, positions: positions.finish() };
}

/** Moves a run to its next living document, past the positions of dead ones. */
function settle(run: Run): void {
  for (; run.at < run.end; run.at++) {
    run.place = run.places[run.column.postings[run.at] as number] as number;
    if (run.place !== GONE) return;
    run.reader.skip(run.reader.read());
  }
  run.place = GONE;
}
