/**
 * Partition keys of the directory table. What proves a request (API keys, standings, public signing keys) has prefixes of its own, so that
 * the functions that only prove requests are granted these and nothing else.
 */
export const directoryKeys = {
  apiKey: (id: string) => `K#${id}`,
  standing: (userId: string) => `M#${userId}`,
  sessions: (userId: string) => `R#${userId}`,
  token: (hash: string) => `T#${hash}`,
  users: 'USERS',
  signingKeys: 'JWKS',
  /** Limits of requests that a project has of its own. */
  limits: (project: string) => `L#${project}`,
  userName: (name: string) => `UN#${name.toLowerCase()}`,
  email: (email: string) => `UE#${email.toLowerCase()}`,
} as const;

/** Sort key of the item that a partition has one of. */
export const SELF = '-';

/** Begins the sort key of a session that was ended, among the standing of its user: no project's id begins so. */
export const ENDED = 'X#';

/** `dynamodb:LeadingKeys` of what proves a request, and of what limits it. */
export const PROVING_KEYS = ['K#*', 'M#*', 'JWKS', 'L#*'];
