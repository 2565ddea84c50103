import { z } from 'zod';
import type { AuditReader, StoredEntry } from '../adapters/audit-trail/port.ts';
import { seqOfId } from '../core/audit-entry.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { ProjectId } from '../core/project.ts';
import type { AuditEntry, AuditEntryList, EntityTrailInput, ListAuditInput } from './api.ts';
import { type ChainState, toAuditEntry } from './entry.ts';
import { collect, isFiltered, rangeOf, readCursor, toCursor, toFilter } from './page.ts';
import { type AuditParts, chainOf } from './parts.ts';

const Place = z.int().min(1);

type Parts = Pick<AuditParts, 'reader' | 'now'>;

/** `GET /audit` of a chain */
export const makeListAudit =
  ({ reader, now }: Parts) =>
  async (
    input: ListAuditInput & { readonly chain: 'project' | 'platform' },
    call: AuthenticatedCall,
  ): Promise<AuditEntryList> => {
    const project = chainOf(input.chain, call);
    const { entity_type: type, entity_id: id } = input;
    const entity = type !== undefined && id !== undefined ? { type, id } : undefined;
    return listPage(reader, project, input, {
      ...rangeOf(input, now()),
      entity,
      matches: toFilter(input),
      isFiltered: isFiltered(input),
    });
  };

/** `GET /audit/entity/{type}/{id}` */
export const makeEntityTrail =
  ({ reader }: Parts) =>
  async (input: EntityTrailInput, call: AuthenticatedCall): Promise<AuditEntryList> => {
    const entity = { type: input.type, id: input.id };
    return listPage(reader, chainOf(input.chain, call), input, {
      entity,
      matches: ({ entity_type, entity_id }) => entity_type === entity.type && entity_id === entity.id,
      isFiltered: true,
    });
  };

/** `GET /audit/{id}` */
export const makeGetAudit =
  ({ reader }: Parts) =>
  async (
    { id, chain }: { readonly id: string; readonly chain: 'project' | 'platform' },
    call: AuthenticatedCall,
  ): Promise<AuditEntry> => {
    const project = chainOf(chain, call);
    const seq = seqOfId(id);
    const stored = seq === undefined ? undefined : await reader.get(project, seq);
    const entry = stored && toAuditEntry(stored, await readState(reader, project));
    if (entry?.id !== id) throw new Failure('not_found', `there is no audit entry "${id}"`);
    return entry;
  };

interface Wanted {
  /** Milliseconds since 1970; inclusive. */
  readonly from?: number | undefined;
  /** Exclusive. */
  readonly to?: number | undefined;
  readonly entity?: { readonly type: string; readonly id: string } | undefined;
  readonly matches: (entry: AuditEntry) => boolean;
  readonly isFiltered: boolean;
}

async function listPage(
  reader: AuditReader,
  project: ProjectId,
  input: (ListAuditInput | EntityTrailInput) & { readonly limit: number },
  { from, to, entity, matches, isFiltered }: Wanted,
): Promise<AuditEntryList> {
  const startedAt = performance.now();
  const [state, head] = await Promise.all([readState(reader, project), reader.head(project)]);
  const last = head?.seq ?? 0;
  const continued = input.cursor === undefined ? undefined : readCursor(input.cursor, Place, project, input);
  const start = continued?.before ?? (to === undefined ? last + 1 : await firstAt(reader, project, to, last));
  const before = async (seq: number, limit: number) => {
    const stored: readonly StoredEntry[] = await (entity === undefined
      ? reader.before(project, seq, limit)
      : reader.ofEntity(project, entity, seq, limit));
    let place = seq;
    return stored.map((each) => {
      // a key that somebody changed names no place
      place = Number.parseInt(each.key, 10) || place - 1;
      return { place, entry: toAuditEntry(each, state) };
    });
  };
  const source = { before, from, matches, isSifted: isFiltered && entity === undefined };
  const { items, place, ended } = await collect(source, start, input.limit);
  const more = !ended && place > 1;
  const found = (continued?.found ?? 0) + items.length;
  return {
    items,
    total: isFiltered ? found : last,
    total_relation: isFiltered && more ? 'gte' : 'eq',
    page_size: input.limit,
    next_cursor: more ? toCursor({ before: place, found }, project, input) : null,
    took_ms: Math.round((performance.now() - startedAt) * 10) / 10,
    partial: more && items.length < input.limit,
  };
}

async function readState(reader: AuditReader, project: ProjectId): Promise<ChainState> {
  const [sealed, unfinished] = await Promise.all([reader.sealed(project), reader.unfinished(project)]);
  return { sealedSeq: sealed?.seq ?? 0, unfinished };
}

/** `seq` of the first entry at or after a moment, found by halving: entries are in the order of time. */
async function firstAt(reader: AuditReader, project: ProjectId, millis: number, last: number): Promise<number> {
  let [low, high] = [1, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [stored] = await reader.before(project, middle + 1, 1);
    const entry = stored && toAuditEntry(stored, { sealedSeq: 0, unfinished: new Set() });
    if (entry !== undefined && Date.parse(entry.timestamp) >= millis) high = middle;
    else low = middle + 1;
  }
  return low;
}
