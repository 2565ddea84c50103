import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { Write } from '../audit-trail/dynamodb.ts';
import type { AuditEvent } from '../audit-trail/port.ts';
import { directoryKeys, ENDED, SELF } from '../directory/keys.ts';
import type { Session, Sessions } from './port.ts';
import type { DirectoryTable } from './table.ts';

/** Longer than any access token lives that was given out before its session ended. */
const ENDED_SECONDS = 3_600;
/** A transaction holds a hundred items: two a session, and the audit entry's. */
const AT_ONCE = 45;

const SessionItem = z
  .object({
    sk: z.string(),
    user_id: z.string(),
    epoch: z.number(),
    current_hash: z.string(),
    previous_hash: z.string().optional(),
    rotated_at: z.number(),
    created_at: z.number(),
    expires_at: z.number(),
    ip_address: z.string(),
    client: z.string().optional(),
  })
  .transform(
    (item): Session => ({
      id: item.sk,
      userId: item.user_id,
      epoch: item.epoch,
      current: item.current_hash,
      ...(item.previous_hash !== undefined && { previous: item.previous_hash }),
      rotatedAt: item.rotated_at,
      createdAt: item.created_at,
      expiresAt: item.expires_at,
      ipAddress: item.ip_address,
      ...(item.client !== undefined && { client: item.client }),
    }),
  );
const EpochItem = z.object({ epoch: z.number() });

/** Sessions in the directory table. */
export class DynamoDbSessions implements Sessions {
  readonly #table: DirectoryTable;
  readonly #now: () => number;

  constructor(table: DirectoryTable, now: () => number = Date.now) {
    this.#table = table;
    this.#now = now;
  }

  async begin(session: Session, audit: AuditEvent): Promise<void> {
    await this.#table.write(
      [
        this.#table.toPutNew(directoryKeys.sessions(session.userId), session.id, {
          user_id: session.userId,
          epoch: session.epoch,
          current_hash: session.current,
          rotated_at: session.rotatedAt,
          created_at: session.createdAt,
          expires_at: session.expiresAt,
          ip_address: session.ipAddress,
          client: session.client,
        }),
        this.#table.toUpdate(directoryKeys.users, session.userId, {
          last_login_at: new Date(session.createdAt * 1000).toISOString(),
        }),
      ],
      audit,
      'the user was removed at the same time',
    );
  }

  async find(userId: string, id: string): Promise<Session | undefined> {
    const { data } = SessionItem.safeParse(await this.#table.get(directoryKeys.sessions(userId), id));
    return data !== undefined && this.#isOpen(data) ? data : undefined;
  }

  async list(userId: string): Promise<readonly Session[]> {
    const [items, standing] = await Promise.all([
      this.#table.query(directoryKeys.sessions(userId)),
      this.#table.get(directoryKeys.standing(userId), SELF),
    ]);
    const { epoch } = EpochItem.parse(standing);
    return items
      .map((item) => SessionItem.parse(item))
      .filter((session) => session.epoch === epoch && this.#isOpen(session));
  }

  async rotate({ userId, id, current }: Session, next: string, now: number): Promise<boolean> {
    try {
      await this.#table.update(
        { pk: directoryKeys.sessions(userId), sk: id },
        {
          UpdateExpression: 'SET current_hash = :next, previous_hash = :current, rotated_at = :now',
          ConditionExpression: 'current_hash = :current',
          ExpressionAttributeValues: { ':next': next, ':current': current, ':now': now },
        },
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async end(userId: string, ids: readonly string[], audit: AuditEvent): Promise<void> {
    const expires_at = Math.floor(this.#now() / 1000) + ENDED_SECONDS;
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const writes = ids.slice(start, start + AT_ONCE).flatMap((id): Write[] => [
        { Delete: { TableName: this.#table.name, Key: { pk: directoryKeys.sessions(userId), sk: id } } },
        {
          Put: {
            TableName: this.#table.name,
            Item: { pk: directoryKeys.standing(userId), sk: `${ENDED}${id}`, expires_at },
          },
        },
      ]);
      await this.#table.write(writes, audit, 'the session was ended at the same time');
    }
  }

  #isOpen({ expiresAt }: Session): boolean {
    return expiresAt * 1000 > this.#now();
  }
}
