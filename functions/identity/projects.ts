import { randomBytes } from 'node:crypto';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { ProjectId } from '../core/project.ts';
import type { CreateProjectRequest, ProjectEntry } from './api.ts';
import type { IdentityParts } from './parts.ts';
import { slug } from './register.ts';

/** `GET /projects` */
export const makeListProjects =
  ({ accounts }: IdentityParts) =>
  async (_input: undefined, call: AuthenticatedCall) => {
    refuseKeys(call);
    const items = (await accounts.listProjects(call.caller.id)).map(({ id, name, role, createdAt }) => ({
      id,
      name,
      role,
      created_at: createdAt,
    }));
    return { items, total: items.length };
  };

/** `POST /projects`: whoever makes a project administers it. */
export const makeCreateProject =
  ({ accounts, now }: IdentityParts) =>
  async ({ id, name }: CreateProjectRequest, call: AuthenticatedCall): Promise<ProjectEntry> => {
    refuseKeys(call);
    const parsed = ProjectId.safeParse(id ?? `${slug(name)}-${randomBytes(3).toString('hex')}`);
    if (!parsed.success)
      throw new InvalidRequest(
        parsed.error.issues.map(({ message }) => ({
          pointer: '#/id',
          detail: message,
        })),
      );
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
    return {
      id: project.id,
      name,
      role: 'admin',
      created_at: project.createdAt,
    };
  };

function refuseKeys({ caller }: AuthenticatedCall): void {
  if (caller.kind === 'key')
    throw new Failure('forbidden', 'an API key belongs to one project; sign in to see or make projects');
}
