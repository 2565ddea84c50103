import type { User } from '../adapters/accounts/port.ts';
import { auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { Call, Reply } from '../core/http.ts';
import { PLATFORM, type ProjectId } from '../core/project.ts';
import type { LoginRequest } from './api.ts';
import type { IdentityParts } from './parts.ts';
import { hashPassword, isOutdated, verifyPassword } from './password.ts';
import { beginSession } from './session.ts';

/** The first administrator's name. */
const FIRST_ADMIN = 'admin';

/**
 * `POST /auth/login`. The same answer and the same work for an unknown user, a wrong password and a user who is disabled: exactly one
 * password is verified. Who fails from one address again and again waits longer each time; no account is ever locked for good.
 */
export function makeSignIn(parts: IdentityParts) {
  const { users, audit, backOff, limiter, now } = parts;
  return async ({ username, password }: LoginRequest, call: Call): Promise<Reply> => {
    const login = username.toLowerCase().slice(0, 254);
    const attempt = await backOff.begin(`${login}|${call.request.sourceIp}`);
    await limiter.take({ of: 'account', who: `account:${login}` });
    const user = (await users.findByLogin(username)) ?? (await makeFirstAdmin(username, call));
    const valid = await verifyPassword(password, user?.passwordHash);
    const actor = {
      type: user === undefined ? 'anonymous' : 'user',
      id: user?.id ?? '-',
      name: username.slice(0, 254),
    } as const;
    const entry = {
      ...auditOf(call, user?.defaultProject ?? PLATFORM, actor),
      action: 'user.login',
      entityType: 'user',
      entityId: user?.id ?? '-',
    };
    if (user === undefined || !valid || user.disabled) {
      await attempt.failed();
      await audit.record({ ...entry, result: 'failure' });
      throw new Failure('unauthenticated', 'user name or password is wrong');
    }
    await attempt.succeeded();
    if (isOutdated(user.passwordHash)) await users.rehash(user, await hashPassword(password));
    return beginSession(parts, user, call, { ...entry, result: 'success' });
  };

  /** The administrator comes to be when someone first signs in by that name, with the password that was deployed. */
  async function makeFirstAdmin(username: string, call: Call): Promise<User | undefined> {
    if (username.toLowerCase() !== FIRST_ADMIN) return undefined;
    const password = await parts.readFirstPassword();
    if (password === undefined) return undefined;
    const createdAt = new Date(now()).toISOString();
    const project = 'default' as ProjectId;
    const user: User = {
      id: `usr_${FIRST_ADMIN}`,
      username: FIRST_ADMIN,
      email: 'admin@tributary.invalid',
      passwordHash: await hashPassword(password),
      platformAdmin: true,
      disabled: false,
      defaultProject: project,
      mustChangePassword: parts.changeFirstPassword,
      createdAt,
    };
    try {
      await users.create(
        user,
        { id: project, name: 'Default', createdAt },
        {
          ...auditOf(call, project, {
            type: 'system',
            id: 'tributary',
            name: 'first start',
          }),
          action: 'user.created',
          entityType: 'user',
          entityId: user.id,
          result: 'success',
        },
      );
    } catch (error) {
      // another instance was first
      if (!(error instanceof Failure && error.code === 'conflict')) throw error;
    }
    return users.findByLogin(username);
  }
}
