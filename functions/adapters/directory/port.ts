import type { JWK } from 'jose';
import type { ProjectRole, Scope } from '../../core/permissions.ts';
import type { ProjectId } from '../../core/project.ts';
import type { EndpointClass } from '../../core/route.ts';

/** What is stored of an API key: never the key itself. */
export interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly project: ProjectId;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the whole key, hex. */
  readonly hash: string;
  /** Unix seconds. */
  readonly expiresAt?: number;
}

/** What decides about the sessions of a user. */
export interface Standing {
  /** Sessions made in an earlier epoch are over. */
  readonly epoch: number;
  readonly disabled: boolean;
  /** Administrator of the whole platform. */
  readonly platformAdmin: boolean;
  /** Ids of sessions that were ended before their tokens would. */
  readonly ended: ReadonlySet<string>;
  readonly roles: ReadonlyMap<ProjectId, ProjectRole>;
}

/** What a request's credentials are proven against; answers may be up to 60 s old. */
export interface Directory {
  findKey(id: string): Promise<StoredKey | undefined>;
  findStanding(userId: string): Promise<Standing | undefined>;
  /** Public keys that sessions are signed with. */
  readSigningKeys(): Promise<readonly JWK[]>;
}

/** Requests of a window that a project lets each of its callers make, by class; what is left out is as the stage has it. */
export type ProjectLimits = Readonly<Partial<Record<EndpointClass, number>>>;

export interface ProjectLimitsReader {
  findLimits(project: ProjectId): Promise<ProjectLimits>;
}
