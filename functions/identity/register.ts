import { randomBytes } from 'node:crypto';
import type { User } from '../adapters/accounts/port.ts';
import { auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { Call } from '../core/http.ts';
import { ProjectId } from '../core/project.ts';
import type { RegisterRequest, UserProfile } from './api.ts';
import type { IdentityParts } from './parts.ts';
import { hashPassword } from './password.ts';
import { toProfile } from './profile.ts';

/** `POST /auth/register`: a user with a project of their own. */
export const makeRegister =
  ({ accounts, registration, now }: IdentityParts) =>
  async (input: RegisterRequest, call: Call): Promise<UserProfile> => {
    if (registration !== 'open')
      throw new Failure('forbidden', 'registration is closed here; ask an administrator for an account');
    const createdAt = new Date(now()).toISOString();
    const project = ProjectId.parse(`${slug(input.username)}-${randomBytes(4).toString('hex')}`);
    const user: User = {
      id: `usr_${randomBytes(10).toString('hex')}`,
      username: input.username,
      email: input.email,
      ...(input.full_name !== undefined && { fullName: input.full_name }),
      passwordHash: await hashPassword(input.password),
      platformAdmin: false,
      defaultProject: project,
      mustChangePassword: false,
      createdAt,
    };
    await accounts.createUser(
      user,
      { id: project, name: `${input.username}'s project`, createdAt },
      {
        ...auditOf(call, project, {
          type: 'user',
          id: user.id,
          name: user.username,
        }),
        action: 'user.created',
        entityType: 'user',
        entityId: user.id,
        result: 'success',
        newValues: { username: user.username, email: user.email },
      },
    );
    return toProfile(accounts, user);
  };

/** A name as a project's id can hold it: at most 30 characters, so that something of its own fits behind. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replace(/^-+|-+$/g, '') || 'project';
