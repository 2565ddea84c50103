import type {
  AuditEvent,
  AuditReader,
  SealedSegments,
  SealNotes,
  StoredEntry,
} from '../../functions/adapters/audit-trail/port.ts';
import {
  type ChainedEntry,
  type ChainHead,
  chainEntry,
  entityKey,
  type Phase,
  parseEntry,
  toSortKey,
} from '../../functions/core/audit-entry.ts';
import { ProjectId } from '../../functions/core/project.ts';

export const PROJECT = ProjectId.parse('tampered');

/** The audit table with one chain, for tests to tamper with. */
export class MemoryAuditTable implements AuditReader, SealNotes {
  items: StoredEntry[] = [];
  end: ChainHead | undefined;
  noted: ChainHead | undefined;

  append(event: Partial<AuditEvent> = {}, phase: Phase = { kind: 'whole' }): ChainedEntry {
    const seq = (this.end?.seq ?? 0) + 1;
    const entry = chainEntry(
      {
        project: PROJECT,
        actor: { type: 'user', id: 'ann', name: 'Ann' },
        action: 'thing.updated',
        entityType: 'thing',
        entityId: `thing ${seq}`,
        result: 'success',
        newValues: { value: seq },
        ...event,
      },
      this.end,
      Date.parse('2026-11-21T12:00:00Z') + seq * 1_000,
      phase,
    );
    this.items.push(toStored(entry));
    this.end = toHead(entry);
    return entry;
  }

  async head() {
    return this.end;
  }

  async *heads() {
    if (this.end !== undefined) yield { ...this.end, project: PROJECT };
  }

  async sealed() {
    return this.noted;
  }

  async note(_project: ProjectId, sealed: ChainHead): Promise<void> {
    this.noted = sealed;
  }

  async get(_project: ProjectId, seq: number) {
    return this.items.find(({ key }) => key === toSortKey(seq));
  }

  async *range(_project: ProjectId, first: number, last?: number) {
    const [from, to] = [first === 1 ? ' ' : toSortKey(first), last === undefined ? '~' : `${toSortKey(last)}~`];
    for (const item of this.#sorted()) if (item.key >= from && item.key <= to) yield item;
  }

  async before(_project: ProjectId, before: number, limit: number) {
    const below = this.#sorted().filter(({ key }) => key < toSortKey(before));
    return below.reverse().slice(0, limit);
  }

  async ofEntity(project: ProjectId, of: { type: string; id: string }, before: number, limit: number) {
    const below = await this.before(project, before, this.items.length);
    return below.filter(({ entity }) => entity === entityKey(project, of)).slice(0, limit);
  }

  async unfinished(): Promise<ReadonlySet<number>> {
    const entries = this.items.flatMap(({ text }) => parseEntry(text) ?? []);
    const settled = new Set(entries.map(({ intent_id }) => intent_id));
    return new Set(entries.filter(({ result, id }) => result === 'pending' && !settled.has(id)).map(({ seq }) => seq));
  }

  #sorted(): StoredEntry[] {
    return this.items.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }
}

/** Sealed segments of one chain, which a test can alter all the same. */
export class MemorySegments implements SealedSegments {
  readonly segments = new Map<number, string[]>();

  async put(_project: ProjectId, first: number, lines: readonly string[]): Promise<boolean> {
    if (this.segments.has(first)) return false;
    this.segments.set(first, [...lines]);
    return true;
  }

  async get(_project: ProjectId, first: number) {
    return this.segments.get(first);
  }

  async *list(_project: ProjectId, from: number) {
    for (const first of [...this.segments.keys()].sort((a, b) => a - b)) if (first > from - 1_000) yield first;
  }
}

export const toStored = ({ content, text, hash }: ChainedEntry): StoredEntry => ({
  key: toSortKey(content.seq),
  text,
  hash,
  entity: entityKey(content.project, { type: content.entity_type, id: content.entity_id }),
});

export const toHead = ({ content, hash }: ChainedEntry): ChainHead => ({
  seq: content.seq,
  hash,
  at: Date.parse(content.timestamp),
});
