import { type ProjectId, tenantKey } from '../../core/project.ts';

/** Partition keys of the audit table. Entries have prefixes of their own, so that a function's rights on them are told apart. */
export const auditKeys = {
  entries: (project: ProjectId) => tenantKey(project, 'chain'),
  /** Changes elsewhere that were begun. */
  open: (project: ProjectId) => tenantKey(project, 'open'),
  /** Ends of all chains, by project. */
  heads: 'heads',
  /** How far chains are sealed, by project. */
  sealed: 'sealed',
} as const;

/** Index of entries by what they are about. */
export const ENTITY_INDEX = 'ByEntity';

/** `dynamodb:LeadingKeys` of those who add entries. */
export const WRITING_KEYS = ['P#*#chain', 'P#*#open', auditKeys.heads];
