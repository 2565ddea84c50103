import type { Scope } from '../../../functions/core/route.ts';
import type { ProjectEntry } from '../../../functions/identity/api.ts';
import { currentProject } from './api.ts';
import { makeStore, useStore } from './store.ts';

/** The projects of who is signed in, with the role in each. */
export const memberships = makeStore<readonly ProjectEntry[]>([]);

/** The least role that gives a scope. The server decides; this only says beforehand what it will say. */
const LEAST_ROLE = { read: 'viewer', ingest: 'member', write: 'member', admin: 'admin' } as const satisfies Readonly<
  Record<Scope, ProjectEntry['role']>
>;
const RANK: Readonly<Record<ProjectEntry['role'], number>> = { viewer: 0, member: 1, admin: 2 };

/** Why one may not do what asks for a scope in the chosen project; null where one may. */
export function useDenied(scope: Scope): string | null {
  const id = useStore(currentProject);
  const role = useStore(memberships).find((project) => project.id === id)?.role;
  const needed = LEAST_ROLE[scope];
  if (role === undefined || RANK[role] >= RANK[needed]) return null;
  return `Needs the role ${needed}; yours in this project is ${role}. An admin of the project can change that.`;
}
