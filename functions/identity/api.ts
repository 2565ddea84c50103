import { z } from 'zod';
import { ProjectId } from '../core/project.ts';
import { type Route, SCOPES } from '../core/route.ts';

const username = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$/, 'expected 2 to 40 letters, digits, dots, hyphens or underscores');
const password = z.string().min(8, 'expected at least 8 characters').max(128, 'expected at most 128 characters');
const role = z.enum(['viewer', 'member', 'admin']);

export const RegisterRequest = z
  .strictObject({
    username,
    email: z.email().max(254),
    password,
    full_name: z.string().max(200).optional(),
  })
  .meta({ id: 'RegisterRequest' });
export type RegisterRequest = z.output<typeof RegisterRequest>;

/** OAuth's password form (seed 004); members it has beside these are ignored. */
export const LoginRequest = z
  .object({
    username: z.string().min(1).max(254),
    password: z.string().min(1).max(128),
  })
  .meta({ id: 'LoginRequest' });
export type LoginRequest = z.output<typeof LoginRequest>;

export const LoginResponse = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    /** Seconds. */
    expires_in: z.int(),
    must_change_password: z.boolean(),
  })
  .meta({ id: 'LoginResponse' });
export type LoginResponse = z.output<typeof LoginResponse>;

export const ProjectEntry = z
  .object({ id: ProjectId, name: z.string(), role, created_at: z.string() })
  .meta({ id: 'Project' });
export type ProjectEntry = z.output<typeof ProjectEntry>;

export const UserProfile = z
  .object({
    id: z.string(),
    username: z.string(),
    email: z.string(),
    full_name: z.string().optional(),
    role: z.enum(['user', 'admin']),
    is_admin: z.boolean(),
    created_at: z.string(),
    default_project_id: ProjectId,
    must_change_password: z.boolean(),
    projects: z.array(ProjectEntry),
    /** A new token, where the request changed the password and so ended the old one. */
    access_token: z.string().optional(),
  })
  .meta({ id: 'UserProfile' });
export type UserProfile = z.output<typeof UserProfile>;

export const UpdateProfileRequest = z
  .strictObject({
    email: z.email().max(254).optional(),
    full_name: z.string().max(200).optional(),
    password: password.optional(),
    /** Asked for where e-mail address or password change. */
    current_password: z.string().max(128).optional(),
  })
  .meta({ id: 'UpdateProfileRequest' });
export type UpdateProfileRequest = z.output<typeof UpdateProfileRequest>;

export const ProjectList = z.object({ items: z.array(ProjectEntry), total: z.int() }).meta({ id: 'ProjectList' });

export const CreateProjectRequest = z
  .strictObject({ id: z.string().optional(), name: z.string().min(1).max(100) })
  .meta({ id: 'CreateProjectRequest' });
export type CreateProjectRequest = z.output<typeof CreateProjectRequest>;

export const ApiKeyEntry = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    project_id: ProjectId,
    created_at: z.string(),
    expires_at: z.string().optional(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyEntry = z.output<typeof ApiKeyEntry>;

export const ApiKeyList = z.object({ items: z.array(ApiKeyEntry), total: z.int() }).meta({ id: 'ApiKeyList' });

export const CreateApiKeyRequest = z
  .strictObject({
    name: z.string().min(1).max(100),
    scopes: z.array(z.enum(SCOPES)).min(1).default(['ingest']),
    /** Days until it ends; never unless given. */
    expires_in_days: z.int().min(1).max(3650).optional(),
  })
  .meta({ id: 'CreateApiKeyRequest' });
export type CreateApiKeyRequest = z.output<typeof CreateApiKeyRequest>;

/** A new key. `key` is shown here and never again. */
export const CreatedApiKey = ApiKeyEntry.extend({ key: z.string() }).meta({
  id: 'CreatedApiKey',
});

export const KeyPath = z.object({ id: z.string() }).meta({ id: 'KeyPath' });

export const registerRoute = {
  operationId: 'register',
  summary: 'Register a user, who gets a project of their own',
  method: 'POST',
  path: '/api/v1/auth/register',
  access: 'public',
  limit: 'register',
  input: RegisterRequest,
  output: UserProfile,
  status: 201,
} as const satisfies Route;

export const loginRoute = {
  operationId: 'login',
  summary: 'Sign in by form and get an access token',
  method: 'POST',
  path: '/api/v1/auth/login',
  access: 'public',
  limit: 'login',
  input: LoginRequest,
  output: LoginResponse,
} as const satisfies Route;

/** Nothing is read but the cookie. */
const NoInput = z.object({}).meta({ id: 'NoInput' });

export const refreshRoute = {
  operationId: 'refresh',
  summary: 'A new access token for the refresh cookie, which is changed too; asks for the header X-Requested-With',
  method: 'POST',
  path: '/api/v1/auth/refresh',
  access: 'public',
  limit: 'page',
  input: NoInput,
  output: LoginResponse,
} as const satisfies Route;

export const logoutRoute = {
  operationId: 'logout',
  summary: 'End the session of the refresh cookie',
  method: 'POST',
  path: '/api/v1/auth/logout',
  access: 'public',
  limit: 'page',
  input: NoInput,
  status: 204,
} as const satisfies Route;

export const readProfileRoute = {
  operationId: 'readProfile',
  summary: 'Who I am',
  method: 'GET',
  path: '/api/v1/auth/me',
  access: 'any',
  limit: 'default',
  output: UserProfile,
} as const satisfies Route;

export const updateProfileRoute = {
  operationId: 'updateProfile',
  summary: 'Change my profile or password',
  method: 'PUT',
  path: '/api/v1/auth/me',
  access: 'any',
  limit: 'profile',
  input: UpdateProfileRequest,
  output: UserProfile,
} as const satisfies Route;

export const listProjectsRoute = {
  operationId: 'listProjects',
  summary: 'My projects',
  method: 'GET',
  path: '/api/v1/projects',
  access: 'any',
  limit: 'page',
  output: ProjectList,
} as const satisfies Route;

export const createProjectRoute = {
  operationId: 'createProject',
  summary: 'Make a project',
  method: 'POST',
  path: '/api/v1/projects',
  access: 'any',
  limit: 'profile',
  input: CreateProjectRequest,
  output: ProjectEntry,
  status: 201,
} as const satisfies Route;

export const listApiKeysRoute = {
  operationId: 'listApiKeys',
  summary: 'API keys of the project',
  method: 'GET',
  path: '/api/v1/keys',
  access: 'admin',
  limit: 'page',
  output: ApiKeyList,
} as const satisfies Route;

export const createApiKeyRoute = {
  operationId: 'createApiKey',
  summary: 'Make an API key of the project; it is shown once',
  method: 'POST',
  path: '/api/v1/keys',
  access: 'admin',
  limit: 'default',
  input: CreateApiKeyRequest,
  output: CreatedApiKey,
  status: 201,
} as const satisfies Route;

export const revokeApiKeyRoute = {
  operationId: 'revokeApiKey',
  summary: 'Revoke an API key; effective within 60 seconds',
  method: 'DELETE',
  path: '/api/v1/keys/{id}',
  access: 'admin',
  limit: 'default',
  input: KeyPath,
  status: 204,
} as const satisfies Route;
