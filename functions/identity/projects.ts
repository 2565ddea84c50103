import { randomBytes } from 'node:crypto';
import type { Project } from '../adapters/accounts/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import type { Caller } from '../core/caller.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { isOfProject, type ProjectRole, permissionsOf, type Scope } from '../core/permissions.ts';
import { PLATFORM, ProjectId } from '../core/project.ts';
import type { IdentityParts } from './parts.ts';
import type { CreateProjectRequest, ProjectEntry } from './projects-api.ts';
import { slug } from './register.ts';

/** `GET /projects` */
export const makeListProjects =
  ({ accounts }: IdentityParts) =>
  async (_input: undefined, call: AuthenticatedCall) => {
    const items = (await accounts.listProjects(call.caller.id)).map((project) => toProjectEntry(project, call.caller));
    return { items, total: items.length };
  };

/** `POST /projects`: whoever makes a project administers it. */
export const makeCreateProject =
  ({ accounts, now }: IdentityParts) =>
  async ({ id, name }: CreateProjectRequest, call: AuthenticatedCall): Promise<ProjectEntry> => {
    const parsed = ProjectId.safeParse(id ?? `${slug(name)}-${randomBytes(3).toString('hex')}`);
    if (!parsed.success)
      throw new InvalidRequest(
        parsed.error.issues.map(({ message }) => ({
          pointer: '#/id',
          detail: message,
        })),
      );
    if (parsed.data === PLATFORM) throw new Failure('conflict', `project ${PLATFORM} exists already`);
    const project = {
      id: parsed.data,
      name,
      createdAt: new Date(now()).toISOString(),
    };
    await accounts.createProject(project, call.caller.id, {
      ...auditOf(call, project.id, actorOf(call)),
      action: 'project.created',
      entityType: 'project',
      entityId: project.id,
      result: 'success',
      newValues: { name },
    });
    return toProjectEntry({ ...project, role: 'admin' }, call.caller);
  };

/** A project as the wire shows it to a user who has this role there. */
export const toProjectEntry = (
  { id, name, role, createdAt }: Project & { readonly role?: ProjectRole },
  { platformAdmin, mustChangePassword }: Pick<Caller, 'platformAdmin' | 'mustChangePassword'>,
): ProjectEntry => {
  const inIt = {
    kind: 'session',
    platformAdmin,
    mustChangePassword,
    scopes: new Set<Scope>(),
    ...(role && { role }),
  } as const;
  return {
    id,
    name,
    ...(role !== undefined && { role }),
    permissions: permissionsOf(inIt).filter(isOfProject),
    created_at: createdAt,
  };
};
