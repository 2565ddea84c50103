import { randomBytes } from 'node:crypto';
import type { Invitation, Projects } from '../adapters/accounts/port.ts';
import { actorOf, auditOf } from '../core/audit.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import type { IdentityParts } from './parts.ts';
import { findProject, toProjectEntry } from './projects.ts';
import type {
  CreatedInvitation,
  InvitationEntry,
  InvitationPath,
  InvitationPreview,
  InvitationToken,
  InviteRequest,
  ProjectEntry,
} from './projects-api.ts';
import { hashToken, makeToken } from './single-use-token.ts';

const LASTS_SECONDS = 7 * 86_400;
/** All of a project are read for a list. */
const MOST = 200;

/** `POST /projects/{project_id}/invitations`. Where no mail is sent, whoever invites passes the token on. */
export const makeInvite =
  (parts: IdentityParts) =>
  async ({ email, role }: InviteRequest, call: AuthenticatedCall): Promise<CreatedInvitation> => {
    const { projects, mail, now } = parts;
    const { caller } = call;
    const project = await findProject(projects, caller.project);
    if ((await projects.invitations(project.id)).length >= MOST)
      throw new Failure('conflict', `a project has at most ${MOST} open invitations; revoke some first`);
    const { token, hash } = makeToken();
    const invitation: Invitation = {
      id: `inv_${randomBytes(8).toString('hex')}`,
      project: project.id,
      email,
      role,
      invitedBy: caller.name,
      createdAt: new Date(now()).toISOString(),
      expiresAt: Math.floor(now() / 1000) + LASTS_SECONDS,
      tokenHash: hash,
    };
    await projects.invite(invitation, { ...toAudit(call, invitation, 'created'), newValues: { email, role } });
    const entry = toEntry(invitation);
    if (mail === undefined) return { ...entry, mailed: false, token };
    await mail.send({
      to: email,
      subject: `${caller.name} invites you to ${project.name} on Tributary`,
      text: [
        `${caller.name} invites you to the project "${project.name}" as ${role}.`,
        `With an account: ${parts.dashboardUrl}/invitation?token=${token}`,
        `Without one yet: ${parts.dashboardUrl}/register?invitation=${token}`,
        'The invitation is good once, and for seven days.',
      ].join('\n\n'),
    });
    return { ...entry, mailed: true };
  };

/** `GET /projects/{project_id}/invitations` */
export const makeListInvitations =
  ({ projects }: IdentityParts) =>
  async (_input: unknown, { caller }: AuthenticatedCall) => {
    await findProject(projects, caller.project);
    const items = [...(await projects.invitations(caller.project))]
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1))
      .map(toEntry);
    return { items, total: items.length };
  };

/** `DELETE /projects/{project_id}/invitations/{id}` */
export const makeRevokeInvitation =
  ({ projects }: IdentityParts) =>
  async ({ id }: InvitationPath, call: AuthenticatedCall): Promise<undefined> => {
    const invitation = (await projects.invitations(call.caller.project)).find((each) => each.id === id);
    if (invitation === undefined) throw new Failure('not_found', 'there is no such invitation');
    await projects.revokeInvitation(invitation, {
      ...toAudit(call, invitation, 'revoked'),
      oldValues: { email: invitation.email, role: invitation.role },
    });
  };

/** `POST /auth/invitations/preview` */
export const makePreviewInvitation =
  ({ projects }: IdentityParts) =>
  async ({ token }: InvitationToken): Promise<InvitationPreview> => {
    const invitation = await findInvitation(projects, token);
    const { project, email, role, invitedBy, expiresAt } = invitation;
    const { name } = await findProject(projects, project);
    return { project_name: name, email, role, invited_by: invitedBy, expires_at: toIso(expiresAt) };
  };

/** `POST /auth/invitations/accept` */
export const makeAcceptInvitation =
  ({ projects }: IdentityParts) =>
  async ({ token }: InvitationToken, call: AuthenticatedCall): Promise<ProjectEntry> => {
    const { caller } = call;
    const invitation = await findInvitation(projects, token);
    const project = await findProject(projects, invitation.project);
    const { role } = invitation;
    await projects.accept(invitation, caller.id, {
      ...toAudit(call, invitation, 'accepted'),
      newValues: { user_id: caller.id, role },
    });
    return toProjectEntry({ ...project, role }, caller);
  };

/** @throws Failure `not_found`, whether there never was one, it was used or it ended */
export async function findInvitation(projects: Projects, token: string): Promise<Invitation> {
  const invitation = await projects.findInvitation(hashToken(token));
  if (invitation === undefined)
    throw new Failure('not_found', 'the invitation was used or revoked, has ended, or never was');
  return invitation;
}

const toEntry = ({ id, email, role, invitedBy, createdAt, expiresAt }: Invitation): InvitationEntry => ({
  id,
  email,
  role,
  invited_by: invitedBy,
  created_at: createdAt,
  expires_at: toIso(expiresAt),
});

const toAudit = (call: AuthenticatedCall, { id, project }: Invitation, change: 'created' | 'revoked' | 'accepted') => ({
  ...auditOf(call, project, actorOf(call)),
  action: `invitation.${change}`,
  entityType: 'invitation',
  entityId: id,
  result: 'success' as const,
});

const toIso = (seconds: number): string => new Date(seconds * 1000).toISOString();
