import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import {
  type ChainedEntry,
  type ChainHead,
  chainEntry,
  entityKey,
  type Phase,
  toSortKey,
} from '../../core/audit-entry.ts';
import { RetryLater } from '../../core/errors.ts';
import { log } from '../../core/log.ts';
import type { ProjectId } from '../../core/project.ts';
import { auditKeys } from './keys.ts';
import type { AuditEvent, AuditTrail } from './port.ts';
import { DynamoDbAuditReader, toHead } from './reader.ts';

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Each writer that loses a round waits up to twice as long as before, so that a hundred at once get through within the deadline. */
const FIRST_PAUSE_MILLIS = 8;
const LONGEST_PAUSE_MILLIS = 250;
const DEADLINE_MILLIS = 8_000;
/** What is done needs no mark any more. */
const DONE_SECONDS = 3_600;

/**
 * The trail in its DynamoDB table: an item an entry, and one that tells the end of each project's chain. An entry is one transaction with the
 * end that moves on to it and with the change that it tells of, on the condition that the end is where it was read: so entries have no gaps,
 * no change is without its entry, and of writers at the same time all but one read the end again.
 */
export class DynamoDbAuditTrail implements AuditTrail {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;
  readonly #reader: DynamoDbAuditReader;
  /** Where we saw the ends of chains last: right most of the time, as few write to one. */
  readonly #heads = new Map<ProjectId, ChainHead | undefined>();

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
    this.#reader = new DynamoDbAuditReader(client, table);
  }

  record(event: AuditEvent): Promise<ChainedEntry> {
    return this.write([], event);
  }

  /**
   * Makes these writes and their entry in one transaction.
   * @throws TransactionCanceledException where a condition of the writes is not met, their reasons first and in their order
   * @throws RetryLater where others write to the same items or the same chain all the time
   */
  write(writes: readonly Write[], event: AuditEvent): Promise<ChainedEntry> {
    return this.#append(event, { kind: 'whole' }, () => writes);
  }

  async around<T>(event: Omit<AuditEvent, 'result'>, change: () => Promise<T>): Promise<T> {
    const open = (seq: number, done: Readonly<Record<string, unknown>> = {}): Write => ({
      Put: { TableName: this.#table, Item: { pk: auditKeys.open(event.project), sk: toSortKey(seq), ...done } },
    });
    const intent = await this.#append({ ...event, result: 'success' }, { kind: 'intent' }, (seq) => [open(seq)]);
    const { id: intentId, seq } = intent.content;
    const settle = (result: AuditEvent['result']) =>
      this.#append({ ...event, result }, { kind: 'outcome', intentId }, () => [
        open(seq, { done: true, expires_at: Math.floor(this.#now() / 1000) + DONE_SECONDS }),
      ]).catch((error: unknown) =>
        // the change is made or not, whatever becomes of its entry; the intent stays open and is shown
        log('error', 'outcome of a change has no audit entry', { 'tributary.audit.intent': intentId }, error),
      );
    try {
      const result = await change();
      await settle('success');
      return result;
    } catch (error) {
      await settle('failure');
      throw error;
    }
  }

  async #append(event: AuditEvent, phase: Phase, writesOf: (seq: number) => readonly Write[]): Promise<ChainedEntry> {
    const { project } = event;
    const until = performance.now() + DEADLINE_MILLIS;
    for (let pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2)) {
      const head = this.#heads.get(project) ?? (await this.#reader.head(project));
      const entry = chainEntry(event, head, this.#now(), phase);
      const writes = writesOf(entry.content.seq);
      try {
        await this.#client.send(
          new TransactWriteCommand({
            TransactItems: [...writes, this.#putEntry(entry), this.#moveHead(project, head, entry)],
          }),
        );
        this.#heads.set(project, toHead(entry));
        return entry;
      } catch (error) {
        this.#heads.delete(project);
        if (!isContention(error, writes.length)) throw error;
        if (performance.now() + pause > until)
          throw new RetryLater('unavailable', 'too many changes of this project at this moment', 1, { cause: error });
        await sleep(Math.random() * pause);
      }
    }
  }

  #putEntry({ content, text, hash }: ChainedEntry): Write {
    const entity = entityKey(content.project, { type: content.entity_type, id: content.entity_id });
    return {
      Put: {
        TableName: this.#table,
        Item: { pk: auditKeys.entries(content.project), sk: toSortKey(content.seq), entry: text, hash, entity },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
  }

  #moveHead(project: ProjectId, from: ChainHead | undefined, to: ChainedEntry): Write {
    return {
      Put: {
        TableName: this.#table,
        Item: { pk: auditKeys.heads, sk: project, ...toHead(to) },
        ...(from === undefined
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#seq = :seq AND #hash = :hash',
              ExpressionAttributeNames: { '#seq': 'seq', '#hash': 'hash' },
              ExpressionAttributeValues: { ':seq': from.seq, ':hash': from.hash },
            }),
      },
    };
  }
}

/** Whether a transaction met others in the chain or in its items, and none of the conditions of its first `writes` failed. */
function isContention(error: unknown, writes: number): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  return (
    !codes.slice(0, writes).includes('ConditionalCheckFailed') &&
    codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')
  );
}
