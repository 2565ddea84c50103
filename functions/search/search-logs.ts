import type { EventPage, EventReader, Partial, Selection } from '../adapters/event-store/port.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { toIsoNano } from '../core/unix-nano.ts';
import type { PartialReason, RecentInput, SearchInput, SearchResponse } from './api.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { QueryLimitError } from './language/errors.ts';
import { toLogEvent } from './log-event.ts';
import { toReadQuery } from './selection.ts';

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

/** Searches events a page at a time. */
export function makeSearchLogs({ events, now }: ReadParts) {
  return async (input: SearchInput, { caller: { project }, signal }: ReadCall): Promise<SearchResponse> => {
    const startedAt = performance.now();
    const {
      cursor,
      limit,
      page_size: pageSize = limit ?? DEFAULT_PAGE,
      page: asked = 1,
      order,
      ...selectionInput
    } = input;
    const request = { ...selectionInput, order };
    const continued = cursor === undefined ? undefined : decodeCursor(cursor, project, request);
    const moment = continued?.now ?? now();
    const { selection } = toReadQuery(selectionInput, moment);
    const skip = continued === undefined ? (asked - 1) * pageSize : 0;
    if (skip + pageSize > MAX_SKIPPED) {
      throw new QueryLimitError(
        `page ${asked} of ${pageSize} lies beyond the first ${MAX_SKIPPED} events; continue by cursor or narrow the range`,
      );
    }
    const found = await events.page(
      project,
      selection,
      { order, limit: pageSize, skip, count: continued === undefined, ...(continued && { after: continued.after }) },
      { signal },
    );
    const page = continued?.page ?? asked;
    const total = found.total ?? continued?.total ?? { value: found.events.length, relation: 'gte' as const };
    return {
      logs: found.events.map(({ record }) => toLogEvent(record, project)),
      total: total.value,
      total_relation: total.relation,
      page,
      page_size: pageSize,
      next_cursor:
        found.next === undefined
          ? null
          : encodeCursor(project, request, { after: found.next, now: moment, page: page + 1, total }),
      took_ms: tookMillis(startedAt),
      ...toPartial(found, selection),
    };
  };
}

/** The newest events; the same as the first page of a search. */
export function makeRecentLogs(parts: ReadParts) {
  const search = makeSearchLogs(parts);
  return (input: RecentInput, call: ReadCall): Promise<SearchResponse> => search({ ...input, order: 'desc' }, call);
}

/** Milliseconds with a tenth. */
export const tookMillis = (startedAt: number): number => Math.round((performance.now() - startedAt) * 10) / 10;

/** Tells whether an answer is partial, and which part of the range it covers. */
export function toPartial(
  { partial }: { readonly partial?: Partial } | Pick<EventPage, 'partial'>,
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
