import { randomBytes } from 'node:crypto';
import type { Invitation, User } from '../adapters/accounts/port.ts';
import { auditOf } from '../core/audit.ts';
import { Failure, InvalidRequest } from '../core/errors.ts';
import type { Call } from '../core/http.ts';
import { isReserved, ProjectId } from '../core/project.ts';
import type { RegisterRequest, UserProfile } from './api.ts';
import { findInvitation } from './invitations.ts';
import type { IdentityParts } from './parts.ts';
import { checkPassword, hashPassword } from './password.ts';
import { toProfile } from './profile.ts';

/** `POST /auth/register`: a user with a project of their own, and with that of an invitation. */
export const makeRegister =
  (parts: IdentityParts) =>
  async (input: RegisterRequest, call: Call): Promise<UserProfile> => {
    const { users, projects, now } = parts;
    const invitation = await findRight(parts, input);
    if (isReserved(input.username))
      throw new InvalidRequest([{ pointer: '#/username', detail: 'is a name that the platform keeps for itself' }]);
    checkPassword(input.password, [input.username, input.email], '#/password');
    const createdAt = new Date(now()).toISOString();
    const project = ProjectId.parse(`${slug(input.username)}-${randomBytes(4).toString('hex')}`);
    const user: User = {
      id: `usr_${randomBytes(10).toString('hex')}`,
      username: input.username,
      email: input.email,
      ...(input.full_name !== undefined && { fullName: input.full_name }),
      passwordHash: await hashPassword(input.password),
      platformAdmin: false,
      disabled: false,
      defaultProject: invitation?.project ?? project,
      mustChangePassword: false,
      createdAt,
    };
    await users.create(
      user,
      { id: project, name: `${input.username}'s project`, createdAt },
      {
        ...auditOf(call, user.defaultProject, {
          type: 'user',
          id: user.id,
          name: user.username,
        }),
        action: 'user.created',
        entityType: 'user',
        entityId: user.id,
        result: 'success',
        newValues: {
          username: user.username,
          email: user.email,
          ...(invitation && { invitation: invitation.id, role: invitation.role }),
        },
      },
      invitation,
    );
    return toProfile(projects, user);
  };

/** What lets somebody register here. @throws Failure `forbidden`, `not_found`; InvalidRequest */
async function findRight(
  { projects, registration }: IdentityParts,
  { invitation_token: token, email }: RegisterRequest,
): Promise<Invitation | undefined> {
  if (registration === 'closed')
    throw new Failure('forbidden', 'registration is closed here; ask an administrator for an account');
  if (token === undefined) {
    if (registration === 'open') return undefined;
    throw new Failure('forbidden', 'registration is by invitation here; ask an administrator of a project for one');
  }
  const invitation = await findInvitation(projects, token);
  if (invitation.email.toLowerCase() !== email.toLowerCase())
    throw new InvalidRequest([{ pointer: '#/email', detail: 'expected the address that was invited' }]);
  return invitation;
}

/** A name as a project's id can hold it: at most 30 characters, so that something of its own fits behind. */
export const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replace(/^-+|-+$/g, '') || 'project';
