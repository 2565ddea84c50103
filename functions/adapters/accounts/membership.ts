import type { ProjectRole } from '../../core/permissions.ts';
import { type ProjectId, tenantKey } from '../../core/project.ts';
import type { Write } from '../audit-trail/dynamodb.ts';
import { directoryKeys, SELF } from '../directory/keys.ts';
import type { Invitation, Project } from './port.ts';
import type { DirectoryTable } from './table.ts';

/** Where a project and what belongs to it stand. */
export const projectKeys = {
  project: (id: ProjectId) => tenantKey(id, 'project'),
  members: (id: ProjectId) => tenantKey(id, 'members'),
  invitations: (id: ProjectId) => tenantKey(id, 'invitations'),
  keys: (id: ProjectId) => tenantKey(id, 'keys'),
} as const;

/** Makes a project with its first administrator. */
export const toProjectWrites = (table: DirectoryTable, project: Project, owner: string): Write[] => [
  table.toPutNew(projectKeys.project(project.id), SELF, {
    id: project.id,
    name: project.name,
    created_at: project.createdAt,
  }),
  ...toMembership(table, project.id, owner, 'admin'),
];

/** Uses an invitation up. */
export const toJoin = (
  table: DirectoryTable,
  { project, id, tokenHash, role }: Invitation,
  userId: string,
): Write[] => [
  table.toDelete(directoryKeys.token(tokenHash), SELF),
  table.toDelete(projectKeys.invitations(project), id),
  table.toCheck(projectKeys.project(project), SELF, { expression: 'attribute_not_exists(archived_at)' }),
  ...toMembership(table, project, userId, role),
];

/** A role stands twice: by project for its list, by user for what proves requests. */
const toMembership = (table: DirectoryTable, project: ProjectId, userId: string, role: ProjectRole): Write[] => [
  table.toPutNew(projectKeys.members(project), userId, { role }),
  table.toPutNew(directoryKeys.standing(userId), project, { role }),
];
