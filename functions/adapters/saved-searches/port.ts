import type { ProjectId } from '../../core/project.ts';
import type { AuditEvent } from '../audit-trail/port.ts';

/** A query with how it is looked at, under a name. */
export interface SavedSearch {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly query: string;
  /** Columns of the table, in order; none are the usual ones. */
  readonly columns: readonly string[];
  /** Range of event time as a read takes it, relative or absolute. */
  readonly range: { readonly from?: string | undefined; readonly to?: string | undefined };
  /** `private`: only its owner knows of it. */
  readonly visibility: 'shared' | 'private';
  readonly owner: { readonly id: string; readonly name: string };
  /** ISO 8601, both. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Whose search a default is: the project's (`shared`), or that of a user by id. Each has one at most. */
export type DefaultOf = 'shared' | `user:${string}`;

/** How defaults change together with a search. */
export interface DefaultChange {
  /** The search becomes this default, in the place of another. */
  readonly set?: DefaultOf;
  /** The search is no longer one of these. */
  readonly unset?: readonly DefaultOf[];
}

/** Each change is one transaction with its audit entry. */
export interface SavedSearches {
  /** All of a project, private ones of all users included, oldest first; and which are defaults, by id. */
  list(project: ProjectId): Promise<{
    readonly searches: readonly SavedSearch[];
    readonly defaults: ReadonlyMap<DefaultOf, string>;
  }>;
  create(project: ProjectId, search: SavedSearch, change: DefaultChange, audit: AuditEvent): Promise<void>;
  /** @throws Failure `not_found` where it is gone by now */
  update(project: ProjectId, search: SavedSearch, change: DefaultChange, audit: AuditEvent): Promise<void>;
  /** @throws Failure `not_found` where it is gone by now */
  delete(project: ProjectId, id: string, change: DefaultChange, audit: AuditEvent): Promise<void>;
}
