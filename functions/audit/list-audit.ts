import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AuditReader, StoredEntry } from '../adapters/audit-trail/port.ts';
import { seqOfId } from '../core/audit-entry.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { ProjectId } from '../core/project.ts';
import { parseTime, TIME_FORMS } from '../search/language/time.ts';
import type { AuditEntry, AuditEntryList, EntityTrailInput, ListAuditInput } from './api.ts';
import { type ChainState, toAuditEntry } from './entry.ts';
import { type AuditParts, chainOf } from './parts.ts';

const READ_AT_ONCE = 200;
/** Entries that one request looks at for its filters: about 5 MB, or two seconds. */
const BUDGET = 5_000;

type Parts = Pick<AuditParts, 'reader' | 'now'>;

/** `GET /audit` */
export const makeListAudit =
  ({ reader, now }: Parts) =>
  async (input: ListAuditInput, call: AuthenticatedCall): Promise<AuditEntryList> => {
    const project = chainOf(input.chain, call);
    const [from, to] = (['from', 'to'] as const).map((name) => toMillis(name, input[name], now()));
    const { entity_type: type, entity_id: id } = input;
    const entity = type !== undefined && id !== undefined ? { type, id } : undefined;
    return listPage(reader, project, input, {
      from,
      to,
      entity,
      matches: toFilter(input),
      isFiltered: [input.actor, input.action, type, id, input.result, input.from, input.to].some(
        (each) => each !== undefined,
      ),
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
  const continued = input.cursor === undefined ? undefined : readCursor(input.cursor, project, input);
  let before = continued?.before ?? (to === undefined ? last + 1 : await firstAt(reader, project, to, last));
  const items: AuditEntry[] = [];
  let looked = 0;
  let ended = false;
  while (!ended && items.length < input.limit && looked < BUDGET) {
    const wanted = isFiltered && entity === undefined ? READ_AT_ONCE : input.limit - items.length;
    const stored: readonly StoredEntry[] = await (entity === undefined
      ? reader.before(project, before, wanted)
      : reader.ofEntity(project, entity, before, wanted));
    ended = stored.length < wanted;
    for (const each of stored) {
      if (items.length === input.limit) {
        ended = false;
        break;
      }
      looked++;
      before = Number.parseInt(each.key, 10) || before - 1;
      const entry = toAuditEntry(each, state);
      if (entry === undefined) continue;
      if (from !== undefined && Date.parse(entry.timestamp) < from) {
        ended = true;
        break;
      }
      if (matches(entry)) items.push(entry);
    }
  }
  const more = !ended && before > 1;
  const found = (continued?.found ?? 0) + items.length;
  return {
    items,
    total: isFiltered ? found : last,
    total_relation: isFiltered && more ? 'gte' : 'eq',
    page_size: input.limit,
    next_cursor: more ? toCursor({ before, found }, project, input) : null,
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

function toFilter(input: ListAuditInput): (entry: AuditEntry) => boolean {
  const actor = input.actor?.toLowerCase();
  const kind = input.action?.endsWith('*') ? input.action.slice(0, -1) : undefined;
  return (entry) =>
    (actor === undefined || entry.actor.id.toLowerCase() === actor || entry.actor.name.toLowerCase() === actor) &&
    (input.action === undefined ||
      (kind === undefined ? entry.action === input.action : entry.action.startsWith(kind))) &&
    (input.entity_type === undefined || entry.entity_type === input.entity_type) &&
    (input.entity_id === undefined || entry.entity_id === input.entity_id) &&
    (input.result === undefined || (entry.result === input.result && entry.settled !== true));
}

function toMillis(name: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const span = parseTime(text, now);
  if (span === undefined)
    throw new InvalidRequest([{ pointer: `#/${name}`, detail: `expected ${TIME_FORMS.join(', ')}` }]);
  return Number(BigInt(span.start) / 1_000_000n);
}

const Cursor = z.object({ of: z.string(), before: z.int().min(1), found: z.int().nonnegative() });

/** What a cursor belongs to: the same request of the same project. */
function requestHash(
  project: ProjectId,
  { cursor: _cursor, limit: _limit, ...request }: object & { cursor?: unknown; limit?: unknown },
): string {
  return createHash('sha256')
    .update(JSON.stringify([project, request]))
    .digest('base64url')
    .slice(0, 16);
}

const toCursor = (at: { before: number; found: number }, project: ProjectId, request: object): string =>
  Buffer.from(JSON.stringify({ of: requestHash(project, request), ...at })).toString('base64url');

function readCursor(text: string, project: ProjectId, request: object): z.output<typeof Cursor> {
  try {
    const cursor = Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (cursor.of === requestHash(project, request)) return cursor;
  } catch {
    // told below
  }
  throw new Failure('invalid_cursor', 'expected the next_cursor of a page of this very list');
}
