import { type Served, serve } from '../core/http.ts';
import * as api from './api.ts';
import { makeCreateApiKey, makeListApiKeys, makeRevokeApiKey, makeRotateApiKey } from './api-keys.ts';
import {
  makeAcceptInvitation,
  makeInvite,
  makeListInvitations,
  makePreviewInvitation,
  makeRevokeInvitation,
} from './invitations.ts';
import * as keysApi from './keys-api.ts';
import * as limitsApi from './limits-api.ts';
import { makeChangeRole, makeLeaveProject, makeListMembers, makeRemoveMember } from './members.ts';
import type { IdentityParts } from './parts.ts';
import { makeReadProfile, makeUpdateProfile } from './profile.ts';
import { makeGetProjectLimits, makeSetProjectLimits } from './project-limits.ts';
import {
  makeArchiveProject,
  makeCreateProject,
  makeGetProject,
  makeListProjects,
  makeRenameProject,
} from './projects.ts';
import * as projectsApi from './projects-api.ts';
import { type LimitsParts, makeLimitsStatus, makeResetLimit, makeResetLimits } from './rate-limits.ts';
import { makeLogout, makeRefresh } from './refresh.ts';
import { makeRegister } from './register.ts';
import { makeConfirmReset, makeResetPassword } from './reset-password.ts';
import { makeListSessions, makeRevokeOtherSessions, makeRevokeSession } from './sessions.ts';
import * as sessionsApi from './sessions-api.ts';
import { makeSignIn } from './sign-in.ts';
import { makeListUsers, makeUpdateUser } from './users.ts';
import * as usersApi from './users-api.ts';

/** Every operation of people, projects, keys and limits, with what answers it. */
export const identityOperations = (parts: IdentityParts, limits: LimitsParts): readonly Served[] => [
  serve(api.registerRoute, makeRegister(parts)),
  serve(api.loginRoute, makeSignIn(parts)),
  serve(api.refreshRoute, makeRefresh(parts)),
  serve(api.logoutRoute, makeLogout(parts)),
  serve(api.readProfileRoute, makeReadProfile(parts)),
  serve(api.updateProfileRoute, makeUpdateProfile(parts)),
  serve(api.resetPasswordRoute, makeResetPassword(parts)),
  serve(api.confirmResetRoute, makeConfirmReset(parts)),
  serve(sessionsApi.listSessionsRoute, makeListSessions(parts)),
  serve(sessionsApi.revokeSessionRoute, makeRevokeSession(parts)),
  serve(sessionsApi.revokeOtherSessionsRoute, makeRevokeOtherSessions(parts)),
  serve(usersApi.listUsersRoute, makeListUsers(parts)),
  serve(usersApi.updateUserRoute, makeUpdateUser(parts)),
  serve(projectsApi.listProjectsRoute, makeListProjects(parts)),
  serve(projectsApi.createProjectRoute, makeCreateProject(parts)),
  serve(projectsApi.getProjectRoute, makeGetProject(parts)),
  serve(projectsApi.renameProjectRoute, makeRenameProject(parts)),
  serve(projectsApi.archiveProjectRoute, makeArchiveProject(parts)),
  serve(projectsApi.leaveProjectRoute, makeLeaveProject(parts)),
  serve(projectsApi.listMembersRoute, makeListMembers(parts)),
  serve(projectsApi.changeRoleRoute, makeChangeRole(parts)),
  serve(projectsApi.removeMemberRoute, makeRemoveMember(parts)),
  serve(projectsApi.inviteRoute, makeInvite(parts)),
  serve(projectsApi.listInvitationsRoute, makeListInvitations(parts)),
  serve(projectsApi.revokeInvitationRoute, makeRevokeInvitation(parts)),
  serve(projectsApi.previewInvitationRoute, makePreviewInvitation(parts)),
  serve(projectsApi.acceptInvitationRoute, makeAcceptInvitation(parts)),
  serve(keysApi.listApiKeysRoute, makeListApiKeys(parts)),
  serve(keysApi.createApiKeyRoute, makeCreateApiKey(parts)),
  serve(keysApi.rotateApiKeyRoute, makeRotateApiKey(parts)),
  serve(keysApi.revokeApiKeyRoute, makeRevokeApiKey(parts)),
  serve(limitsApi.getProjectLimitsRoute, makeGetProjectLimits(parts)),
  serve(limitsApi.setProjectLimitsRoute, makeSetProjectLimits(parts)),
  serve(limitsApi.limitsStatusRoute, makeLimitsStatus(limits)),
  serve(limitsApi.resetLimitRoute, makeResetLimit(limits)),
  serve(limitsApi.resetLimitsRoute, makeResetLimits(limits)),
];
