import type { Member, Projects, User } from '../adapters/accounts/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { ProjectId } from '../core/project.ts';
import { closeViewers } from './close-viewers.ts';
import type { IdentityParts } from './parts.ts';
import { findProject } from './projects.ts';
import type { ChangeRoleRequest, MemberEntry } from './projects-api.ts';

/** `GET /projects/{project_id}/members`, by name */
export const makeListMembers =
  ({ projects, users }: IdentityParts) =>
  async (_input: unknown, { caller }: AuthenticatedCall) => {
    await findProject(projects, caller.project);
    const roles = new Map((await projects.members(caller.project)).map(({ userId, role }) => [userId, role]));
    const items = (await users.findMany([...roles.keys()]))
      .flatMap((user) => {
        const role = roles.get(user.id);
        return role === undefined ? [] : [toEntry(user, role)];
      })
      .sort((a, b) => (a.username < b.username ? -1 : 1));
    return { items, total: items.length };
  };

/** `PUT /projects/{project_id}/members/{user_id}` */
export const makeChangeRole =
  ({ projects, users }: IdentityParts) =>
  async ({ user_id, role }: ChangeRoleRequest, call: AuthenticatedCall): Promise<MemberEntry> => {
    const { project } = call.caller;
    const member = await findMember(projects, project, user_id);
    const user = await users.find(user_id);
    if (user === undefined) throw noMember();
    if (member.role !== role)
      await projects.changeRole(project, member, role, {
        ...toAudit(call, user_id, 'role_changed'),
        oldValues: { role: member.role },
        newValues: { role },
      });
    return toEntry(user, role);
  };

/** `DELETE /projects/{project_id}/members/{user_id}` */
export const makeRemoveMember =
  (parts: IdentityParts) =>
  async ({ user_id }: { user_id: string }, call: AuthenticatedCall): Promise<undefined> =>
    remove(parts, user_id, call, 'removed');

/** `POST /projects/{project_id}/leave` */
export const makeLeaveProject =
  (parts: IdentityParts) =>
  async (_input: unknown, call: AuthenticatedCall): Promise<undefined> =>
    remove(parts, call.caller.id, call, 'left');

async function remove(
  parts: IdentityParts,
  userId: string,
  call: AuthenticatedCall,
  how: 'removed' | 'left',
): Promise<undefined> {
  const { project } = call.caller;
  const member = await findMember(parts.projects, project, userId);
  await parts.projects.remove(project, member, {
    ...toAudit(call, userId, how),
    oldValues: { role: member.role },
  });
  await closeViewers(parts, userId, (connection) => connection.project === project);
}

/** @throws Failure `not_found` */
async function findMember(projects: Projects, project: ProjectId, userId: string): Promise<Member> {
  await findProject(projects, project);
  const member = await projects.findMember(project, userId);
  if (member === undefined) throw noMember();
  return member;
}

const noMember = () => new Failure('not_found', 'the project has no such member');

const toEntry = (user: User, role: MemberEntry['role']): MemberEntry => ({
  user_id: user.id,
  username: user.username,
  ...(user.fullName !== undefined && { full_name: user.fullName }),
  email: user.email,
  role,
  disabled: user.disabled,
});

const toAudit = (call: AuthenticatedCall, userId: string, change: 'role_changed' | 'removed' | 'left') => ({
  ...auditOf(call, call.caller.project, actorOf(call)),
  action: `member.${change}`,
  entityType: 'member',
  entityId: userId,
  result: 'success' as const,
});
