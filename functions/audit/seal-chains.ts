import type { AuditReader, SealedSegments, SealNotes } from '../adapters/audit-trail/port.ts';
import { type ChainHead, hashOf, NO_HASH, parseEntry, SEGMENT_ENTRIES, toSortKey } from '../core/audit-entry.ts';
import { log } from '../core/log.ts';
import type { ProjectId } from '../core/project.ts';

/** Text of one segment at most: it is made in memory. */
const SEGMENT_CHARACTERS = 8_000_000;

const BEGINNING: ChainHead = { seq: 0, hash: NO_HASH, at: 0 };

/**
 * Puts what was added to chains into segments that nobody can change. What is sealed is sealed as it was found: an entry that does not
 * follow the one before it is told, and must not keep those after it from being sealed; one that is gone leaves an empty line.
 * @returns entries sealed, links that do not hold, and chains that could not be sealed now
 */
export function makeSealChains({
  reader,
  segments,
  notes,
}: {
  readonly reader: Pick<AuditReader, 'heads' | 'sealed' | 'range'>;
  readonly segments: Pick<SealedSegments, 'put' | 'get'>;
  readonly notes: SealNotes;
}) {
  return async (signal: AbortSignal): Promise<{ sealed: number; broken: number; failed: number }> => {
    const result = { sealed: 0, broken: 0, failed: 0 };
    for await (const { project, ...head } of reader.heads()) {
      if (signal.aborted) break;
      try {
        let at = (await reader.sealed(project)) ?? BEGINNING;
        while (at.seq < head.seq && !signal.aborted) at = await sealSegment(project, at, head.seq, result);
      } catch (error) {
        result.failed++;
        log('error', 'audit chain could not be sealed', { 'tributary.project': project }, error);
      }
    }
    return result;
  };

  /** @returns the end of the segment that follows `after`, whoever wrote it */
  async function sealSegment(
    project: ProjectId,
    after: ChainHead,
    last: number,
    result: { sealed: number; broken: number },
  ): Promise<ChainHead> {
    const first = after.seq + 1;
    const lines: string[] = [];
    let characters = 0;
    let previous = after.hash;
    const add = (text: string) => {
      const seq = first + lines.length;
      const entry = parseEntry(text);
      if (entry?.seq !== seq || entry.previous_hash !== previous) {
        result.broken++;
        log('error', 'audit chain is broken', { 'tributary.project': project, 'tributary.audit.seq': seq });
      }
      previous = hashOf(text);
      lines.push(text);
      characters += text.length;
    };
    const isFull = () => lines.length === SEGMENT_ENTRIES || characters > SEGMENT_CHARACTERS;
    for await (const { key, text } of reader.range(project, first, last)) {
      const seq = Number(key);
      // what was slipped in between has no place of its own; verifying finds it
      if (toSortKey(seq) !== key || seq < first) continue;
      while (first + lines.length < seq && !isFull()) add('');
      if (isFull()) break;
      add(text);
    }
    while (first + lines.length <= last && !isFull()) add('');
    const isOurs = await segments.put(project, first, lines);
    const written = isOurs ? lines : ((await segments.get(project, first)) ?? []);
    const lastLine = written.at(-1);
    if (lastLine === undefined) throw new Error(`the segment that begins at ${first} is empty`);
    if (isOurs) result.sealed += written.length;
    const end = parseEntry(lastLine);
    const sealed = {
      seq: first + written.length - 1,
      hash: hashOf(lastLine),
      at: end === undefined ? after.at : Date.parse(end.timestamp),
    };
    await notes.note(project, sealed);
    return sealed;
  }
}
