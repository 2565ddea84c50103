import { type ProjectId, tenantKey } from '../../core/project.ts';

/** Partition keys of the audit table. Entries have prefixes of their own, so that a function's rights on them are told apart. */
export const auditKeys = {
  entries: (project: ProjectId) => tenantKey(project, 'chain'),
  /** Changes elsewhere that were begun. */
  open: (project: ProjectId) => tenantKey(project, 'open'),
  /** Reads of events, outside of the chain. */
  searches: (project: ProjectId) => tenantKey(project, 'searches'),
  /** What a project says about its trail. */
  settings: (project: ProjectId) => tenantKey(project, 'settings'),
  /** Ends of all chains, by project. */
  heads: 'heads',
  /** How far chains are sealed, by project. */
  sealed: 'sealed',
} as const;

/** Index of entries by what they are about. */
export const ENTITY_INDEX = 'ByEntity';

/** `dynamodb:LeadingKeys` of those who add entries. */
export const WRITING_KEYS = ['P#*#chain', 'P#*#open', auditKeys.heads];

/** `dynamodb:LeadingKeys` of those who tell of reads of events. */
export const SEARCH_KEYS = ['P#*#searches'];

/** `dynamodb:LeadingKeys` of what projects say about their trails. */
export const SETTINGS_KEYS = ['P#*#settings'];
