import type { Accounts, User, UserChanges } from '../adapters/accounts/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { isOfProject, permissionsOf } from '../core/permissions.ts';
import type { UpdateProfileRequest, UserProfile } from './api.ts';
import type { IdentityParts } from './parts.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { toProjectEntry } from './projects.ts';
import { signSession } from './session.ts';

/** `GET /auth/me` */
export const makeReadProfile =
  ({ accounts }: IdentityParts) =>
  async (_input: undefined, call: AuthenticatedCall): Promise<UserProfile> =>
    toProfile(accounts, await userOf(accounts, call));

/** `PUT /auth/me`. A new e-mail address or password asks for the password once more. */
export const makeUpdateProfile =
  ({ accounts, signingKeys, now }: IdentityParts) =>
  async (input: UpdateProfileRequest, call: AuthenticatedCall): Promise<UserProfile> => {
    const user = await userOf(accounts, call);
    if (input.email !== undefined || input.password !== undefined) {
      if (!(await verifyPassword(input.current_password ?? '', user.passwordHash))) {
        throw new InvalidRequest([
          {
            pointer: '#/current_password',
            detail: 'expected your current password',
          },
        ]);
      }
      if (input.password !== undefined && input.password === input.current_password) {
        throw new InvalidRequest([
          {
            pointer: '#/password',
            detail: 'expected another password than the current one',
          },
        ]);
      }
    }
    const changes: UserChanges = {
      ...(input.email !== undefined && { email: input.email }),
      ...(input.full_name !== undefined && { fullName: input.full_name }),
      ...(input.password !== undefined && {
        passwordHash: await hashPassword(input.password),
        mustChangePassword: false,
      }),
    };
    const epoch = await accounts.updateUser(user, changes, {
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
    });
    const changed = { ...user, ...changes };
    const profile = await toProfile(accounts, changed);
    return input.password === undefined
      ? profile
      : {
          ...profile,
          access_token: await signSession(signingKeys, changed, epoch, now()),
        };
  };

async function userOf(accounts: Accounts, { caller }: AuthenticatedCall): Promise<User> {
  const user = await accounts.findUser(caller.id);
  if (user === undefined) throw new Failure('not_found', 'there is no such user');
  return user;
}

/** A user as the wire shows them. */
export async function toProfile(accounts: Accounts, user: User): Promise<UserProfile> {
  const projects = await accounts.listProjects(user.id);
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
    projects: projects.map((project) => toProjectEntry(project, self)),
  };
}
