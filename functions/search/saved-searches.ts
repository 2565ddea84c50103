import type { AuditEvent } from '../adapters/audit-trail/port.ts';
import type { DefaultChange, DefaultOf, SavedSearch, SavedSearches } from '../adapters/saved-searches/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import type { Caller } from '../core/caller.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { ulid } from '../core/ulid.ts';
import { parse } from './language/parser.ts';
import { parseTime, TIME_FORMS } from './language/time.ts';
import type { SavedSearchEntry, SavedSearchInput, SavedSearchList, UpdateSavedSearch } from './saved-api.ts';

/** What saving searches stands on. */
export interface SearchesParts {
  readonly searches: SavedSearches;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** All of a project are read for a list. */
const MOST = 500;

/** `GET /saved-searches` */
export const makeListSavedSearches =
  ({ searches }: SearchesParts) =>
  async (_input: unknown, { caller }: AuthenticatedCall): Promise<SavedSearchList> => {
    const found = await searches.list(caller.project);
    const items = found.searches
      .filter((search) => isSeenBy(caller, search))
      .map((search) => toEntry(search, found.defaults))
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
    return { items, total: items.length };
  };

/** `GET /saved-searches/{id}` */
export const makeGetSavedSearch =
  ({ searches }: SearchesParts) =>
  async ({ id }: { id: string }, { caller }: AuthenticatedCall): Promise<SavedSearchEntry> => {
    const { search, defaults } = await find(searches, id, caller);
    return toEntry(search, defaults);
  };

/** `POST /saved-searches` */
export const makeCreateSavedSearch =
  ({ searches, now }: SearchesParts) =>
  async (input: SavedSearchInput, call: AuthenticatedCall): Promise<SavedSearchEntry> => {
    const { caller } = call;
    check(input, now());
    mayShare(caller, input.visibility);
    const { searches: all } = await searches.list(caller.project);
    if (all.length >= MOST)
      throw new Failure('conflict', `a project keeps at most ${MOST} saved searches; delete some first`);
    const at = new Date(now()).toISOString();
    const { is_default: isDefault, ...members } = input;
    const owner = { id: caller.id, name: caller.name };
    const search: SavedSearch = { ...members, id: ulid(now()).toLowerCase(), owner, createdAt: at, updatedAt: at };
    const change: DefaultChange = isDefault ? { set: defaultOf(search) } : {};
    await searches.create(caller.project, search, change, toAudit(call, 'created', undefined, search));
    return toEntry(search, isDefault ? new Map([[defaultOf(search), search.id]]) : new Map());
  };

/** `PUT /saved-searches/{id}`: who made it stays its owner. */
export const makeUpdateSavedSearch =
  ({ searches, now }: SearchesParts) =>
  async ({ id, ...input }: UpdateSavedSearch, call: AuthenticatedCall): Promise<SavedSearchEntry> => {
    const { caller } = call;
    check(input, now());
    const { search: before, defaults } = await find(searches, id, caller);
    mayShare(caller, before.visibility);
    mayShare(caller, input.visibility);
    if (input.visibility === 'private' && before.owner.id !== caller.id)
      throw new Failure('forbidden', 'only who made a search can make it private');
    const { is_default: isDefault, ...members } = input;
    const search: SavedSearch = { ...before, ...members, updatedAt: new Date(now()).toISOString() };
    const set = isDefault ? defaultOf(search) : undefined;
    const unset = defaultsOf(id, defaults).filter((of) => of !== set);
    const change: DefaultChange = { ...(set && { set }), unset };
    await searches.update(caller.project, search, change, toAudit(call, 'updated', before, search));
    return toEntry(search, new Map(set && [[set, id]]));
  };

/** `DELETE /saved-searches/{id}` */
export const makeDeleteSavedSearch =
  ({ searches }: SearchesParts) =>
  async ({ id }: { id: string }, call: AuthenticatedCall): Promise<undefined> => {
    const { search, defaults } = await find(searches, id, call.caller);
    mayShare(call.caller, search.visibility);
    const change = { unset: defaultsOf(id, defaults) };
    await searches.delete(call.caller.project, id, change, toAudit(call, 'deleted', search, undefined));
  };

/** @throws Failure `not_found`, for another's private search as for one that is nowhere */
async function find(searches: SavedSearches, id: string, caller: Caller) {
  const { searches: all, defaults } = await searches.list(caller.project);
  const search = all.find((each) => each.id === id);
  if (search === undefined || !isSeenBy(caller, search))
    throw new Failure('not_found', `there is no saved search "${id}"`);
  return { search, defaults };
}

const isSeenBy = (caller: Caller, { visibility, owner }: SavedSearch): boolean =>
  visibility === 'shared' || owner.id === caller.id;

function mayShare({ scopes }: Caller, visibility: SavedSearch['visibility']): void {
  if (visibility === 'shared' && !scopes.has('write'))
    throw new Failure('forbidden', 'a shared search needs the scope "write", which these credentials do not have');
}

/** What cannot be searched for is not saved. @throws QuerySyntaxError, InvalidRequest */
function check({ query, range }: Pick<SavedSearchInput, 'query' | 'range'>, now: number): void {
  parse(query);
  const wrong = (['from', 'to'] as const).filter(
    (name) => range[name] !== undefined && parseTime(range[name], now) === undefined,
  );
  if (wrong.length > 0)
    throw new InvalidRequest(
      wrong.map((name) => ({ pointer: `#/range/${name}`, detail: `expected ${TIME_FORMS.join(', ')}` })),
    );
}

/** Whose default a search would be. */
const defaultOf = ({ visibility, owner }: SavedSearch): DefaultOf =>
  visibility === 'shared' ? 'shared' : `user:${owner.id}`;

/** Whose defaults a search is. */
const defaultsOf = (id: string, defaults: ReadonlyMap<DefaultOf, string>): DefaultOf[] =>
  [...defaults].filter(([, search]) => search === id).map(([of]) => of);

const toEntry = (search: SavedSearch, defaults: ReadonlyMap<DefaultOf, string>): SavedSearchEntry => ({
  id: search.id,
  name: search.name,
  description: search.description,
  query: search.query,
  columns: [...search.columns],
  range: { ...search.range },
  visibility: search.visibility,
  is_default: defaults.get(defaultOf(search)) === search.id,
  owner: { ...search.owner },
  created_at: search.createdAt,
  updated_at: search.updatedAt,
});

function toAudit(
  call: AuthenticatedCall,
  change: 'created' | 'updated' | 'deleted',
  before: SavedSearch | undefined,
  after: SavedSearch | undefined,
): AuditEvent {
  const valuesOf = ({ name, query, visibility }: SavedSearch) => ({ name, query, visibility });
  return {
    ...auditOf(call, call.caller.project, actorOf(call)),
    action: `saved_search.${change}`,
    entityType: 'saved_search',
    entityId: (after ?? before)?.id ?? '',
    result: 'success',
    ...(before && { oldValues: valuesOf(before) }),
    ...(after && { newValues: valuesOf(after) }),
  };
}
