import type { EventReader, Partial, Selection } from '../adapters/event-store/port.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { toIsoNano } from '../core/unix-nano.ts';
import type { PartialReason, RecentInput, SearchInput, SearchResponse, SelectionInput } from './api.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { PageLimitError } from './language/errors.ts';
import { parse } from './language/parser.ts';
import { toLogEvent } from './log-event.ts';
import { type Plan, toPlan } from './plan.ts';
import { toReadQuery } from './selection.ts';
import { toTable } from './stats-table.ts';

/** What every read stands on. */
export interface ReadParts {
  readonly events: EventReader;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The caller's side of a read: whose events, and until when it is waited for. */
export type ReadCall = Pick<AuthenticatedCall, 'caller' | 'signal'>;

const DEFAULT_PAGE = 100;
/** The store skips at most so many; beyond, a cursor continues. */
const MAX_SKIPPED = 10_000;

/** Searches events a page at a time, or answers the table that the query's pipes ask for. */
export function makeSearchLogs(parts: ReadParts) {
  return async (input: SearchInput, call: ReadCall): Promise<SearchResponse> => {
    const startedAt = performance.now();
    const { cursor, limit, page_size: pageSize = limit ?? DEFAULT_PAGE, page = 1, order, ...selection } = input;
    const plan = toPlan(parse(input.query));
    const request = { cursor, pageSize, page, order, selection };
    return plan.kind === 'stats'
      ? tablePage(parts, plan, request, call, startedAt)
      : eventPage(parts, plan, request, call, startedAt);
  };
}

interface PageInput {
  readonly cursor: string | undefined;
  readonly pageSize: number;
  readonly page: number;
  readonly order: 'asc' | 'desc' | undefined;
  readonly selection: SelectionInput;
}

async function eventPage(
  { events, now }: ReadParts,
  plan: Extract<Plan, { kind: 'events' }>,
  { cursor, pageSize, page: asked, order: askedOrder, selection: input }: PageInput,
  { caller: { project }, signal }: ReadCall,
  startedAt: number,
): Promise<SearchResponse> {
  const order = askedOrder ?? plan.order ?? 'desc';
  const request = [input, order, pageSize];
  const continued = cursor === undefined ? undefined : decodeCursor(cursor, project, request);
  const moment = continued?.now ?? now();
  const { selection } = toReadQuery(input, moment);
  const page = continued?.page ?? asked;
  const before = (page - 1) * pageSize;
  if (continued === undefined && before + pageSize > MAX_SKIPPED) {
    throw new PageLimitError(
      `page ${asked} of ${pageSize} lies beyond the first ${MAX_SKIPPED} events; continue by cursor or narrow the range`,
    );
  }
  const left = Math.max(0, (plan.limit ?? Infinity) - before);
  const found = await events.page(
    project,
    selection,
    {
      order,
      limit: Math.min(pageSize, Math.max(1, left)),
      skip: continued === undefined ? before : 0,
      count: continued === undefined,
      ...(continued && { after: continued.after }),
    },
    { signal },
  );
  const counted = found.total ?? continued?.total ?? { value: found.events.length, relation: 'gte' as const };
  const total =
    plan.limit === undefined || counted.value < plan.limit ? counted : { value: plan.limit, relation: 'eq' as const };
  const isMore = found.next !== undefined && left > pageSize;
  return {
    logs: left === 0 ? [] : found.events.map(({ record }) => toLogEvent(record, project)),
    total: total.value,
    total_relation: total.relation,
    page,
    page_size: pageSize,
    next_cursor:
      isMore && found.next
        ? encodeCursor(project, request, { after: found.next, now: moment, page: page + 1, total })
        : null,
    took_ms: tookMillis(startedAt),
    ...toPartial(found, selection),
    ...(plan.columns && { columns: [...plan.columns] }),
  };
}

async function tablePage(
  { events, now }: ReadParts,
  plan: Extract<Plan, { kind: 'stats' }>,
  { pageSize, selection: input }: PageInput,
  { caller: { project }, signal }: ReadCall,
  startedAt: number,
): Promise<SearchResponse> {
  const { selection } = toReadQuery(input, now());
  const [found, { total }] = await Promise.all([
    events.stats(project, selection, plan.request, { signal }),
    events.facets(project, selection, [], { signal }),
  ]);
  return {
    logs: [],
    total,
    total_relation: found.partial === undefined ? 'eq' : 'gte',
    page: 1,
    page_size: pageSize,
    next_cursor: null,
    took_ms: tookMillis(startedAt),
    ...toPartial(found, selection),
    stats: toTable(plan, found),
  };
}

/** The newest events; the same as the first page of a search. */
export function makeRecentLogs(parts: ReadParts) {
  const search = makeSearchLogs(parts);
  return (input: RecentInput, call: ReadCall): Promise<SearchResponse> => search(input, call);
}

/** Milliseconds with a tenth. */
export const tookMillis = (startedAt: number): number => Math.round((performance.now() - startedAt) * 10) / 10;

/** Tells whether an answer is partial, and which part of the range it covers. */
export function toPartial(
  { partial }: { readonly partial?: Partial },
  { from, to, now }: Selection,
): { partial: boolean; partial_reason?: PartialReason } {
  if (partial === undefined) return { partial: false };
  const { code, searchedFrom, searchedTo } = partial;
  const share =
    from === undefined
      ? undefined
      : searchedShare(partial, Number(from) / 1e6, to === undefined ? now : Number(to) / 1e6);
  return {
    partial: true,
    partial_reason: {
      code,
      ...(searchedFrom !== undefined && { searched_from: toIsoNano(searchedFrom) }),
      ...(searchedTo !== undefined && { searched_to: toIsoNano(searchedTo) }),
      ...(share !== undefined && { searched_share: share }),
    },
  };
}

function searchedShare({ searchedFrom, searchedTo }: Partial, from: number, to: number): number | undefined {
  if (to <= from) return undefined;
  const searched =
    searchedFrom !== undefined
      ? to - Number(searchedFrom) / 1e6
      : searchedTo !== undefined
        ? Number(searchedTo) / 1e6 - from
        : undefined;
  return searched === undefined
    ? undefined
    : Math.round(Math.min(1, Math.max(0, searched / (to - from))) * 1000) / 1000;
}
