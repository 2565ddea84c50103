import type { JWK } from 'jose';
import type { ProjectRole } from '../../core/permissions.ts';
import type { ProjectId } from '../../core/project.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import type { StoredKey } from '../directory/port.ts';

/** A person who may sign in. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly fullName?: string;
  /** PHC string of argon2id. */
  readonly passwordHash: string;
  readonly platformAdmin: boolean;
  readonly defaultProject: ProjectId;
  readonly mustChangePassword: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface Project {
  readonly id: ProjectId;
  readonly name: string;
  readonly createdAt: string;
}

/** A key as its project's list shows it. */
export interface KeyEntry extends Omit<StoredKey, 'hash'> {
  /** First characters, to know it by. */
  readonly prefix: string;
  readonly createdAt: string;
}

/** What of a user can change. A new password ends every other session. */
export type UserChanges = Partial<Pick<User, 'email' | 'fullName' | 'passwordHash' | 'mustChangePassword'>>;

/** A line of refresh tokens, each of which follows from the one before. */
export interface RefreshFamily {
  readonly id: string;
  readonly userId: string;
  /** Epoch of the user's sessions when it began. */
  readonly epoch: number;
  /** SHA-256 of the token that is good now, hex. */
  readonly current: string;
  /** SHA-256 of the one before it. */
  readonly previous?: string;
  /** Unix seconds at which `current` took its place. */
  readonly rotatedAt: number;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** Users, projects and keys. Every change is one transaction with its audit entry. */
export interface Accounts {
  /** By user name or e-mail address, whatever their case. */
  findUserByLogin(login: string): Promise<User | undefined>;
  findUser(id: string): Promise<User | undefined>;
  /** Makes a user with a project of their own. @throws Failure `conflict` where name, address or project exists */
  createUser(user: User, project: Project, audit: AuditEvent): Promise<void>;
  /** @returns the user's epoch afterwards. @throws Failure `conflict` where the address belongs to another */
  updateUser(user: User, changes: UserChanges, audit: AuditEvent): Promise<number>;
  /** Epoch of the user's sessions. */
  readEpoch(userId: string): Promise<number>;
  listProjects(userId: string): Promise<readonly (Project & { readonly role: ProjectRole })[]>;
  /** @throws Failure `conflict` where it exists */
  createProject(project: Project, owner: string, audit: AuditEvent): Promise<void>;
  createKey(key: StoredKey, entry: KeyEntry, audit: AuditEvent): Promise<void>;
  listKeys(project: ProjectId): Promise<readonly KeyEntry[]>;
  /** @returns false where the project has no such key */
  revokeKey(project: ProjectId, id: string, audit: AuditEvent): Promise<boolean>;
  putRefreshFamily(family: RefreshFamily): Promise<void>;
  findRefreshFamily(id: string): Promise<RefreshFamily | undefined>;
  /** Puts the next token in place of the current one. @returns false where another request did so first */
  rotateRefreshFamily(family: RefreshFamily, next: string, now: number): Promise<boolean>;
  endRefreshFamily(id: string): Promise<void>;
  /** Lets everyone verify what is signed with these. */
  publishSigningKeys(keys: readonly JWK[]): Promise<void>;
}
