import { z } from 'zod';
import type { Route } from '../core/route.ts';

const role = z.enum(['user', 'admin']);

export const UserEntry = z
  .object({
    id: z.string(),
    username: z.string(),
    email: z.string(),
    full_name: z.string().optional(),
    /** `admin` administers the platform. */
    role,
    is_admin: z.boolean(),
    disabled: z.boolean(),
    created_at: z.string(),
    last_login_at: z.string().optional(),
  })
  .meta({ id: 'User' });
export type UserEntry = z.output<typeof UserEntry>;

export const ListUsersRequest = z.object({
  q: z.string().max(254).optional().meta({ description: 'Part of user name, e-mail address or full name' }),
  role: role.optional(),
  disabled: z.stringbool().optional(),
  page: z.coerce.number().int().min(1).default(1),
  page_size: z.coerce.number().int().min(1).max(500).default(50),
});
export type ListUsersRequest = z.output<typeof ListUsersRequest>;

export const UserList = z
  .object({ items: z.array(UserEntry), total: z.int(), page: z.int(), page_size: z.int() })
  .meta({ id: 'UserList' });
export type UserList = z.output<typeof UserList>;

export const UpdateUserRequest = z.strictObject({
  id: z.string().max(64),
  role: role.optional(),
  /** A disabled user cannot sign in, and loses sessions and live connections. */
  disabled: z.boolean().optional(),
});
export type UpdateUserRequest = z.output<typeof UpdateUserRequest>;

export const listUsersRoute = {
  operationId: 'listUsers',
  summary: 'Users of the platform, by name',
  method: 'GET',
  path: '/api/v1/auth/users',
  access: 'platform',
  limit: 'users',
  input: ListUsersRequest,
  output: UserList,
} as const satisfies Route;

export const updateUserRoute = {
  operationId: 'updateUser',
  summary:
    'Change the role of a user, disable or enable them; effective within 60 seconds. Nobody can do so to themselves',
  method: 'PUT',
  path: '/api/v1/auth/users/{id}',
  access: 'platform',
  limit: 'users',
  input: UpdateUserRequest,
  output: UserEntry,
} as const satisfies Route;
