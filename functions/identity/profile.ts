import type { Projects, User, UserChanges, Users } from '../adapters/accounts/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { isOfProject, permissionsOf } from '../core/permissions.ts';
import type { UpdateProfileRequest, UserProfile } from './api.ts';
import { closeViewers } from './close-viewers.ts';
import type { IdentityParts } from './parts.ts';
import { checkPassword, hashPassword, verifyPassword } from './password.ts';
import { toProjectEntry } from './projects.ts';
import { signSession } from './session.ts';

/** `GET /auth/me` */
export const makeReadProfile =
  ({ users, projects }: IdentityParts) =>
  async (_input: undefined, call: AuthenticatedCall): Promise<UserProfile> =>
    toProfile(projects, await userOf(users, call));

/**
 * `PUT /auth/me`. A new e-mail address or password asks for the password once more; a new password ends every session but the one that
 * changes it.
 */
export const makeUpdateProfile =
  (parts: IdentityParts) =>
  async (input: UpdateProfileRequest, call: AuthenticatedCall): Promise<UserProfile> => {
    const { users, projects, backOff, signingKeys, now } = parts;
    const user = await userOf(users, call);
    if (input.email !== undefined || input.password !== undefined) {
      // a stolen session is no way to guess the password
      const attempt = await backOff.begin(`${user.id}|profile`);
      if (!(await verifyPassword(input.current_password ?? '', user.passwordHash))) {
        await attempt.failed();
        throw new InvalidRequest([{ pointer: '#/current_password', detail: 'expected your current password' }]);
      }
      await attempt.succeeded();
    }
    if (input.password !== undefined) {
      if (input.password === input.current_password)
        throw new InvalidRequest([{ pointer: '#/password', detail: 'expected another password than the current one' }]);
      checkPassword(input.password, [user.username, input.email ?? user.email], '#/password');
    }
    const changes: UserChanges = {
      ...(input.email !== undefined && { email: input.email }),
      ...(input.full_name !== undefined && { fullName: input.full_name }),
      ...(input.password !== undefined && {
        passwordHash: await hashPassword(input.password),
        mustChangePassword: false,
      }),
    };
    if (Object.keys(changes).length === 0) return toProfile(projects, user);
    const session = call.caller.session?.id;
    const epoch = await users.update(
      user,
      changes,
      {
        ...auditOf(call, call.caller.project, actorOf(call)),
        action: 'user.updated',
        entityType: 'user',
        entityId: user.id,
        result: 'success',
        oldValues: { email: user.email, full_name: user.fullName },
        newValues: {
          email: input.email,
          full_name: input.full_name,
          password: input.password === undefined ? undefined : '(changed)',
        },
      },
      session,
    );
    const changed = { ...user, ...changes };
    const profile = await toProfile(projects, changed);
    if (input.password === undefined || session === undefined) return profile;
    await closeViewers(parts, user.id, ({ sessionId }) => sessionId !== session);
    return { ...profile, access_token: await signSession(signingKeys, changed, { id: session, epoch }, now()) };
  };

async function userOf(users: Users, { caller }: AuthenticatedCall): Promise<User> {
  const user = await users.find(caller.id);
  if (user === undefined) throw new Failure('not_found', 'there is no such user');
  return user;
}

/** A user as the wire shows them to themselves. */
export async function toProfile(projects: Projects, user: User): Promise<UserProfile> {
  const self = { platformAdmin: user.platformAdmin, mustChangePassword: user.mustChangePassword };
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    ...(user.fullName !== undefined && { full_name: user.fullName }),
    role: user.platformAdmin ? 'admin' : 'user',
    is_admin: user.platformAdmin,
    created_at: user.createdAt,
    default_project_id: user.defaultProject,
    must_change_password: user.mustChangePassword,
    permissions: permissionsOf({ ...self, kind: 'session', scopes: new Set() }).filter((name) => !isOfProject(name)),
    projects: (await projects.list(user.id)).map((project) => toProjectEntry(project, self)),
  };
}
