import type {
  AuditReader,
  AuditSettingsStore,
  AuditTrail,
  SealedSegments,
  SearchEntries,
} from '../adapters/audit-trail/port.ts';
import { Failure } from '../core/errors.ts';
import type { AuthenticatedCall } from '../core/http.ts';
import { PLATFORM, type ProjectId } from '../core/project.ts';

/** What the use cases of the audit trail stand on. */
export interface AuditParts {
  readonly trail: AuditTrail;
  readonly reader: AuditReader;
  readonly segments: SealedSegments;
  readonly settings: AuditSettingsStore;
  readonly searches: Pick<SearchEntries, 'before'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The chain that a request means. @throws Failure `forbidden` */
export function chainOf(chain: 'project' | 'platform', { caller }: AuthenticatedCall): ProjectId {
  if (chain === 'project') return caller.project;
  if (!caller.platformAdmin) throw new Failure('forbidden', 'the chain of the platform is for platform administrators');
  return PLATFORM;
}
