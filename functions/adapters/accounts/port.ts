import type { ProjectRole } from '../../core/permissions.ts';
import type { ProjectId } from '../../core/project.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import type { ProjectLimits, StoredKey } from '../directory/port.ts';

/** A person who may sign in. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly fullName?: string;
  /** PHC string of argon2id. */
  readonly passwordHash: string;
  readonly platformAdmin: boolean;
  readonly disabled: boolean;
  readonly defaultProject: ProjectId;
  readonly mustChangePassword: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly lastLoginAt?: string;
}

/** What users change of themselves. */
export type UserChanges = Partial<Pick<User, 'email' | 'fullName' | 'passwordHash' | 'mustChangePassword'>>;

/** What administrators of the platform change of others. */
export type RankChanges = Partial<Pick<User, 'platformAdmin' | 'disabled'>>;

export interface Project {
  readonly id: ProjectId;
  readonly name: string;
  readonly createdAt: string;
}

export interface Member {
  readonly userId: string;
  readonly role: ProjectRole;
}

/** A right to join a project, good once. */
export interface Invitation {
  readonly id: string;
  readonly project: ProjectId;
  readonly email: string;
  readonly role: ProjectRole;
  /** Name of whoever invited. */
  readonly invitedBy: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** SHA-256 of its token, hex. */
  readonly tokenHash: string;
}

/** A right to set a new password, good once. */
export interface Reset {
  /** SHA-256 of its token, hex. */
  readonly tokenHash: string;
  readonly userId: string;
  /** Of the user's sessions when it was asked for: a password that was changed since makes it void. */
  readonly epoch: number;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** A key as its project's list shows it. */
export interface KeyEntry extends Omit<StoredKey, 'hash'> {
  /** First characters, to know it by. */
  readonly prefix: string;
  readonly createdAt: string;
  /** Id of the key that takes its place. */
  readonly replacedBy?: string;
}

/** A sign-in and the line of refresh tokens that goes on with it, each of which follows from the one before. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** Epoch of the user's sessions when it began; kept up for the session that changes the password. */
  readonly epoch: number;
  /** SHA-256 of the token that is good now, hex. */
  readonly current: string;
  /** SHA-256 of the one before it. */
  readonly previous?: string;
  /** Unix seconds at which `current` took its place. */
  readonly rotatedAt: number;
  /** Unix seconds. */
  readonly createdAt: number;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly ipAddress: string;
  /** `User-Agent` that it was begun with. */
  readonly client?: string;
}

/** Every change is one transaction with its audit entry. */
export interface Users {
  /** By user name or e-mail address, whatever their case. */
  findByLogin(login: string): Promise<User | undefined>;
  find(id: string): Promise<User | undefined>;
  findMany(ids: readonly string[]): Promise<readonly User[]>;
  list(): Promise<readonly User[]>;
  /**
   * Makes a user with a project of their own, who joins that of the invitation, too.
   * @throws Failure `conflict` where name, address or project exists, or the invitation was used meanwhile
   */
  create(user: User, project: Project, audit: AuditEvent, invitation?: Invitation): Promise<void>;
  /**
   * A new password ends every session but `session`, which goes on.
   * @returns the user's epoch afterwards
   * @throws Failure `conflict` where the address belongs to another, or the user changed at the same time
   */
  update(user: User, changes: UserChanges, audit: AuditEvent, session?: string): Promise<number>;
  /** Keeps the same password under another hash. */
  rehash(user: User, passwordHash: string): Promise<void>;
  /**
   * By an administrator of the platform, who must still be one. A user who is disabled loses every session.
   * @throws Failure `conflict` where either changed at the same time
   */
  changeRank(user: User, changes: RankChanges, administrator: string, audit: AuditEvent): Promise<void>;
  /** Epoch of the user's sessions. */
  readEpoch(userId: string): Promise<number>;
  putReset(reset: Reset): Promise<void>;
  findReset(tokenHash: string): Promise<Reset | undefined>;
  /** Uses a reset up; ends every session. @throws Failure `conflict` where it was used, or the password changed, at the same time */
  resetPassword(user: User, reset: Reset, passwordHash: string, audit: AuditEvent): Promise<void>;
}

