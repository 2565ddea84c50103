import { randomBytes } from 'node:crypto';
import type { Project, Projects } from '../adapters/accounts/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import type { Caller } from '../core/caller.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { isOfProject, type ProjectRole, permissionsOf } from '../core/permissions.ts';
import { isReserved, ProjectId } from '../core/project.ts';
import { closeViewers } from './close-viewers.ts';
import type { IdentityParts } from './parts.ts';
import type { CreateProjectRequest, ProjectEntry, RenameProjectRequest } from './projects-api.ts';
import { slug } from './register.ts';

/** `GET /projects` */
export const makeListProjects =
  ({ projects }: IdentityParts) =>
  async (_input: undefined, { caller }: AuthenticatedCall) => {
    const items = (await projects.list(caller.id)).map((project) => toProjectEntry(project, caller));
    return { items, total: items.length };
  };

/** `POST /projects`: whoever makes a project administers it. */
export const makeCreateProject =
  ({ projects, now }: IdentityParts) =>
  async ({ id, name }: CreateProjectRequest, call: AuthenticatedCall): Promise<ProjectEntry> => {
    const parsed = ProjectId.safeParse(id ?? `${slug(name)}-${randomBytes(3).toString('hex')}`);
    const wrong = parsed.success
      ? isReserved(parsed.data)
        ? ['is an id that the platform keeps for itself']
        : []
      : parsed.error.issues.map(({ message }) => message);
    if (!parsed.success || wrong.length > 0)
      throw new InvalidRequest(wrong.map((detail) => ({ pointer: '#/id', detail })));
    const project = { id: parsed.data, name, createdAt: new Date(now()).toISOString() };
    await projects.create(project, call.caller.id, {
      ...toAudit(call, project.id, 'created'),
      newValues: { name },
    });
    return toProjectEntry({ ...project, role: 'admin' }, call.caller);
  };

/** `GET /projects/{project_id}` */
export const makeGetProject =
  ({ projects }: IdentityParts) =>
  async (_input: unknown, { caller }: AuthenticatedCall): Promise<ProjectEntry> =>
    toProjectEntry({ ...(await findProject(projects, caller.project)), ...roleOf(caller) }, caller);

/** `PUT /projects/{project_id}` */
export const makeRenameProject =
  ({ projects }: IdentityParts) =>
  async ({ name }: RenameProjectRequest, call: AuthenticatedCall): Promise<ProjectEntry> => {
    const { caller } = call;
    const project = await findProject(projects, caller.project);
    await projects.rename(project.id, name, {
      ...toAudit(call, project.id, 'updated'),
      oldValues: { name: project.name },
      newValues: { name },
    });
    return toProjectEntry({ ...project, name, ...roleOf(caller) }, caller);
  };

/** `DELETE /projects/{project_id}`: one that was cut off in the middle is finished by another. */
export const makeArchiveProject =
  (parts: IdentityParts) =>
  async (_input: unknown, call: AuthenticatedCall): Promise<undefined> => {
    const { projects, keys } = parts;
    const { caller } = call;
    const project = await projects.find(caller.project);
    if (project === undefined) throw noProject();
    if (!project.archived)
      await projects.archive(project.id, {
        ...toAudit(call, project.id, 'archived'),
        oldValues: { name: project.name },
      });
    const members = await projects.members(project.id);
    const listed = await keys.list(project.id);
    await projects.withdraw(project.id, caller.id);
    for (const holder of [...members.map(({ userId }) => userId), ...listed.map(({ id }) => id)])
      await closeViewers(parts, holder, (connection) => connection.project === project.id);
  };

/** @throws Failure `not_found` for a project that never was or is archived */
export async function findProject(projects: Projects, id: ProjectId): Promise<Project> {
  const project = await projects.find(id);
  if (project === undefined || project.archived) throw noProject();
  return project;
}

const noProject = () => new Failure('not_found', 'there is no such project');

/** A project as the wire shows it to one who has this role there. */
export const toProjectEntry = (
  { id, name, role, createdAt }: Project & { readonly role?: ProjectRole },
  caller: Pick<Caller, 'platformAdmin' | 'mustChangePassword'> & Partial<Caller>,
): ProjectEntry => {
  const { kind = 'session', scopes = new Set(), platformAdmin, mustChangePassword = false } = caller;
  const standing = { kind, scopes, platformAdmin, mustChangePassword, ...(role !== undefined && { role }) };
  return {
    id,
    name,
    ...(role !== undefined && { role }),
    permissions: permissionsOf(standing).filter(isOfProject),
    created_at: createdAt,
  };
};

const roleOf = ({ role }: Caller) => (role === undefined ? {} : { role });

const toAudit = (call: AuthenticatedCall, project: ProjectId, change: 'created' | 'updated' | 'archived') => ({
  ...auditOf(call, project, actorOf(call)),
  action: `project.${change}`,
  entityType: 'project',
  entityId: project,
  result: 'success' as const,
});
