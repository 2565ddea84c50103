import { z } from 'zod';
import { PERMISSIONS, PROJECT_ROLES } from '../core/permissions.ts';
import { ProjectId } from '../core/project.ts';
import type { Route } from '../core/route.ts';

const role = z.enum(PROJECT_ROLES);

/** Names of permissions, as each route's `x-permission` in the OpenAPI document asks for one. */
export const permissions = z.array(z.enum(Object.keys(PERMISSIONS) as (keyof typeof PERMISSIONS)[]));

export const ProjectEntry = z
  .object({
    id: ProjectId,
    name: z.string(),
    /** Of the caller; none for an administrator of the platform who is no member. */
    role: role.optional(),
    /** What the caller may do in it. */
    permissions,
    created_at: z.string(),
  })
  .meta({ id: 'Project' });
export type ProjectEntry = z.output<typeof ProjectEntry>;

export const ProjectList = z.object({ items: z.array(ProjectEntry), total: z.int() }).meta({ id: 'ProjectList' });

const name = z.string().trim().min(1).max(100);

export const CreateProjectRequest = z
  .strictObject({ id: z.string().optional(), name })
  .meta({ id: 'CreateProjectRequest' });
export type CreateProjectRequest = z.output<typeof CreateProjectRequest>;

const project_id = z.string().max(64);
export const ProjectPath = z.object({ project_id });
export const RenameProjectRequest = z.strictObject({ project_id, name });
export type RenameProjectRequest = z.output<typeof RenameProjectRequest>;

export const MemberEntry = z
  .object({
    user_id: z.string(),
    username: z.string(),
    full_name: z.string().optional(),
    email: z.string(),
    role,
    disabled: z.boolean(),
  })
  .meta({ id: 'Member' });
export type MemberEntry = z.output<typeof MemberEntry>;

export const MemberList = z.object({ items: z.array(MemberEntry), total: z.int() }).meta({ id: 'MemberList' });

const user_id = z.string().max(64);
export const MemberPath = z.object({ project_id, user_id });
export const ChangeRoleRequest = z.strictObject({ project_id, user_id, role });
export type ChangeRoleRequest = z.output<typeof ChangeRoleRequest>;

export const InviteRequest = z.strictObject({ project_id, email: z.email().max(254), role: role.default('member') });
export type InviteRequest = z.output<typeof InviteRequest>;

export const InvitationEntry = z
  .object({
    id: z.string(),
    email: z.string(),
    role,
    invited_by: z.string(),
    created_at: z.string(),
    expires_at: z.string(),
  })
  .meta({ id: 'Invitation' });
export type InvitationEntry = z.output<typeof InvitationEntry>;

export const CreatedInvitation = InvitationEntry.extend({
  /** Whether it was mailed. Where this stage sends no mail, `token` is to be passed on by whoever invited. */
  mailed: z.boolean(),
  /** Good once: `/register?invitation=…` or `/invitation?token=…`. Shown here and never again, and only where it was not mailed. */
  token: z.string().optional(),
}).meta({ id: 'CreatedInvitation' });
export type CreatedInvitation = z.output<typeof CreatedInvitation>;

export const InvitationList = z
  .object({ items: z.array(InvitationEntry), total: z.int() })
  .meta({ id: 'InvitationList' });

export const InvitationPath = z.object({ project_id, id: z.string().max(64) });
export type InvitationPath = z.output<typeof InvitationPath>;

export const InvitationToken = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: 'InvitationToken' });
export type InvitationToken = z.output<typeof InvitationToken>;

/** What a page shows before an invitation is accepted. */
export const InvitationPreview = z
  .object({ project_name: z.string(), email: z.string(), role, invited_by: z.string(), expires_at: z.string() })
  .meta({ id: 'InvitationPreview' });
export type InvitationPreview = z.output<typeof InvitationPreview>;

export const listProjectsRoute = {
  operationId: 'listProjects',
  summary: 'My projects',
  method: 'GET',
  path: '/api/v1/projects',
  access: 'account',
  limit: 'page',
  output: ProjectList,
} as const satisfies Route;

