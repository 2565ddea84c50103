import type { Accounts } from '../adapters/accounts/port.ts';
import type { AuditTrail } from '../adapters/audit-trail/port.ts';
import type { Limiter } from '../adapters/limiter/port.ts';
import type { SigningKeys } from '../adapters/signing-key/port.ts';

/** What the use cases of identity stand on. */
export interface IdentityParts {
  readonly accounts: Accounts;
  readonly signingKeys: SigningKeys;
  readonly audit: AuditTrail;
  readonly limiter: Pick<Limiter, 'take'>;
  /** The password that the first administrator was deployed with. */
  readonly readFirstPassword: () => Promise<string | undefined>;
  /** Whether the first administrator must choose another password at first use. */
  readonly changeFirstPassword: boolean;
  readonly registration: 'open' | 'closed';
  /** Whether the refresh cookie asks for TLS; the local platform speaks plain HTTP. */
  readonly secureCookies: boolean;
  /** Stage name as API keys show it. */
  readonly stage: string;
  readonly now: () => number;
}
