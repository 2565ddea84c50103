import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Failure } from '../../core/errors.ts';
import { PROJECT_ROLES, type ProjectRole } from '../../core/permissions.ts';
import { ProjectId } from '../../core/project.ts';
import type { Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import { LimitsItem } from '../directory/dynamodb.ts';
import { directoryKeys, SELF } from '../directory/keys.ts';
import type { ProjectLimits } from '../directory/port.ts';
import { projectKeys, toJoin, toProjectWrites } from './membership.ts';
import type { Invitation, Member, Project, Projects } from './port.ts';
import { type DirectoryTable, having } from './table.ts';

const role = z.enum(PROJECT_ROLES);
const StandingItem = z.object({ sk: ProjectId, role });
const ProjectItem = z
  .object({ id: ProjectId, name: z.string(), created_at: z.string(), archived_at: z.string().optional() })
  .transform(({ id, name, created_at, archived_at }) => ({
    id,
    name,
    createdAt: created_at,
    archived: archived_at !== undefined,
  }));
const MemberItem = z
  .object({ sk: z.string(), role })
  .transform((item): Member => ({ userId: item.sk, role: item.role }));
const InvitationItem = z
  .object({
    id: z.string(),
    project: ProjectId,
    email: z.string(),
    role,
    invited_by: z.string(),
    created_at: z.string(),
    expires_at: z.number(),
    token_hash: z.string(),
  })
  .transform(
    ({ invited_by, created_at, expires_at, token_hash, ...invitation }): Invitation => ({
      ...invitation,
      invitedBy: invited_by,
      createdAt: created_at,
      expiresAt: expires_at,
      tokenHash: token_hash,
    }),
  );
const KeyOfList = z.object({ sk: z.string() });

const GONE = 'the project was archived at the same time';
const ACTIVE = { expression: 'attribute_exists(pk) AND attribute_not_exists(archived_at)' };
const LAST_ADMIN = 'a project keeps at least one administrator: give somebody else the role "admin" first';
const SAME_TIME = 'members were changed at the same time; try again';

/** Projects, members and invitations in the directory table. */
export class DynamoDbProjects implements Projects {
  readonly #table: DirectoryTable;
  readonly #now: () => number;

  constructor(table: DirectoryTable, now: () => number = Date.now) {
    this.#table = table;
    this.#now = now;
  }

  async list(userId: string): Promise<readonly (Project & { readonly role: ProjectRole })[]> {
    const roles = (await this.#table.query(directoryKeys.standing(userId))).flatMap(
      (item) => StandingItem.safeParse(item).data ?? [],
    );
    const items = await this.#table.getMany(roles.map(({ sk }) => ({ pk: projectKeys.project(sk), sk: SELF })));
    const projects = new Map(items.map((item) => ProjectItem.parse(item)).map((project) => [project.id, project]));
    return roles
      .flatMap(({ sk, role }) => {
        const project = projects.get(sk);
        return project === undefined || project.archived ? [] : [{ ...project, role }];
      })
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1));
  }

  async find(id: ProjectId) {
    return ProjectItem.safeParse(await this.#table.get(projectKeys.project(id), SELF)).data;
  }

  async create(project: Project, owner: string, audit: AuditEvent): Promise<void> {
    const writes = toProjectWrites(this.#table, project, owner);
    await this.#table.write(writes, audit, `project ${project.id} exists already`);
  }

  async rename(id: ProjectId, name: string, audit: AuditEvent): Promise<void> {
    await this.#table.write([this.#table.toUpdate(projectKeys.project(id), SELF, { name }, ACTIVE)], audit, GONE);
  }

  async limits(id: ProjectId): Promise<ProjectLimits> {
    const item = await this.#table.get(directoryKeys.limits(id), SELF);
    return item === undefined ? {} : LimitsItem.parse(item).limits;
  }

  async setLimits(id: ProjectId, limits: ProjectLimits, audit: AuditEvent): Promise<void> {
    const writes: Write[] = [
      { Put: { TableName: this.#table.name, Item: { pk: directoryKeys.limits(id), sk: SELF, limits } } },
      this.#table.toCheck(projectKeys.project(id), SELF, ACTIVE),
    ];
    await this.#table.write(writes, audit, GONE);
  }

  async archive(id: ProjectId, audit: AuditEvent): Promise<void> {
    const archived_at = new Date(this.#now()).toISOString();
    const writes = [this.#table.toUpdate(projectKeys.project(id), SELF, { archived_at }, ACTIVE)];
    await this.#table.write(writes, audit, GONE);
  }

  async withdraw(id: ProjectId, last: string): Promise<void> {
    const keys = (await this.#table.query(projectKeys.keys(id))).map((item) => KeyOfList.parse(item).sk);
    const members = (await this.members(id)).map(({ userId }) => userId).filter((userId) => userId !== last);
    for (const key of keys) await this.#delete(directoryKeys.apiKey(key), SELF);
    // whoever archives can repeat it as long as they belong to it
    for (const userId of [...members, last]) await this.#delete(directoryKeys.standing(userId), id);
  }

  async members(id: ProjectId): Promise<readonly Member[]> {
    return (await this.#table.query(projectKeys.members(id))).map((item) => MemberItem.parse(item));
  }

  async findMember(id: ProjectId, userId: string): Promise<Member | undefined> {
    return MemberItem.safeParse(await this.#table.get(projectKeys.members(id), userId)).data;
  }

  async changeRole(id: ProjectId, member: Member, to: ProjectRole, audit: AuditEvent): Promise<void> {
    const as = having({ role: member.role });
    await this.#table.write(
      [
        this.#table.toUpdate(projectKeys.members(id), member.userId, { role: to }, as),
        this.#table.toUpdate(directoryKeys.standing(member.userId), id, { role: to }, as),
        ...(member.role === 'admin' && to !== 'admin' ? [await this.#anotherAdmin(id, member)] : []),
      ],
      audit,
      SAME_TIME,
    );
  }

  async remove(id: ProjectId, member: Member, audit: AuditEvent): Promise<void> {
    const as = having({ role: member.role });
    await this.#table.write(
      [
        this.#table.toDelete(projectKeys.members(id), member.userId, as),
        this.#table.toDelete(directoryKeys.standing(member.userId), id, as),
        ...(member.role === 'admin' ? [await this.#anotherAdmin(id, member)] : []),
      ],
      audit,
      SAME_TIME,
    );
  }

  async invite(invitation: Invitation, audit: AuditEvent): Promise<void> {
    const { id, project, email, role, invitedBy, createdAt, expiresAt, tokenHash } = invitation;
    const item = {
      id,
      project,
      email,
      role,
      invited_by: invitedBy,
      created_at: createdAt,
      expires_at: expiresAt,
      token_hash: tokenHash,
    };
    await this.#table.write(
      [
        this.#table.toPutNew(directoryKeys.token(tokenHash), SELF, item),
        this.#table.toPutNew(projectKeys.invitations(project), id, item),
        this.#table.toCheck(projectKeys.project(project), SELF, ACTIVE),
      ],
      audit,
      GONE,
    );
  }

  async invitations(id: ProjectId): Promise<readonly Invitation[]> {
    const items = await this.#table.query(projectKeys.invitations(id));
    return items.map((item) => InvitationItem.parse(item)).filter((invitation) => this.#isOpen(invitation));
  }

  async findInvitation(tokenHash: string): Promise<Invitation | undefined> {
    const { data } = InvitationItem.safeParse(await this.#table.get(directoryKeys.token(tokenHash), SELF));
    return data !== undefined && this.#isOpen(data) ? data : undefined;
  }

  async revokeInvitation({ project, id, tokenHash }: Invitation, audit: AuditEvent): Promise<void> {
    await this.#table.write(
      [
        this.#table.toDelete(directoryKeys.token(tokenHash), SELF),
        this.#table.toDelete(projectKeys.invitations(project), id),
      ],
      audit,
      'the invitation was used or revoked at the same time',
    );
  }

  async accept(invitation: Invitation, userId: string, audit: AuditEvent): Promise<void> {
    await this.#table.write(
      toJoin(this.#table, invitation, userId),
      audit,
      'you are a member of this project already, or the invitation was used or revoked at the same time',
    );
  }

  /** That another administrator stays one. Two who leave at once each name the other, so one of them cannot. */
  async #anotherAdmin(id: ProjectId, { userId }: Member): Promise<Write> {
    const other = (await this.members(id)).find((each) => each.role === 'admin' && each.userId !== userId);
    if (other === undefined) throw new Failure('conflict', LAST_ADMIN);
    return this.#table.toCheck(projectKeys.members(id), other.userId, having({ role: 'admin' }));
  }

  #isOpen({ expiresAt }: Invitation): boolean {
    return expiresAt * 1000 > this.#now();
  }

  async #delete(pk: string, sk: string): Promise<void> {
    await this.#table.client.send(new DeleteCommand({ TableName: this.#table.name, Key: { pk, sk } }));
  }
}