/** Projects, who belongs to them, and who may come to. Every change is one transaction with its audit entry. */
export interface Projects {
  /** Limits of requests that the project has of its own. */
  limits(id: ProjectId): Promise<ProjectLimits>;
  /** @throws Failure `not_found` for one that is archived */
  setLimits(id: ProjectId, limits: ProjectLimits, audit: AuditEvent): Promise<void>;
  list(userId: string): Promise<readonly (Project & { readonly role: ProjectRole })[]>;
  /** @returns `archived` beside it; undefined where there never was one */
  find(id: ProjectId): Promise<(Project & { readonly archived: boolean }) | undefined>;
  /** @throws Failure `conflict` where it exists */
  create(project: Project, owner: string, audit: AuditEvent): Promise<void>;
  /** @throws Failure `conflict` where it was archived at the same time */
  rename(id: ProjectId, name: string, audit: AuditEvent): Promise<void>;
  /** @throws Failure `conflict` where it was archived before */
  archive(id: ProjectId, audit: AuditEvent): Promise<void>;
  /** Takes an archived project from its keys and members, `last` at the end. Can be repeated. */
  withdraw(id: ProjectId, last: string): Promise<void>;
  members(id: ProjectId): Promise<readonly Member[]>;
  findMember(id: ProjectId, userId: string): Promise<Member | undefined>;
  /** @throws Failure `conflict` for the last administrator, and where the member changed at the same time */
  changeRole(id: ProjectId, member: Member, role: ProjectRole, audit: AuditEvent): Promise<void>;
  /** @throws Failure `conflict` for the last administrator, and where the member changed at the same time */
  remove(id: ProjectId, member: Member, audit: AuditEvent): Promise<void>;
  invite(invitation: Invitation, audit: AuditEvent): Promise<void>;
  invitations(id: ProjectId): Promise<readonly Invitation[]>;
  findInvitation(tokenHash: string): Promise<Invitation | undefined>;
  /** @throws Failure `conflict` where it was used at the same time */
  revokeInvitation(invitation: Invitation, audit: AuditEvent): Promise<void>;
  /** @throws Failure `conflict` where it was used at the same time, or they are a member already */
  accept(invitation: Invitation, userId: string, audit: AuditEvent): Promise<void>;
}

/** Keys of projects. Every change is one transaction with its audit entry. */
export interface ApiKeys {
  create(key: StoredKey, entry: KeyEntry, audit: AuditEvent): Promise<void>;
  list(project: ProjectId): Promise<readonly KeyEntry[]>;
  find(project: ProjectId, id: string): Promise<KeyEntry | undefined>;
  /**
   * Makes a key that takes the place of another, which ends at a time.
   * @param endsAt Unix seconds
   * @throws Failure `conflict` where the old one was revoked or replaced at the same time
   */
  replace(old: KeyEntry, endsAt: number, key: StoredKey, entry: KeyEntry, audit: AuditEvent): Promise<void>;
  /** @throws Failure `conflict` where it was revoked at the same time */
  revoke(key: KeyEntry, audit: AuditEvent): Promise<void>;
}

/** Sessions of users. */
export interface Sessions {
  /** In one transaction with its audit entry. */
  begin(session: Session, audit: AuditEvent): Promise<void>;
  find(userId: string, id: string): Promise<Session | undefined>;
  /** Those that are not over. */
  list(userId: string): Promise<readonly Session[]>;
  /** Puts the next token in place of the current one. @returns false where another request did so first */
  rotate(session: Session, next: string, now: number): Promise<boolean>;
  /** Their refresh tokens are good for nothing any more, their access tokens soon; in one transaction with its audit entry. */
  end(userId: string, ids: readonly string[], audit: AuditEvent): Promise<void>;
}
