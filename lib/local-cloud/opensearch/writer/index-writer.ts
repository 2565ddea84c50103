import { type IndexedDocument, readDocument } from '../document.ts';
import { OpenSearchError } from '../errors.ts';
import { fromMembers, isObject, membersOf } from '../json.ts';
import type { Mapping } from '../mapping.ts';
import { fill } from '../query/doc-set.ts';
import { SegmentBuilder } from '../segment/builder.ts';
import { isLive } from '../segment/merge.ts';
import type { Segment } from '../segment/segment.ts';
import { release } from '../shared-memory.ts';
import type { SegmentState } from '../snapshot.ts';
import { DocumentStore } from './document-store.ts';
import { planMerge } from './merge-policy.ts';
import { readSegment, removeOtherSegments, removeSegment, writeSegment } from './segment-files.ts';

/** Documents collected before a segment is made of them without waiting for the refresh: bounds the writer's memory. */
const FLUSH_DOCUMENTS = 20_000;

/** What became of one document. */
export interface WriteResult {
  readonly result: 'created' | 'updated' | 'deleted' | 'not_found' | 'noop';
  readonly version: number;
  readonly seq: number;
}

interface LiveSegment {
  readonly segment: Segment;
  live: SharedArrayBuffer | undefined;
  living: number;
}

/** Sources of a merge under way, as it crosses to the merging thread. */
export interface MergeTask {
  readonly id: string;
  readonly folder: string;
  readonly sources: readonly SegmentState[];
}

/** Writes one index: rows at once, segments at each refresh. */
export class IndexWriter {
  mapping: Mapping;
  readonly folder: string;
  readonly uuid: string;
  readonly #store: DocumentStore;
  #builder: SegmentBuilder;
  readonly #segments = new Map<string, LiveSegment>();
  /** Deleted rows that may still be in a segment or in the builder. */
  readonly #dead = new Set<number>();
  #newlyDead: number[] = [];
  #row: number;
  #seq: number;
  #segmentNumber = 0;
  #merging: readonly string[] = [];

  constructor(uuid: string, folder: string, mapping: Mapping) {
    this.uuid = uuid;
    this.folder = folder;
    this.mapping = mapping;
    this.#store = new DocumentStore(folder);
    this.#builder = new SegmentBuilder(mapping);
    this.#recover();
    const last = this.#store.last();
    this.#row = last.row;
    this.#seq = last.seq;
  }

