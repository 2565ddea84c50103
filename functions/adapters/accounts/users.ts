import { z } from 'zod';
import { ProjectId } from '../../core/project.ts';
import type { Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import { directoryKeys, SELF } from '../directory/keys.ts';
import { toJoin, toProjectWrites } from './membership.ts';
import type { Invitation, Project, RankChanges, Reset, User, UserChanges, Users } from './port.ts';
import { type DirectoryTable, having } from './table.ts';

const UserItem = z
  .object({
    id: z.string(),
    username: z.string(),
    email: z.string(),
    full_name: z.string().optional(),
    password_hash: z.string(),
    platform_admin: z.boolean(),
    disabled: z.boolean(),
    default_project: ProjectId,
    must_change_password: z.boolean(),
    created_at: z.string(),
    last_login_at: z.string().optional(),
  })
  .transform(
    (item): User => ({
      id: item.id,
      username: item.username,
      email: item.email,
      ...(item.full_name !== undefined && { fullName: item.full_name }),
      passwordHash: item.password_hash,
      platformAdmin: item.platform_admin,
      disabled: item.disabled,
      defaultProject: item.default_project,
      mustChangePassword: item.must_change_password,
      createdAt: item.created_at,
      ...(item.last_login_at !== undefined && { lastLoginAt: item.last_login_at }),
    }),
  );
const PointerItem = z.object({ user_id: z.string() });
const EpochItem = z.object({ epoch: z.number() });
const ResetItem = z.object({ user_id: z.string(), epoch: z.number(), expires_at: z.number() });

const SAME_TIME = 'the user was changed at the same time; try again';

/** Users in the directory table. */
export class DynamoDbUsers implements Users {
  readonly #table: DirectoryTable;

  constructor(table: DirectoryTable) {
    this.#table = table;
  }

  async findByLogin(login: string): Promise<User | undefined> {
    const key = login.includes('@') ? directoryKeys.email(login) : directoryKeys.userName(login);
    const pointer = PointerItem.safeParse(await this.#table.get(key, SELF));
    return pointer.success ? this.find(pointer.data.user_id) : undefined;
  }

  async find(id: string): Promise<User | undefined> {
    return UserItem.safeParse(await this.#table.get(directoryKeys.users, id)).data;
  }

  async findMany(ids: readonly string[]): Promise<readonly User[]> {
    const items = await this.#table.getMany(ids.map((sk) => ({ pk: directoryKeys.users, sk })));
    return items.map((item) => UserItem.parse(item));
  }

  async list(): Promise<readonly User[]> {
    return (await this.#table.query(directoryKeys.users)).map((item) => UserItem.parse(item));
  }

  async create(user: User, project: Project, audit: AuditEvent, invitation?: Invitation): Promise<void> {
    const pointer = { user_id: user.id };
    await this.#table.write(
      [
        this.#table.toPutNew(directoryKeys.users, user.id, {
          id: user.id,
          ...toMembers(user),
          username: user.username,
          platform_admin: user.platformAdmin,
          disabled: user.disabled,
          default_project: user.defaultProject,
          created_at: user.createdAt,
        }),
        this.#table.toPutNew(directoryKeys.userName(user.username), SELF, pointer),
        this.#table.toPutNew(directoryKeys.email(user.email), SELF, pointer),
        this.#table.toPutNew(directoryKeys.standing(user.id), SELF, {
          epoch: 1,
          disabled: user.disabled,
          platform_admin: user.platformAdmin,
        }),
        ...toProjectWrites(this.#table, project, user.id),
        ...(invitation === undefined ? [] : toJoin(this.#table, invitation, user.id)),
      ],
      audit,
      invitation === undefined
        ? 'user name, e-mail address or project exists already'
        : 'user name or e-mail address exists already, or the invitation was used meanwhile',
    );
  }

  async update(user: User, changes: UserChanges, audit: AuditEvent, session?: string): Promise<number> {
    const epoch = await this.readEpoch(user.id);
    const writes: Write[] = [
      // of two who change the password at once, only one knew the password that it takes the place of
      this.#table.toUpdate(
        directoryKeys.users,
        user.id,
        toMembers(changes),
        having({ password_hash: user.passwordHash, email: user.email }),
      ),
    ];
    if (changes.email !== undefined && changes.email.toLowerCase() !== user.email.toLowerCase()) {
      writes.push(
        this.#table.toPutNew(directoryKeys.email(changes.email), SELF, { user_id: user.id }),
        this.#table.toDelete(directoryKeys.email(user.email), SELF),
      );
    }
    if (changes.passwordHash === undefined) {
      await this.#table.write(writes, audit, 'e-mail address belongs to another user, or yours was changed meanwhile');
      return epoch;
    }
    const next = { epoch: epoch + 1 };
    writes.push(this.#table.toUpdate(directoryKeys.standing(user.id), SELF, next, having({ epoch })));
    if (session !== undefined) writes.push(this.#table.toUpdate(directoryKeys.sessions(user.id), session, next));
    await this.#table.write(writes, audit, SAME_TIME);
    return next.epoch;
  }

  async rehash(user: User, passwordHash: string): Promise<void> {
    await this.#table.update(
      { pk: directoryKeys.users, sk: user.id },
      {
        UpdateExpression: 'SET password_hash = :new',
        ConditionExpression: 'password_hash = :old',
        ExpressionAttributeValues: { ':new': passwordHash, ':old': user.passwordHash },
      },
    );
  }

  async changeRank(user: User, changes: RankChanges, administrator: string, audit: AuditEvent): Promise<void> {
    const { platformAdmin: platform_admin, disabled } = changes;
    const epoch = await this.readEpoch(user.id);
    const ends = disabled === true ? { epoch: epoch + 1 } : {};
    await this.#table.write(
      [
        this.#table.toUpdate(directoryKeys.users, user.id, { platform_admin, disabled }),
        this.#table.toUpdate(
          directoryKeys.standing(user.id),
          SELF,
          { platform_admin, disabled, ...ends },
          having({ epoch }),
        ),
        // of two administrators who disable each other one comes first, so one stays
        this.#table.toCheck(
          directoryKeys.standing(administrator),
          SELF,
          having({ platform_admin: true, disabled: false }),
        ),
      ],
      audit,
      SAME_TIME,
    );
  }

  async readEpoch(userId: string): Promise<number> {
    return EpochItem.parse(await this.#table.get(directoryKeys.standing(userId), SELF)).epoch;
  }

  async putReset({ tokenHash, userId, epoch, expiresAt }: Reset): Promise<void> {
    await this.#table.update(
      { pk: directoryKeys.token(tokenHash), sk: SELF },
      {
        UpdateExpression: 'SET user_id = :user, epoch = :epoch, expires_at = :end',
        ExpressionAttributeValues: { ':user': userId, ':epoch': epoch, ':end': expiresAt },
      },
    );
  }

  async findReset(tokenHash: string): Promise<Reset | undefined> {
    const { data } = ResetItem.safeParse(await this.#table.get(directoryKeys.token(tokenHash), SELF));
    return data && { tokenHash, userId: data.user_id, epoch: data.epoch, expiresAt: data.expires_at };
  }

  async resetPassword(user: User, reset: Reset, passwordHash: string, audit: AuditEvent): Promise<void> {
    const { epoch } = reset;
    await this.#table.write(
      [
        this.#table.toDelete(directoryKeys.token(reset.tokenHash), SELF),
        this.#table.toUpdate(directoryKeys.users, user.id, toMembers({ passwordHash, mustChangePassword: false })),
        this.#table.toUpdate(directoryKeys.standing(user.id), SELF, { epoch: epoch + 1 }, having({ epoch })),
      ],
      audit,
      SAME_TIME,
    );
  }
}

const toMembers = (changes: UserChanges) => ({
  email: changes.email,
  full_name: changes.fullName,
  password_hash: changes.passwordHash,
  must_change_password: changes.mustChangePassword,
});