export const createProjectRoute = {
  operationId: 'createProject',
  summary: 'Make a project',
  method: 'POST',
  path: '/api/v1/projects',
  access: 'account',
  limit: 'profile',
  input: CreateProjectRequest,
  output: ProjectEntry,
  status: 201,
} as const satisfies Route;

export const getProjectRoute = {
  operationId: 'getProject',
  summary: 'One project',
  method: 'GET',
  path: '/api/v1/projects/{project_id}',
  access: 'membership',
  limit: 'page',
  input: ProjectPath,
  output: ProjectEntry,
} as const satisfies Route;

export const renameProjectRoute = {
  operationId: 'renameProject',
  summary: 'Rename a project; its id stays',
  method: 'PUT',
  path: '/api/v1/projects/{project_id}',
  access: 'project',
  limit: 'default',
  input: RenameProjectRequest,
  output: ProjectEntry,
} as const satisfies Route;

export const archiveProjectRoute = {
  operationId: 'archiveProject',
  summary: 'Archive a project: its keys and members lose it within 60 seconds, its events end with their retention',
  method: 'DELETE',
  path: '/api/v1/projects/{project_id}',
  access: 'project',
  limit: 'default',
  input: ProjectPath,
  status: 204,
} as const satisfies Route;

export const leaveProjectRoute = {
  operationId: 'leaveProject',
  summary: 'Leave a project; its last administrator cannot',
  method: 'POST',
  path: '/api/v1/projects/{project_id}/leave',
  access: 'membership',
  limit: 'default',
  input: ProjectPath,
  status: 204,
} as const satisfies Route;

export const listMembersRoute = {
  operationId: 'listMembers',
  summary: 'Members of a project',
  method: 'GET',
  path: '/api/v1/projects/{project_id}/members',
  access: 'membership',
  limit: 'page',
  input: ProjectPath,
  output: MemberList,
} as const satisfies Route;

export const changeRoleRoute = {
  operationId: 'changeRole',
  summary: 'Change the role of a member; effective within 60 seconds',
  method: 'PUT',
  path: '/api/v1/projects/{project_id}/members/{user_id}',
  access: 'project',
  limit: 'default',
  input: ChangeRoleRequest,
  output: MemberEntry,
} as const satisfies Route;

export const removeMemberRoute = {
  operationId: 'removeMember',
  summary: 'Remove a member; effective within 60 seconds, live connections end at once',
  method: 'DELETE',
  path: '/api/v1/projects/{project_id}/members/{user_id}',
  access: 'project',
  limit: 'default',
  input: MemberPath,
  status: 204,
} as const satisfies Route;

export const inviteRoute = {
  operationId: 'invite',
  summary: 'Invite somebody by mail; good once and for seven days',
  method: 'POST',
  path: '/api/v1/projects/{project_id}/invitations',
  access: 'project',
  limit: 'profile',
  input: InviteRequest,
  output: CreatedInvitation,
  status: 201,
} as const satisfies Route;

export const listInvitationsRoute = {
  operationId: 'listInvitations',
  summary: 'Invitations that are not accepted yet',
  method: 'GET',
  path: '/api/v1/projects/{project_id}/invitations',
  access: 'project',
  limit: 'page',
  input: ProjectPath,
  output: InvitationList,
} as const satisfies Route;

export const revokeInvitationRoute = {
  operationId: 'revokeInvitation',
  summary: 'Take an invitation back',
  method: 'DELETE',
  path: '/api/v1/projects/{project_id}/invitations/{id}',
  access: 'project',
  limit: 'default',
  input: InvitationPath,
  status: 204,
} as const satisfies Route;

export const previewInvitationRoute = {
  operationId: 'previewInvitation',
  summary: 'What an invitation is to, by the token of its mail',
  method: 'POST',
  path: '/api/v1/auth/invitations/preview',
  access: 'public',
  limit: 'login',
  input: InvitationToken,
  output: InvitationPreview,
} as const satisfies Route;

export const acceptInvitationRoute = {
  operationId: 'acceptInvitation',
  summary: 'Join the project of an invitation',
  method: 'POST',
  path: '/api/v1/auth/invitations/accept',
  access: 'account',
  limit: 'profile',
  input: InvitationToken,
  output: ProjectEntry,
} as const satisfies Route;
