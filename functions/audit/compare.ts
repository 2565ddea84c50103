import type { StoredEntry } from '../adapters/audit-trail/port.ts';
import { entityKey, hashOf, parseEntry, toSortKey } from '../core/audit-entry.ts';
import type { AuditFinding } from './api.ts';

/** What was written in a range of a chain, as far as it can be known. */
export interface Expected {
  readonly seq: number;
  /** Undefined where nothing tells any more what stood there. */
  readonly text?: string;
}

/** A range of a chain as its stores hold it. */
export interface Range {
  readonly first: number;
  readonly last: number;
  /** Texts of sealed entries, by `seq`. */
  readonly sealed: ReadonlyMap<number, string>;
  /** Sealed entries reach this far, in this range or beyond. */
  readonly sealedSeq: number;
  /** Items of the table, by key, with whatever stands between them. */
  readonly table: readonly StoredEntry[];
  /** Hash of the last entry of the range, as what follows it says. */
  readonly anchor: string | undefined;
}

/**
 * What was written, from the last entry backwards: each tells the hash of the one before it. Sealed texts are believed before the table's,
 * unless the sealed one that follows names another.
 */
export function reconstruct({ first, last, sealed, sealedSeq, table, anchor }: Range): {
  readonly expected: readonly Expected[];
  readonly findings: readonly AuditFinding[];
} {
  const byHash = new Map(table.map((stored) => [hashOf(stored.text), stored.text]));
  const byKey = new Map(table.map((stored) => [stored.key, stored]));
  const expected: Expected[] = [];
  const findings: AuditFinding[] = [];
  let wanted = anchor;
  let isSealedAfter = false;
  let missing: { first: number; last: number } | undefined;
  const tellMissing = () => {
    if (missing === undefined) return;
    const { first: from, last: to } = missing;
    const which = from === to ? `entry ${from}` : `entries ${from} to ${to}`;
    findings.push({ kind: 'removed', seq: from, where: 'segment', detail: `no segment holds ${which}` });
    missing = undefined;
  };
  for (let seq = last; seq >= first; seq--) {
    const line = sealed.get(seq);
    const inTable = wanted === undefined ? undefined : byHash.get(wanted);
    let text: string | undefined;
    if (line === undefined) {
      if (seq <= sealedSeq) missing = { first: seq, last: missing?.last ?? seq };
      else tellMissing();
      text = inTable ?? (wanted === undefined ? selfConsistent(byKey.get(toSortKey(seq)), seq) : undefined);
    } else {
      tellMissing();
      const disagrees = wanted !== undefined && hashOf(line) !== wanted;
      const isSealedWrongly = parseEntry(line)?.seq !== seq || (disagrees && isSealedAfter);
      if (isSealedWrongly) {
        const detail = 'the sealed entry is not the one that its successor names';
        findings.push({ kind: 'changed', seq, where: 'segment', detail });
      } else if (disagrees) {
        const detail = 'the entry does not follow the sealed one before it';
        findings.push({ kind: 'changed', seq: seq + 1, where: 'table', detail });
      }
      text = isSealedWrongly ? (inTable ?? line) : line;
    }
    isSealedAfter = line !== undefined;
    expected.push({ seq, ...(text !== undefined && { text }) });
    wanted = text === undefined ? undefined : parseEntry(text)?.previous_hash;
  }
  tellMissing();
  return { expected: expected.reverse(), findings };
}

/** What stands where it belongs and is as its own hash says, for want of a successor to vouch for it. */
function selfConsistent(stored: StoredEntry | undefined, seq: number): string | undefined {
  return stored !== undefined && hashOf(stored.text) === stored.hash && parseEntry(stored.text)?.seq === seq
    ? stored.text
    : undefined;
}

/** How the table differs from what was written. */
export function compareTable(expected: readonly Expected[], table: readonly StoredEntry[]): readonly AuditFinding[] {
  const findings: AuditFinding[] = [];
  const tell = (kind: AuditFinding['kind'], seq: number, detail: string, text = '') => {
    const id = parseEntry(text)?.id;
    findings.push({ kind, seq, where: 'table', detail, ...(id !== undefined && { id }) });
  };
  const placeOfText = new Map(expected.flatMap(({ text }, place) => (text === undefined ? [] : [[text, place]])));
  const matched: { readonly place: number; readonly stored: StoredEntry }[] = [];
  const found = new Set<number>();
  const strangers: StoredEntry[] = [];
  for (const stored of table) {
    const place = placeOfText.get(stored.text);
    if (place === undefined || found.has(place)) strangers.push(stored);
    else {
      found.add(place);
      matched.push({ place, stored });
    }
  }
  const strangerAt = new Map(strangers.map((stored) => [stored.key, stored]));
  let shifts = false;
  for (const [place, { seq, text }] of expected.entries()) {
    if (found.has(place)) continue;
    const instead = strangerAt.get(toSortKey(seq));
    if (instead === undefined) {
      shifts = true;
      tell('removed', seq, 'the entry is gone', text);
    } else {
      strangerAt.delete(toSortKey(seq));
      tell('changed', seq, 'the entry is not as it was written', text ?? instead.text);
    }
  }
  for (const stored of strangerAt.values()) {
    shifts = true;
    tell('inserted', seqOfKey(stored.key), 'an entry that was not written here', stored.text);
  }
  const inOrder = longestRise(matched.map(({ place }) => place));
  for (const { place, stored } of matched) {
    const { seq = 0, text = '' } = expected[place] ?? {};
    // where entries were taken out or put in, others may only stand under another number
    if (shifts ? !inOrder.has(place) : stored.key !== toSortKey(seq))
      tell('reordered', seq, `the entry stands as number ${stored.key}`, text);
    else if (stored.hash !== hashOf(text) || stored.entity !== entityOf(text))
      tell('changed', seq, 'what the entry is found by is not as it was written', text);
  }
  return findings.sort((a, b) => a.seq - b.seq);
}

function entityOf(text: string): string {
  const entry = parseEntry(text);
  return entry === undefined ? '' : entityKey(entry.project, { type: entry.entity_type, id: entry.entity_id });
}

const seqOfKey = (key: string): number => Number.parseInt(/^\d{1,12}/.exec(key)?.[0] ?? '', 10) || 0;

/** Members of a longest rising part of distinct numbers. */
function longestRise(numbers: readonly number[]): ReadonlySet<number> {
  const tails: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [at, number] of numbers.entries()) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[tails[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    before.push(low === 0 ? undefined : tails[low - 1]);
    tails[low] = at;
  }
  const rise = new Set<number>();
  for (let at = tails.at(-1); at !== undefined; at = before[at]) rise.add(numbers[at] ?? 0);
  return rise;
}
