import type { User } from '../adapters/accounts/port.ts';
import { auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { Call, Reply } from '../core/http.ts';
import { PLATFORM, type ProjectId } from '../core/project.ts';
import type { LoginRequest } from './api.ts';
import type { IdentityParts } from './parts.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { beginSession } from './refresh.ts';

/** The first administrator's name. */
export const FIRST_ADMIN = 'admin';

/** `POST /auth/login`. The same answer and the same work for an unknown user and a wrong password. */
export function makeSignIn(parts: IdentityParts) {
  const { accounts, audit, limiter, now } = parts;
  return async ({ username, password }: LoginRequest, call: Call): Promise<Reply> => {
    await limiter.take({
      of: 'login',
      who: `account:${username.toLowerCase().slice(0, 254)}`,
    });
    const user = (await accounts.findUserByLogin(username)) ?? (await makeFirstAdmin(username, call));
    const valid = await verifyPassword(password, user?.passwordHash);
    const actor = {
      type: user === undefined ? 'anonymous' : 'user',
      id: user?.id ?? '-',
      name: username.slice(0, 254),
    } as const;
    await audit.record({
      ...auditOf(call, user?.defaultProject ?? PLATFORM, actor),
      action: 'user.login',
      entityType: 'user',
      entityId: user?.id ?? '-',
      result: valid ? 'success' : 'failure',
    });
    if (user === undefined || !valid) throw new Failure('unauthenticated', 'user name or password is wrong');
    return beginSession(parts, user, await accounts.readEpoch(user.id));
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
      defaultProject: project,
      mustChangePassword: parts.changeFirstPassword,
      createdAt,
    };
    try {
      await accounts.createUser(
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
    return accounts.findUserByLogin(username);
  }
}
