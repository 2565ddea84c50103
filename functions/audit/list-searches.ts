import { z } from 'zod';
import type { AuthenticatedCall } from '../core/http.ts';
import { firstIdAt, type SearchEntry } from '../core/search-entry.ts';
import type { AuditedSearchList, ListAuditInput } from './api.ts';
import { collect, isFiltered, rangeOf, readCursor, toCursor, toFilter } from './page.ts';
import type { AuditParts } from './parts.ts';

/** Behind every ULID. */
const END = '~';
const Place = z.string().max(26);

/** `GET /audit?chain=none`: what was read in the project, as far as it was told of. */
export const makeListSearches =
  ({ searches, now }: Pick<AuditParts, 'searches' | 'now'>) =>
  async (input: ListAuditInput, { caller: { project } }: AuthenticatedCall): Promise<AuditedSearchList> => {
    const startedAt = performance.now();
    const { from, to } = rangeOf(input, now());
    const continued = input.cursor === undefined ? undefined : readCursor(input.cursor, Place, project, input);
    const start = continued?.before ?? (to === undefined ? END : firstIdAt(to));
    const before = async (place: string, limit: number) =>
      (await searches.before(project, place, limit)).map((entry: SearchEntry) => ({ place: entry.id, entry }));
    const source = { before, from, matches: toFilter(input), isSifted: isFiltered(input) };
    const { items, place, ended } = await collect(source, start, input.limit);
    const found = (continued?.found ?? 0) + items.length;
    return {
      items: items.map((entry) => ({ ...entry, chained: false })),
      total: found,
      total_relation: ended ? 'eq' : 'gte',
      page_size: input.limit,
      next_cursor: ended ? null : toCursor({ before: place, found }, project, input),
      took_ms: Math.round((performance.now() - startedAt) * 10) / 10,
      partial: !ended && items.length < input.limit,
    };
  };
