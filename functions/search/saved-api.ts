import { z } from 'zod';
import type { Route } from '../core/route.ts';

const time = z.string().min(1).max(64).meta({ description: 'ISO 8601, or relative', example: 'now-1h' });
const isoMillis = z.string().meta({ description: 'ISO 8601 in UTC' });

const members = {
  name: z.string().trim().min(1).max(100),
  description: z.string().max(1_000).default(''),
  query: z.string().max(10_000).default('').meta({ example: 'service:checkout level:>=warn' }),
  /** In order; none are the usual ones. */
  columns: z.array(z.string().min(1).max(1024)).max(50).default([]),
  range: z.strictObject({ from: time.optional(), to: time.optional() }).default({}),
  /** `private`: only who made it sees it. `shared`: all of the project, which asks for the scope `write`. */
  visibility: z.enum(['shared', 'private']).default('private'),
  /** What a page begins with: a private one for its owner, else a shared one for the project. One each. */
  is_default: z.boolean().default(false),
};

export const SavedSearchInput = z.strictObject(members).meta({ id: 'SavedSearchInput' });
export type SavedSearchInput = z.output<typeof SavedSearchInput>;

export const SavedSearchEntry = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    query: z.string(),
    columns: z.array(z.string()),
    range: z.object({ from: z.string().optional(), to: z.string().optional() }),
    visibility: z.enum(['shared', 'private']),
    is_default: z.boolean(),
    owner: z.object({ id: z.string(), name: z.string() }),
    created_at: isoMillis,
    updated_at: isoMillis,
  })
  .meta({ id: 'SavedSearch' });
export type SavedSearchEntry = z.output<typeof SavedSearchEntry>;

export const SavedSearchList = z
  .object({ items: z.array(SavedSearchEntry), total: z.int() })
  .meta({ id: 'SavedSearchList' });
export type SavedSearchList = z.output<typeof SavedSearchList>;

const id = z.string().max(64);
export const SavedSearchPath = z.object({ id });
export const UpdateSavedSearch = z.strictObject({ ...members, id });
export type UpdateSavedSearch = z.output<typeof UpdateSavedSearch>;

const own = { access: 'read', limit: 'page' } as const;

export const listSavedSearchesRoute = {
  ...own,
  operationId: 'listSavedSearches',
  summary: "The project's shared searches and the caller's private ones, by name",
  method: 'GET',
  path: '/api/v1/saved-searches',
  input: z.object({}),
  output: SavedSearchList,
} as const satisfies Route;

export const createSavedSearchRoute = {
  ...own,
  operationId: 'createSavedSearch',
  summary: 'Save a search; a shared one asks for the scope `write`',
  method: 'POST',
  path: '/api/v1/saved-searches',
  input: SavedSearchInput,
  output: SavedSearchEntry,
  status: 201,
} as const satisfies Route;

export const getSavedSearchRoute = {
  ...own,
  operationId: 'getSavedSearch',
  summary: 'One saved search',
  method: 'GET',
  path: '/api/v1/saved-searches/{id}',
  input: SavedSearchPath,
  output: SavedSearchEntry,
} as const satisfies Route;

export const updateSavedSearchRoute = {
  ...own,
  operationId: 'updateSavedSearch',
  summary: 'Replace a saved search; one that is or becomes shared asks for the scope `write`',
  method: 'PUT',
  path: '/api/v1/saved-searches/{id}',
  input: UpdateSavedSearch,
  output: SavedSearchEntry,
} as const satisfies Route;

export const deleteSavedSearchRoute = {
  ...own,
  operationId: 'deleteSavedSearch',
  summary: 'Delete a saved search; a shared one asks for the scope `write`',
  method: 'DELETE',
  path: '/api/v1/saved-searches/{id}',
  input: SavedSearchPath,
  status: 204,
} as const satisfies Route;
