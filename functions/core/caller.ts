import type { ProjectId } from './project.ts';
import type { Scope } from './route.ts';

/** Who makes a request, as far as its credentials prove it. */
export interface Caller {
  readonly kind: 'session' | 'key';
  /** User id or key id. */
  readonly id: string;
  /** User name or key name, for the audit trail. */
  readonly name: string;
  readonly project: ProjectId;
  readonly scopes: ReadonlySet<Scope>;
  /** Administrator of the whole platform. */
  readonly platformAdmin: boolean;
  /** For a session: its id and when it ends (Unix seconds). */
  readonly session?: { readonly id: string; readonly expiresAt: number };
}
