import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { FrameHeader } from '../../core/frame.ts';
import { ProjectId, tenantKey } from '../../core/project.ts';
import { joinSides } from './join-sides.ts';
import type { FrameEntry, Ledger, LedgerReader, OpenMinute, StoredFrame } from './port.ts';

/** How far back the ledger tells: longer than the stream keeps a frame. */
const KEPT_MILLIS = 8 * 86_400_000;
const MINUTE_MILLIS = 60_000;
const DAY_MILLIS = 86_400_000;
const CONCURRENCY = 16;
/** An item holds 400 KB, a frame takes 50 bytes of it. */
const FRAMES_PER_ITEM = 1_000;
/** A minute is opened by an instance at most so often; it may be closed only when nobody can still rely on an earlier opening. */
const OPENED_MILLIS = 60_000;
const SETTLED_MILLIS = 3 * OPENED_MILLIS;
const OPEN = 'ledger#open';

type Side = 'accepted' | 'stored';
/** Frame id, receive time, and the side's two counts: events and dropped, or indexed and quarantined. */
const Row = z.tuple([z.string(), z.number(), z.number(), z.number()]);
type Row = z.output<typeof Row>;
const Page = z.object({ side: z.enum(['accepted', 'stored']), frames: z.array(Row) });
const OpenItem = z.object({ project: ProjectId, minute: z.number(), opened_at: z.number() });

/**
 * The ledger in its DynamoDB table. A page is what one side tells in one go of the frames that a project sent in one minute, named by the frames
 * on it: a repeat writes the same page again, and a frame may stand on several. Beside them an item for each open minute.
 */
export class DynamoDbLedger implements Ledger, LedgerReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;
  readonly #opened = new Map<string, number>();

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  accepted(headers: readonly FrameHeader[]): Promise<void> {
    return this.#write(
      'accepted',
      headers.map((header) => [header, header.events + header.dropped, header.dropped]),
    );
  }

  stored(frames: readonly StoredFrame[]): Promise<void> {
    return this.#write(
      'stored',
      frames.map(({ header, indexed, quarantined }) => [header, indexed, quarantined]),
    );
  }

  async frames(project: ProjectId, from: number, to: number): Promise<readonly FrameEntry[]> {
    const pages: z.output<typeof Page>[] = [];
    const [start, end] = [minuteOf(from), minuteOf(to - 1) + MINUTE_MILLIS];
    for (let day = dayOf(start); day < end; day += DAY_MILLIS) {
      const query = {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': partitionOf(project, day),
          ':from': toMinuteText(Math.max(start, day)),
          // the character behind those of an ISO time
          ':to': `${toMinuteText(Math.min(end, day + DAY_MILLIS) - 1)}~`,
        },
      };
      for await (const item of this.#query(query)) pages.push(Page.parse(item));
    }
    return joinSides(
      pages.flatMap(({ side, frames }) => frames.map(([id, received, ...counts]) => ({ side, id, received, counts }))),
    );
  }

  async *openMinutes(): AsyncGenerator<OpenMinute> {
    const query = {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': OPEN },
    };
    for await (const item of this.#query(query)) {
      const { project, minute, opened_at } = OpenItem.parse(item);
      yield { project, minute, openedAt: opened_at };
    }
  }

  async close({ project, minute, openedAt }: OpenMinute): Promise<void> {
    if (this.#now() - openedAt < SETTLED_MILLIS) return;
    try {
      await this.#client.send(
        new DeleteCommand({
          TableName: this.#table,
          Key: openKeyOf(project, minute),
          ConditionExpression: 'opened_at = :at',
          ExpressionAttributeValues: { ':at': openedAt },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async #write(side: Side, counted: readonly (readonly [FrameHeader, number, number])[]): Promise<void> {
    const minutes = new Map<string, { project: ProjectId; minute: number; rows: Row[] }>();
    for (const [{ project, id, received }, first, second] of counted) {
      // what is older was forgotten, and would stand there with one side alone
      if (received < this.#now() - KEPT_MILLIS) continue;
      const minute = minuteOf(received);
      const key = `${project} ${minute}`;
      let group = minutes.get(key);
      if (group === undefined) {
        group = { project, minute, rows: [] };
        minutes.set(key, group);
      }
      group.rows.push([id, received, first, second]);
    }
    const writes = [...minutes.values()].flatMap(({ project, minute, rows }) => [
      ...chunks(rows).map((page) => () => this.#putPage(side, project, minute, page)),
      () => this.#open(project, minute),
    ]);
    for (let start = 0; start < writes.length; start += CONCURRENCY)
      await Promise.all(writes.slice(start, start + CONCURRENCY).map((write) => write()));
  }

  async #putPage(side: Side, project: ProjectId, minute: number, frames: readonly Row[]): Promise<void> {
    const name = createHash('sha256').update(JSON.stringify(frames)).digest('base64url').slice(0, 22);
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: {
          pk: partitionOf(project, dayOf(minute)),
          sk: `${toMinuteText(minute)}#${side}#${name}`,
          side,
          frames,
          expires_at: toExpiry(minute),
        },
      }),
    );
  }

  async #open(project: ProjectId, minute: number): Promise<void> {
    const key = `${project} ${minute}`;
    const now = this.#now();
    if (now - (this.#opened.get(key) ?? 0) < OPENED_MILLIS) return;
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: { ...openKeyOf(project, minute), project, minute, opened_at: now, expires_at: toExpiry(minute) },
      }),
    );
    if (this.#opened.size > 10_000) this.#opened.clear();
    this.#opened.set(key, now);
  }

  async *#query(query: QueryCommandInput): AsyncGenerator<Record<string, unknown>> {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#client.send(new QueryCommand({ ...query, ...(from && { ExclusiveStartKey: from }) }));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }
}

const minuteOf = (millis: number): number => Math.floor(millis / MINUTE_MILLIS) * MINUTE_MILLIS;
const dayOf = (millis: number): number => Math.floor(millis / DAY_MILLIS) * DAY_MILLIS;
const toMinuteText = (millis: number): string => new Date(millis).toISOString().slice(0, 16);
const toExpiry = (minute: number): number => Math.floor((minute + KEPT_MILLIS) / 1000);
const partitionOf = (project: ProjectId, day: number): string =>
  tenantKey(project, `ledger#${new Date(day).toISOString().slice(0, 10)}`);
const openKeyOf = (project: ProjectId, minute: number) => ({ pk: OPEN, sk: `${toMinuteText(minute)}#${project}` });

function chunks(rows: readonly Row[]): readonly (readonly Row[])[] {
  const pages: (readonly Row[])[] = [];
  for (let start = 0; start < rows.length; start += FRAMES_PER_ITEM)
    pages.push(rows.slice(start, start + FRAMES_PER_ITEM));
  return pages;
}
