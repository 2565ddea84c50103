import type { ProjectRole, Scope } from './permissions.ts';
import type { ProjectId } from './project.ts';

/** Who makes a request, as far as its credentials prove it. */
export interface Caller {
  readonly kind: 'session' | 'key';
  /** User id or key id. */
  readonly id: string;
  /** User name or key name, for the audit trail. */
  readonly name: string;
  /** What the request is about; the user's default where it is about no project. */
  readonly project: ProjectId;
  /** Of a session in the project; none for an administrator of the platform who is no member. */
  readonly role?: ProjectRole;
  /** Of a key; those whose work a session can do. */
  readonly scopes: ReadonlySet<Scope>;
  /** Administrator of the whole platform. */
  readonly platformAdmin: boolean;
  /** Of a session: the password must be changed before anything else. */
  readonly mustChangePassword?: boolean;
  /** For a session: its id, and the epoch of its token. */
  readonly session?: { readonly id: string; readonly epoch: number };
  /** When the token or key ends by itself (Unix seconds). */
  readonly expiresAt?: number;
}