  /** Loads the segments and indexes the rows behind them. Segments that cannot be read are made again, from all rows. */
  #recover(): void {
    const { ids, covered } = this.#store.segments();
    let from = covered;
    const deleted = this.#store.deletedRows();
    for (const row of deleted) this.#dead.add(row);
    try {
      for (const id of ids) {
        const segment = readSegment(this.folder, id);
        this.#segments.set(id, { segment, live: undefined, living: segment.documents });
        this.#segmentNumber = Math.max(this.#segmentNumber, Number(id));
      }
    } catch {
      this.#segments.clear();
      this.#store.commitSegments([], ids, 0);
      from = 0;
    }
    removeOtherSegments(this.folder, [...this.#segments.keys()]);
    this.#applyDeletes(deleted);
    const kept = new Set<number>();
    if (deleted.length > 0)
      for (const { segment } of this.#segments.values())
        for (const row of segment.rows) if (this.#dead.has(row)) kept.add(row);
    const gone = deleted.filter((row) => !kept.has(row));
    for (const row of gone) this.#dead.delete(row);
    this.#store.purge(gone);
    for (const { row, id, source } of this.#store.rowsAfter(from)) {
      this.#builder.add(row, readDocument(JSON.parse(source), id, this.mapping));
      this.#row = row;
      if (this.#builder.size >= FLUSH_DOCUMENTS) this.refresh();
    }
    this.refresh();
  }

  get dirty(): boolean {
    return this.#builder.size > 0 || this.#newlyDead.length > 0;
  }

  get full(): boolean {
    return this.#builder.size >= FLUSH_DOCUMENTS;
  }

  transaction<T>(work: () => T): T {
    return this.#store.transaction(work);
  }

  /** Stores a new document. @throws version_conflict_engine_exception when the id is taken */
  create(id: string, text: string, source: unknown): WriteResult {
    const existing = this.#store.find(id);
    if (existing !== undefined && !existing.deleted) {
      throw this.#conflict(id, `document already exists (current version [${existing.version}])`);
    }
    return this.#insert(id, text, readDocument(source, id, this.mapping), (existing?.version ?? 0) + 1, 'created');
  }

  /** Stores a document in place of the one that has its id, if any. */
  index(id: string, text: string, source: unknown): WriteResult {
    const document = readDocument(source, id, this.mapping);
    const existing = this.#store.find(id);
    if (existing === undefined || existing.deleted)
      return this.#insert(id, text, document, (existing?.version ?? 0) + 1, 'created');
    this.#delete(existing.row, this.#seq + 1, existing.version + 1);
    return this.#insert(id, text, document, existing.version + 1, 'updated');
  }

  delete(id: string): WriteResult {
    const existing = this.#store.find(id);
    const seq = ++this.#seq;
    if (existing === undefined) return { result: 'not_found', version: 1, seq };
    if (existing.deleted) {
      this.#store.markDeleted(existing.row, seq, existing.version + 1);
      return { result: 'not_found', version: existing.version + 1, seq };
    }
    this.#delete(existing.row, seq, existing.version + 1);
    return { result: 'deleted', version: existing.version + 1, seq };
  }

  /** Merges `partial` into the document's `_source`: what `_source` leaves out is lost, as in OpenSearch. */
  update(id: string, partial: string): WriteResult {
    const existing = this.#store.find(id);
    if (existing === undefined || existing.deleted) {
      throw new OpenSearchError(404, {
        type: 'document_missing_exception',
        reason: `[${id}]: document missing`,
        ...this.#place(),
      });
    }
    const members = membersOf(this.#store.source(existing.row));
    for (const name of this.mapping.excludes) members.delete(name);
    let changed = false;
    for (const [name, value] of membersOf(partial)) changed = mergeMember(members, name, value) || changed;
    if (!changed) return { result: 'noop', version: existing.version, seq: existing.seq };
    const text = fromMembers(members);
    return this.index(id, text, JSON.parse(text));
  }

  /** Deletes rows that a search found, unless they changed since. @returns how many were deleted */
  deleteRows(rows: readonly number[]): number {
    let deleted = 0;
    this.transaction(() => {
      for (const row of rows) {
        const found = this.#store.identify(row);
        if (found.deleted) continue;
        this.#delete(row, ++this.#seq, found.version + 1);
        deleted++;
      }
    });
    return deleted;
  }

  #insert(
    id: string,
    text: string,
    document: IndexedDocument,
    version: number,
    result: 'created' | 'updated',
  ): WriteResult {
    const row = ++this.#row;
    const seq = ++this.#seq;
    this.#store.insert(row, id, seq, version, text);
    this.#builder.add(row, document);
    return { result, version, seq };
  }

  #delete(row: number, seq: number, version: number): void {
    this.#store.markDeleted(row, seq, version);
    this.#dead.add(row);
    this.#newlyDead.push(row);
  }

  #conflict(id: string, why: string): OpenSearchError {
    return new OpenSearchError(409, {
      type: 'version_conflict_engine_exception',
      reason: `[${id}]: version conflict, ${why}`,
      ...this.#place(),
    });
  }

  #place(): { index: string; shard: string; index_uuid: string } {
    return { index: '', shard: '0', index_uuid: this.uuid };
  }

  /** Makes everything written so far visible. @returns whether anything changed */
  refresh(): boolean {
    if (!this.dirty) return false;
    const builder = this.#builder;
    this.#builder = new SegmentBuilder(this.mapping);
    const segment = builder.size === 0 ? undefined : builder.build(String(++this.#segmentNumber), this.#dead);
    if (segment !== undefined && segment.documents > 0) {
      writeSegment(this.folder, segment);
      this.#store.commitSegments([segment.id], [], this.#row);
      this.#segments.set(segment.id, { segment, live: undefined, living: segment.documents });
    }
    this.#applyDeletes(this.#newlyDead);
    this.#newlyDead = [];
    for (const row of builder.rows) this.#dead.delete(row);
    return true;
  }

  /** Clears the bits of deleted rows in fresh copies: a search under way keeps the bits it began with. */
  #applyDeletes(rows: readonly number[]): void {
    if (rows.length === 0) return;
    const wanted = new Set(rows);
    for (const entry of this.#segments.values()) {
      let bits: Uint32Array | undefined;
      entry.segment.rows.forEach((row, document) => {
        if (!wanted.has(row)) return;
        bits ??= copyOfLive(entry);
        if (!isLive(bits, document)) return;
        bits[document >>> 5] = (bits[document >>> 5] as number) & ~(1 << (document & 31));
        entry.living--;
      });
      if (bits !== undefined) entry.live = bits.buffer as SharedArrayBuffer;
    }
  }

  /** The next merge worth doing, if none is under way; the caller answers with `finishMerge` or `abandonMerge`. */
  startMerge(): MergeTask | undefined {
    if (this.#merging.length > 0) return undefined;
    const sizes = [...this.#segments].map(([id, { segment, living }]) => ({
      id,
      documents: segment.documents,
      living,
    }));
    this.#merging = planMerge(sizes);
    if (this.#merging.length === 0) return undefined;
    const sources = this.#merging.map((id) => this.#segments.get(id) as LiveSegment);
    return {
      id: String(++this.#segmentNumber),
      folder: this.folder,
      sources: sources.map(({ segment, live }) => ({ id: segment.id, memory: segment.memory, live })),
    };
  }

  abandonMerge(): void {
    this.#merging = [];
  }

  /** Puts the merged segment, whose file is written, in place of its sources. */
  finishMerge(merged: Segment): void {
    const pending = new Set(this.#newlyDead); // those go at the next refresh, together with what replaces them
    const before = new Set<number>();
    for (const id of this.#merging) {
      for (const row of this.#segments.get(id)?.segment.rows ?? [])
        if (this.#dead.has(row) && !pending.has(row)) before.add(row);
    }
    const { covered } = this.#store.segments();
    this.#store.commitSegments(merged.documents > 0 ? [merged.id] : [], this.#merging, covered);
    for (const id of this.#merging) {
      release(this.#segments.get(id)?.segment.memory.byteLength ?? 0);
      this.#segments.delete(id);
      removeSegment(this.folder, id);
    }
    if (merged.documents > 0)
      this.#segments.set(merged.id, { segment: merged, live: undefined, living: merged.documents });
    else removeSegment(this.folder, merged.id);
    this.#applyDeletes([...before]);
    for (const row of merged.rows) before.delete(row);
    for (const row of before) this.#dead.delete(row);
    this.#merging = [];
  }

  /** What readers see. */
  state(): SegmentState[] {
    return [...this.#segments.values()].map(({ segment, live }) => ({ id: segment.id, memory: segment.memory, live }));
  }

  close(): void {
    this.#store.close();
  }
}

function copyOfLive({ segment, live }: LiveSegment): Uint32Array {
  const memory = new SharedArrayBuffer(((segment.documents + 31) >>> 5) * 4);
  const bits = new Uint32Array(memory);
  if (live === undefined)
    fill(bits, 0, segment.documents); // what stands for no document is never set
  else bits.set(new Uint32Array(live));
  return bits;
}

/** Merges one member as the update API does: objects are merged, everything else is replaced. @returns whether it differs */
function mergeMember(members: Map<string, string>, name: string, text: string): boolean {
  const before = members.get(name);
  const merged = before === undefined ? text : mergeText(before, text);
  if (before !== undefined && JSON.stringify(JSON.parse(before)) === JSON.stringify(JSON.parse(merged))) return false;
  members.set(name, merged);
  return true;
}

function mergeText(before: string, text: string): string {
  if (!isObject(JSON.parse(before)) || !isObject(JSON.parse(text))) return text;
  const members = membersOf(before);
  for (const [name, value] of membersOf(text)) mergeMember(members, name, value);
  return fromMembers(members);
}
