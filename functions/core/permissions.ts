import type { Caller } from './caller.ts';

/** What a key may do: `ingest` sends events, `read` reads them, `write` changes settings, `admin` manages people and keys. */
export const SCOPES = ['ingest', 'read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Roles in a project, the least first: each may what those before it may. */
export const PROJECT_ROLES = ['viewer', 'member', 'admin'] as const;
export type ProjectRole = (typeof PROJECT_ROLES)[number];

/** Whom one permission is given. What is left out is given nobody. */
interface Permission {
  /** What it lets one do, after "lets you". */
  readonly allows: string;
  /** Least role of a session in the project of the request. Without one it is about no project. */
  readonly role?: ProjectRole;
  /** Scope that an API key needs. Without one no key has it. */
  readonly scope?: Scope;
  /** Administrators of the platform: nobody else has it, or they have it in projects that they are no member of, too. */
  readonly platform?: 'only' | 'too';
  /** Also while a password is still to be changed. */
  readonly beforePasswordChange?: true;
}

/**
 * Who may do what. Each route names one of these (`access`), and everything that depends on it is read from here: what the router lets
 * through, what the OpenAPI document says, what `/auth/me` offers the dashboard, and the test of every operation by every caller.
 */
export const PERMISSIONS = {
  ingest: { allows: 'send events', role: 'member', scope: 'ingest' },
  read: { allows: 'read events', role: 'viewer', scope: 'read' },
  write: { allows: 'delete events and change what the project shares', role: 'member', scope: 'write' },
  admin: { allows: 'manage keys and settings of the project', role: 'admin', scope: 'admin' },
  membership: { allows: 'see the project and its members', role: 'viewer', scope: 'admin', platform: 'too' },
  project: { allows: 'manage the project and its members', role: 'admin', scope: 'admin', platform: 'too' },
  audit: { allows: 'read and verify the audit trail', role: 'admin', scope: 'admin', platform: 'too' },
  account: { allows: 'use an account of your own' },
  profile: { allows: 'see and change who you are', beforePasswordChange: true },
  platform: { allows: 'administer the platform', platform: 'only' },
} as const satisfies Readonly<Record<string, Permission>>;
export type PermissionName = keyof typeof PERMISSIONS;

/** What an operation asks for; `public` asks for no credentials. */
export type Access = PermissionName | 'public';

export const permissionOf = (name: PermissionName): Permission => PERMISSIONS[name];

/** Whether an operation is about a project, which its caller must have to do with. */
export const isOfProject = (access: Access): boolean => access !== 'public' && permissionOf(access).role !== undefined;

/** What decides about a caller. */
type Standing = Pick<Caller, 'kind' | 'role' | 'scopes' | 'platformAdmin' | 'mustChangePassword'>;

/** Whether a caller has a permission. */
export function isAllowed(name: PermissionName, caller: Standing): boolean {
  const { role, scope, platform, beforePasswordChange } = permissionOf(name);
  if (caller.kind === 'key') return scope !== undefined && caller.scopes.has(scope);
  if (caller.mustChangePassword && !beforePasswordChange) return false;
  if (platform !== undefined && caller.platformAdmin) return true;
  if (platform === 'only') return false;
  return role === undefined || (caller.role !== undefined && rank(caller.role) >= rank(role));
}

/** Permissions of a caller, in the order of the table. */
export const permissionsOf = (caller: Standing): PermissionName[] =>
  (Object.keys(PERMISSIONS) as PermissionName[]).filter((name) => isAllowed(name, caller));

/** Scopes whose work a session can do, and which it may so give a key. */
export const scopesOf = (session: Omit<Standing, 'kind' | 'scopes'>): ReadonlySet<Scope> =>
  new Set(SCOPES.filter((scope) => isAllowed(scope, { ...session, kind: 'session', scopes: new Set() })));

/** Who has a permission, in words: `the role "member" in the project, or a key of scope "write"`. */
export function describePermission(name: PermissionName): string {
  const { role, scope, platform } = permissionOf(name);
  const asked = [
    role === undefined ? undefined : `the role "${role}"${role === 'admin' ? '' : ' or more'} in the project`,
    platform === undefined ? undefined : 'to be an administrator of the platform',
    role === undefined && platform === undefined ? 'to be signed in as a user' : undefined,
    scope === undefined ? undefined : `a key of scope "${scope}"`,
  ];
  return asked.filter((each) => each !== undefined).join(', or ');
}

const rank = (role: ProjectRole): number => PROJECT_ROLES.indexOf(role);
