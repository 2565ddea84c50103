import type { StoredEntry } from '../adapters/audit-trail/port.ts';
import { parseEntry, toSortKey } from '../core/audit-entry.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { ProjectId } from '../core/project.ts';
import type { AuditVerification, VerifyAuditInput } from './api.ts';
import { compareTable, type Expected, reconstruct } from './compare.ts';
import { type AuditParts, chainOf } from './parts.ts';

/** Entries that one request looks at: some 10 MB of each store. */
const AT_ONCE = 5_000;
const MAX_FINDINGS = 1_000;

type Parts = Pick<AuditParts, 'reader' | 'segments' | 'now'>;

/** `GET /audit/verify` */
export const makeVerifyAudit =
  (parts: Parts) =>
  async (
    { chain, from_seq: first, to_seq: wanted }: VerifyAuditInput,
    call: AuthenticatedCall,
  ): Promise<AuditVerification> => {
    const startedAt = performance.now();
    const project = chainOf(chain, call);
    const { reader, now } = parts;
    // the end of the chain is read before its entries: what is written meanwhile stands behind it
    const head = await reader.head(project);
    const openAtStart = await reader.unfinished(project);
    const { sealed, sealedSeq } = await readSealed(parts, project, first, first + AT_ONCE);
    const lastSeq = Math.max(head?.seq ?? 0, sealedSeq);
    const last = Math.min(wanted ?? lastSeq, lastSeq, first + AT_ONCE - 1);
    const isEnd = last >= lastSeq;
    const table: StoredEntry[] = [];
    for await (const stored of reader.range(project, first, isEnd ? undefined : last + 1)) table.push(stored);
    const writtenSince = isEnd ? ((await reader.head(project))?.seq ?? 0) : last + 1;
    const within = table.filter(({ key }) => key < toSortKey(last + 1) || key > toSortKey(writtenSince));
    const following = sealed.get(last + 1) ?? table.find(({ key }) => key === toSortKey(last + 1))?.text;
    const anchor = head?.seq === last ? head.hash : parseEntry(following ?? '')?.previous_hash;
    const { expected, findings: ofSegments } = reconstruct({ first, last, sealed, sealedSeq, table: within, anchor });
    const findings = [...ofSegments, ...compareTable(expected, within)].sort((a, b) => a.seq - b.seq);
    if (isEnd && (head?.seq ?? 0) < sealedSeq)
      findings.push({ kind: 'removed', seq: sealedSeq, where: 'table', detail: 'the end of the chain was set back' });
    return {
      intact: findings.length === 0,
      from_seq: first,
      to_seq: Math.max(last, first - 1),
      last_seq: lastSeq,
      sealed_seq: sealedSeq,
      checked: expected.length,
      findings: findings.slice(0, MAX_FINDINGS),
      unfinished: unfinishedIn(expected, isEnd, openAtStart),
      next_seq: last < (wanted ?? lastSeq) && !isEnd ? last + 1 : null,
      verified_at: new Date(now()).toISOString(),
      took_ms: Math.round((performance.now() - startedAt) * 10) / 10,
    };
  };

async function readSealed({ segments }: Parts, project: ProjectId, first: number, last: number) {
  const sealed = new Map<number, string>();
  let sealedSeq = 0;
  let lastSegment: number | undefined;
  for await (const begin of segments.list(project, first)) {
    lastSegment = begin;
    if (begin > last) continue;
    const lines = (await segments.get(project, begin)) ?? [];
    // an empty line stands for an entry that was gone when its neighbours were sealed
    for (const [at, line] of lines.entries()) if (line !== '') sealed.set(begin + at, line);
    sealedSeq = begin + lines.length - 1;
  }
  if (lastSegment !== undefined && lastSegment > last) {
    const lines = (await segments.get(project, lastSegment)) ?? [];
    sealedSeq = lastSegment + lines.length - 1;
  }
  return { sealed, sealedSeq };
}

function unfinishedIn(
  expected: readonly Expected[],
  isEnd: boolean,
  open: ReadonlySet<number>,
): AuditVerification['unfinished'] {
  const entries = expected.flatMap(({ text }) => (text === undefined ? [] : (parseEntry(text) ?? [])));
  const settled = new Set(entries.map(({ intent_id }) => intent_id));
  return entries
    .filter(({ result, id, seq }) => result === 'pending' && !settled.has(id) && (isEnd || open.has(seq)))
    .map(({ id, seq, action, timestamp }) => ({ id, seq, action, timestamp }));
}
