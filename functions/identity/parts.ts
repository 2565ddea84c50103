import type { ApiKeys, Projects, Sessions, Users } from '../adapters/accounts/port.ts';
import type { AuditTrail } from '../adapters/audit-trail/port.ts';
import type { BackOff } from '../adapters/back-off/port.ts';
import type { KeyUses } from '../adapters/key-uses/port.ts';
import type { Limiter } from '../adapters/limiter/port.ts';
import type { Mail } from '../adapters/mail/port.ts';
import type { SigningKeys } from '../adapters/signing-key/port.ts';
import type { ViewerClose, ViewerRegister } from '../adapters/viewers/port.ts';

/** What the use cases of identity stand on. */
export interface IdentityParts {
  readonly users: Users;
  readonly projects: Projects;
  readonly keys: ApiKeys;
  readonly keyUses: KeyUses;
  readonly sessions: Sessions;
  readonly signingKeys: SigningKeys;
  readonly audit: AuditTrail;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly backOff: BackOff;
  /** Open connections of the live tail, which end with what they were opened by. */
  readonly viewers: Pick<ViewerRegister, 'connectionsOf' | 'disconnect'> & ViewerClose;
  /** None where the stage has no sender. */
  readonly mail?: Mail | undefined;
  /** Where links in mails lead to. */
  readonly dashboardUrl: string;
  /** The password that the first administrator was deployed with. */
  readonly readFirstPassword: () => Promise<string | undefined>;
  /** Whether the first administrator must choose another password at first use. */
  readonly changeFirstPassword: boolean;
  readonly registration: 'open' | 'invitation' | 'closed';
  /** Whether the refresh cookie asks for TLS; the local platform speaks plain HTTP. */
  readonly secureCookies: boolean;
  /** Stage name as API keys show it. */
  readonly stage: string;
  readonly now: () => number;
}
