import type { User } from '../adapters/accounts/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { PLATFORM } from '../core/project.ts';
import { closeViewers } from './close-viewers.ts';
import type { IdentityParts } from './parts.ts';
import type { ListUsersRequest, UpdateUserRequest, UserEntry, UserList } from './users-api.ts';

/** `GET /auth/users` */
export const makeListUsers =
  ({ users }: IdentityParts) =>
  async ({ q = '', role, disabled, page, page_size }: ListUsersRequest): Promise<UserList> => {
    const wanted = q.toLowerCase();
    const found = (await users.list())
      .filter(
        (user) =>
          [user.username, user.email, user.fullName ?? ''].some((text) => text.toLowerCase().includes(wanted)) &&
          (role === undefined || user.platformAdmin === (role === 'admin')) &&
          (disabled === undefined || user.disabled === disabled),
      )
      .sort((a, b) => a.username.localeCompare(b.username));
    const items = found.slice((page - 1) * page_size, page * page_size).map(toEntry);
    return { items, total: found.length, page, page_size };
  };

/** `PUT /auth/users/{id}`. Nobody takes their own rank away, so one administrator is always left. */
export const makeUpdateUser =
  (parts: IdentityParts) =>
  async ({ id, role, disabled }: UpdateUserRequest, call: AuthenticatedCall): Promise<UserEntry> => {
    const { users } = parts;
    if (id === call.caller.id) throw new Failure('conflict', 'ask another administrator to change your own rank');
    const user = await users.find(id);
    if (user === undefined) throw new Failure('not_found', 'there is no such user');
    const changes = {
      ...(role !== undefined && { platformAdmin: role === 'admin' }),
      ...(disabled !== undefined && { disabled }),
    };
    const changed = { ...user, ...changes };
    if (changed.platformAdmin === user.platformAdmin && changed.disabled === user.disabled) return toEntry(user);
    await users.changeRank(user, changes, call.caller.id, {
      ...auditOf(call, PLATFORM, actorOf(call)),
      action: 'user.rank_changed',
      entityType: 'user',
      entityId: id,
      result: 'success',
      oldValues: { role: roleOf(user), disabled: user.disabled },
      newValues: { role: roleOf(changed), disabled: changed.disabled },
    });
    if (changed.disabled) await closeViewers(parts, id);
    return toEntry(changed);
  };

const roleOf = ({ platformAdmin }: User) => (platformAdmin ? 'admin' : 'user');

const toEntry = (user: User): UserEntry => ({
  id: user.id,
  username: user.username,
  email: user.email,
  ...(user.fullName !== undefined && { full_name: user.fullName }),
  role: roleOf(user),
  is_admin: user.platformAdmin,
  disabled: user.disabled,
  created_at: user.createdAt,
  ...(user.lastLoginAt !== undefined && { last_login_at: user.lastLoginAt }),
});
