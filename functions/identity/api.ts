import { z } from 'zod';
import { ProjectId } from '../core/project.ts';
import type { Route } from '../core/route.ts';
import { ProjectEntry, permissions } from './projects-api.ts';

const username = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$/, 'expected 2 to 40 letters, digits, dots, hyphens or underscores');
/** Its own address is the first administrator's. */
const email = z
  .email()
  .max(254)
  .refine((address) => !/@tributary\.invalid$/i.test(address), 'is an address that the platform keeps for itself');
const password = z.string().min(8, 'expected at least 8 characters').max(128, 'expected at most 128 characters');

export const RegisterRequest = z
  .strictObject({
    username,
    email,
    password,
    full_name: z.string().max(200).optional(),
    /** Of an invitation to this address: its project is joined at once. Asked for where registration is by invitation. */
    invitation_token: z.string().max(200).optional(),
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
    /** What the user may do beside the projects. */
    permissions,
    projects: z.array(ProjectEntry),
    /** A new token, where the request changed the password and so ended the old one. */
    access_token: z.string().optional(),
  })
  .meta({ id: 'UserProfile' });
export type UserProfile = z.output<typeof UserProfile>;

export const UpdateProfileRequest = z
  .strictObject({
    email: email.optional(),
    full_name: z.string().max(200).optional(),
    password: password.optional(),
    /** Asked for where e-mail address or password change. */
    current_password: z.string().max(128).optional(),
  })
  .meta({ id: 'UpdateProfileRequest' });
export type UpdateProfileRequest = z.output<typeof UpdateProfileRequest>;

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

export const ResetPasswordRequest = z.strictObject({ email: z.email().max(254) }).meta({ id: 'ResetPasswordRequest' });
export type ResetPasswordRequest = z.output<typeof ResetPasswordRequest>;

export const ResetPasswordResponse = z.object({ message: z.string() }).meta({ id: 'ResetPasswordResponse' });

export const ConfirmResetRequest = z
  .strictObject({
    /** From the mail; good once and for 30 minutes. */
    token: z.string().min(1).max(200),
    password,
  })
  .meta({ id: 'ConfirmResetRequest' });
export type ConfirmResetRequest = z.output<typeof ConfirmResetRequest>;

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
  access: 'profile',
  limit: 'default',
  output: UserProfile,
} as const satisfies Route;

export const updateProfileRoute = {
  operationId: 'updateProfile',
  summary: 'Change my profile or password',
  method: 'PUT',
  path: '/api/v1/auth/me',
  access: 'profile',
  limit: 'profile',
  input: UpdateProfileRequest,
  output: UserProfile,
} as const satisfies Route;

export const resetPasswordRoute = {
  operationId: 'resetPassword',
  summary: 'Mail a link that sets a new password; the same answer whether anybody has the address',
  method: 'POST',
  path: '/api/v1/auth/password-reset',
  access: 'public',
  limit: 'register',
  input: ResetPasswordRequest,
  output: ResetPasswordResponse,
  status: 202,
} as const satisfies Route;

export const confirmResetRoute = {
  operationId: 'confirmPasswordReset',
  summary: 'Set a new password by the token of a mail; ends every session of the user',
  method: 'POST',
  path: '/api/v1/auth/password-reset/confirm',
  access: 'public',
  limit: 'login',
  input: ConfirmResetRequest,
  status: 204,
} as const satisfies Route;
