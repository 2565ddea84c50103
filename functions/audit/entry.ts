import type { StoredEntry } from '../adapters/audit-trail/port.ts';
import { type EntryContent, parseEntry } from '../core/audit-entry.ts';
import type { AuditEntry } from './api.ts';

/** What is known of a chain besides its entries. */
export interface ChainState {
  /** Entries up to here are sealed. */
  readonly sealedSeq: number;
  /** Intents without an outcome. */
  readonly unfinished: ReadonlySet<number>;
}

/** An entry as the wire shows it. @returns undefined for one that cannot be read any more; verifying says so */
export function toAuditEntry(stored: StoredEntry, state: ChainState): AuditEntry | undefined {
  const content = parseEntry(stored.text);
  return content && toWire(content, stored.hash, state);
}

export function toWire(content: EntryContent, hash: string, { sealedSeq, unfinished }: ChainState): AuditEntry {
  const { project: _project, recorded_by, previous_hash, ...shared } = content;
  return {
    ...shared,
    created_at: content.timestamp,
    source: recorded_by === undefined ? 'tributary' : 'client',
    ...(recorded_by && { recorded_by }),
    ...(content.result === 'pending' && { settled: !unfinished.has(content.seq) }),
    hash,
    previous_hash,
    sealed: content.seq <= sealedSeq,
  };
}
