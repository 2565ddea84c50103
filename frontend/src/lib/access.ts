import type { ProjectEntry } from '../../../functions/identity/projects-api.ts';
import { currentProject } from './api.ts';
import { makeStore, useStore } from './store.ts';

export type Permission = ProjectEntry['permissions'][number];

interface Access {
  /** What one may do beside the projects. */
  readonly permissions: readonly Permission[];
  readonly projects: readonly ProjectEntry[];
}

/** What who is signed in may do, as the server told it. */
export const access = makeStore<Access>({ permissions: [], projects: [] });

const NEEDED: Readonly<Partial<Record<Permission, string>>> = {
  ingest: 'the role member',
  write: 'the role member',
  admin: 'the role admin',
  project: 'the role admin',
  audit: 'the role admin',
  platform: 'an administrator of the platform',
};

/** Whether one may do something, in the chosen project or beside it. */
export function useMay(): (permission: Permission) => boolean {
  const id = useStore(currentProject);
  const { permissions, projects } = useStore(access);
  const here = projects.find((one) => one.id === id)?.permissions ?? [];
  return (permission) => permissions.includes(permission) || here.includes(permission);
}

/** Why one may not do something in the chosen project; null where one may. The server decides, this only says so beforehand. */
export function useDenied(permission: Permission): string | null {
  const id = useStore(currentProject);
  const project = useStore(access).projects.find((one) => one.id === id);
  if (useMay()(permission)) return null;
  const needed = NEEDED[permission] ?? 'more than you have';
  return permission === 'platform' || project === undefined
    ? `Needs ${needed}`
    : `Needs ${needed} in ${project.name}; yours is ${project.role ?? 'none'}`;
}
