import type { ProjectLimits } from '../adapters/directory/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { ProjectId } from '../core/project.ts';
import type { ProjectLimitsAnswer, SetProjectLimits } from './limits-api.ts';
import type { IdentityParts } from './parts.ts';
import { findProject } from './projects.ts';

type Parts = Pick<IdentityParts, 'projects'>;

/** `GET /rate-limits/projects/{project_id}` */
export const makeGetProjectLimits =
  ({ projects }: Parts) =>
  async ({ project_id }: { readonly project_id: string }): Promise<ProjectLimitsAnswer> => {
    const { id } = await find(projects, project_id);
    return { project_id, limits: await projects.limits(id) };
  };

/** `PUT /rate-limits/projects/{project_id}` */
export const makeSetProjectLimits =
  ({ projects }: Parts) =>
  async ({ project_id, limits }: SetProjectLimits, call: AuthenticatedCall): Promise<ProjectLimitsAnswer> => {
    const { id } = await find(projects, project_id);
    await projects.setLimits(id, limits as ProjectLimits, {
      ...auditOf(call, id, actorOf(call)),
      action: 'rate_limits.updated',
      entityType: 'project',
      entityId: id,
      result: 'success',
      oldValues: { ...(await projects.limits(id)) },
      newValues: { ...limits },
    });
    return { project_id, limits };
  };

/** @throws Failure `not_found` */
async function find(projects: Parts['projects'], text: string) {
  const id = ProjectId.safeParse(text).data;
  if (id === undefined) throw new Failure('not_found', 'there is no such project');
  return findProject(projects, id);
}
