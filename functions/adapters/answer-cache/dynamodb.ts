import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { RetryLater } from '../../core/errors.ts';
import { log } from '../../core/log.ts';
import { type ProjectId, tenantKey } from '../../core/project.ts';
import type { AnswerCache, CacheCounts, Lookup } from './port.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** How long an instance goes by the generations it knows. */
const GENERATIONS_MILLIS = 5_000;
/** A cache that is slower than this is of no use. */
const PATIENCE_MILLIS = 500;
/** How long a table that did not answer is left alone. */
const AWAY_MILLIS = 5_000;
/** An item of DynamoDB holds 400 KB. */
const MAX_BYTES = 350_000;

/** The generation of all kinds together. */
const ALL = 'all';
type Generations = Readonly<Record<string, unknown>>;

const NOTHING: Lookup = { keep: async () => {} };
const EntryItem = z.object({ value: z.instanceof(Uint8Array), until: z.number() });
const EntryKey = z.object({ sk: z.string(), until: z.number() });

/**
 * The cache in its DynamoDB table. A project's partition holds an item for each answer, one of generations (a number for each kind, part of
 * the answers' keys, so that raising it forgets them all) and one of counts.
 */
export class DynamoDbAnswerCache implements AnswerCache {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #now: () => number;
  readonly #generations = new Map<ProjectId, { readonly at: number; readonly of: Generations }>();
  #awayUntil = 0;

  constructor(client: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async lookUp(project: ProjectId, kind: string, question: string): Promise<Lookup> {
    if (this.#now() < this.#awayUntil) return NOTHING;
    try {
      const generations = await this.#generationsOf(project);
      const digest = createHash('sha256').update(question).digest('base64url').slice(0, 22);
      const key = { pk: partitionOf(project), sk: `${entriesOf(kind, generations)}${digest}` };
      const { Item } = await this.#client.send(new GetCommand({ TableName: this.#table, Key: key }), patience());
      const { data: entry } = EntryItem.safeParse(Item);
      if (entry !== undefined && entry.until > this.#now()) {
        const [text] = await Promise.all([decompress(entry.value), this.#tally(project, kind, 'hits')]);
        return { found: text.toString('utf8'), keep: NOTHING.keep };
      }
      return { keep: (text, ttlSeconds) => this.#keep(project, kind, key, text, ttlSeconds) };
    } catch (error) {
      this.#away(error);
      return NOTHING;
    }
  }

  async #keep(
    project: ProjectId,
    kind: string,
    key: { readonly pk: string; readonly sk: string },
    text: string,
    ttlSeconds: number,
  ): Promise<void> {
    try {
      const value = await compress(text);
      const until = this.#now() + ttlSeconds * 1_000;
      const item = { ...key, value, until, expires_at: Math.ceil(until / 1_000) };
      await Promise.all([
        this.#tally(project, kind, 'misses'),
        value.length <= MAX_BYTES &&
          this.#client.send(new PutCommand({ TableName: this.#table, Item: item }), patience()),
      ]);
    } catch (error) {
      this.#away(error);
    }
  }

  async clear(project: ProjectId, kinds: readonly string[] = [ALL]): Promise<void> {
    await orRetry(
      this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: partitionOf(project), sk: 'generations' },
          UpdateExpression: `ADD ${kinds.map((_, at) => `#k${at} :one`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(kinds.map((kind, at) => [`#k${at}`, kind])),
          ExpressionAttributeValues: { ':one': 1 },
        }),
      ),
    );
    this.#generations.delete(project);
  }

  async count(project: ProjectId, kinds: readonly string[]): Promise<ReadonlyMap<string, CacheCounts>> {
    this.#generations.delete(project);
    const [generations, { Item: counts = {} }, keys] = await orRetry(
      Promise.all([
        this.#generationsOf(project),
        this.#client.send(new GetCommand({ TableName: this.#table, Key: { pk: partitionOf(project), sk: 'counts' } })),
        this.#entryKeys(project),
      ]),
    );
    const now = this.#now();
    return new Map(
      kinds.map((kind) => {
        const start = entriesOf(kind, generations);
        const entries = keys.filter(({ sk, until }) => sk.startsWith(start) && until > now).length;
        return [
          kind,
          { entries, hits: Number(counts[`${kind} hits`] ?? 0), misses: Number(counts[`${kind} misses`] ?? 0) },
        ];
      }),
    );
  }

  async #entryKeys(project: ProjectId): Promise<readonly z.output<typeof EntryKey>[]> {
    const keys: z.output<typeof EntryKey>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page: QueryCommandOutput = await this.#client.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
          ProjectionExpression: 'sk, #until',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':pk': partitionOf(project), ':entry': 'entry#' },
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const item of page.Items ?? []) keys.push(EntryKey.parse(item));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return keys;
  }

  async #generationsOf(project: ProjectId): Promise<Generations> {
    const known = this.#generations.get(project);
    if (known !== undefined && this.#now() - known.at < GENERATIONS_MILLIS) return known.of;
    const at = this.#now();
    const { Item = {} } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { pk: partitionOf(project), sk: 'generations' },
        ConsistentRead: true,
      }),
      patience(),
    );
    if (this.#generations.size > 10_000) this.#generations.clear();
    this.#generations.set(project, { at, of: Item });
    return Item;
  }

  async #tally(project: ProjectId, kind: string, what: 'hits' | 'misses'): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { pk: partitionOf(project), sk: 'counts' },
        UpdateExpression: 'ADD #count :one',
        ExpressionAttributeNames: { '#count': `${kind} ${what}` },
        ExpressionAttributeValues: { ':one': 1 },
      }),
      patience(),
    );
  }

  #away(error: unknown): void {
    this.#awayUntil = this.#now() + AWAY_MILLIS;
    log('warn', 'cache does not answer, reads go on without it', {}, error);
  }
}

const partitionOf = (project: ProjectId): string => tenantKey(project, 'cache');
const entriesOf = (kind: string, generations: Generations): string =>
  `entry#${kind}#${Number(generations[ALL] ?? 0)}.${Number(generations[kind] ?? 0)}#`;
const patience = () => ({ abortSignal: AbortSignal.timeout(PATIENCE_MILLIS) });

async function orRetry<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new RetryLater('unavailable', 'the cache does not answer; reads go on without it', 5, { cause: error });
  }
}
