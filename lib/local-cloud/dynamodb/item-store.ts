import { createHash } from 'node:crypto';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { openDatabase, transact } from '../aws-server/database.ts';
import { attribute, type Item } from './attribute-value.ts';
import { indexKey, type KeyBytes, type SecondaryIndex, type Table } from './table.ts';
import { invalid } from './validation.ts';

/** Bounds of a walk through one partition of a table or index, and where to go on. */
export interface Walk {
  readonly hash: Buffer;
  readonly lower?: { readonly bytes: Buffer; readonly inclusive: boolean } | undefined;
  readonly upper?: { readonly bytes: Buffer; readonly inclusive: boolean } | undefined;
  readonly forward: boolean;
  /** The item that the last page ended with. */
  readonly after?: Position | undefined;
}

/** Where an item stands in a table or index. */
export interface Position {
  readonly at: KeyBytes;
  /** Its key in the table, which tells apart what an index holds under one key. */
  readonly key: KeyBytes;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS owners (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, range BLOB NOT NULL,
    item TEXT NOT NULL, expires INTEGER
  );
  CREATE UNIQUE INDEX IF NOT EXISTS items_by_key ON items (owner, place, hash, range);
  CREATE INDEX IF NOT EXISTS items_by_expiry ON items (expires) WHERE expires IS NOT NULL;
  CREATE TABLE IF NOT EXISTS entries (
    owner INTEGER NOT NULL, place INTEGER NOT NULL, hash BLOB NOT NULL, range BLOB NOT NULL,
    key_hash BLOB NOT NULL, key_range BLOB NOT NULL, item INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
    PRIMARY KEY (owner, place, hash, range, key_hash, key_range)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_item ON entries (item);
  CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, request TEXT NOT NULL, made INTEGER NOT NULL);
`;

/** What expired longer ago stays: DynamoDB takes such a time for a mistake. */
const MAX_EXPIRED_SECONDS = 5 * 365 * 86_400;
const TOKEN_LIFETIME_MILLIS = 10 * 60_000;

/** Items of all tables on disk, and the entries of their indexes. Expired items are not there. */
export class ItemStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  /** Row ids of tables (`name`) and indexes (`table/name`). */
  readonly #owners = new Map<string, number>();
  readonly #walks = new Map<string, StatementSync>();
  readonly #sql;

  constructor(dataDir: string, now: () => number) {
    this.#database = openDatabase(dataDir, 'dynamodb', SCHEMA);
    this.#now = now;
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#sql = {
      get: prepare('SELECT id, item, expires FROM items WHERE owner = ? AND place = ? AND hash = ? AND range = ?'),
      insert: prepare('INSERT INTO items (owner, place, hash, range, item, expires) VALUES (?, ?, ?, ?, ?, ?)'),
      update: prepare('UPDATE items SET item = ?, expires = ? WHERE id = ?'),
      delete: prepare('DELETE FROM items WHERE id = ?'),
      unlink: prepare('DELETE FROM entries WHERE item = ?'),
      link: prepare(
        'INSERT INTO entries (owner, place, hash, range, key_hash, key_range, item) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ),
      sweep: prepare('DELETE FROM items WHERE expires > ? AND expires <= ?'),
      count: prepare('SELECT COUNT(*) AS count FROM items WHERE owner = ?'),
      token: prepare('SELECT request FROM tokens WHERE token = ? AND made > ?'),
      keepToken: prepare('INSERT OR REPLACE INTO tokens (token, request, made) VALUES (?, ?, ?)'),
      sweepTokens: prepare('DELETE FROM tokens WHERE made <= ?'),
    };
  }

  /** Makes room for a table. Indexes that it did not have before are filled. @throws Error when its key is not what it was */
  declare(table: Table): void {
    transact(this.#database, () => {
      this.#declareOwner(table.name, definitionOf(table));
      const known = this.#database.prepare("SELECT name FROM owners WHERE name LIKE ? || '/%'").all(table.name);
      for (const index of table.indexes) this.#declareOwner(`${table.name}/${index.name}`, definitionOf(index));
      const kept = new Set(table.indexes.map((index) => `${table.name}/${index.name}`));
      const before = new Set((known as { name: string }[]).map(({ name }) => name));
      for (const name of before) if (!kept.has(name)) this.#dropIndex(name);
      const added = table.indexes.filter((index) => !before.has(`${table.name}/${index.name}`));
      if (added.length > 0) this.#fill(table, added);
    });
  }

  transact<T>(work: () => T): T {
    return transact(this.#database, work);
  }

  get(table: Table, key: KeyBytes): Item | undefined {
    const row = this.#row(table, key);
    return row === undefined || this.#isExpired(row.expires) ? undefined : (JSON.parse(row.item) as Item);
  }

  put(table: Table, key: KeyBytes, item: Item): void {
    const text = JSON.stringify(item);
    const expires = expiryOf(table, item);
    const row = this.#row(table, key);
    if (row === undefined) {
      const { lastInsertRowid } = this.#sql.insert.run(
        this.#owner(table.name),
        placeOf(key.hash),
        key.hash,
        key.range,
        text,
        expires,
      );
      this.#link(table, table.indexes, key, item, Number(lastInsertRowid));
      return;
    }
    this.#sql.update.run(text, expires, row.id);
    if (table.indexes.length === 0) return;
    this.#sql.unlink.run(row.id);
    this.#link(table, table.indexes, key, item, row.id);
  }

  delete(table: Table, key: KeyBytes): void {
    const row = this.#row(table, key);
    if (row !== undefined) this.#sql.delete.run(row.id);
  }

  /** Items of one partition in the order of their sort keys. */
  *query(table: Table, index: SecondaryIndex | undefined, walk: Walk): Generator<Item> {
    const { hash, lower, upper, forward, after } = walk;
    const owner = this.#owner(index === undefined ? table.name : `${table.name}/${index.name}`);
    const conditions = ['e.owner = ?', 'e.place = ?', 'e.hash = ?'];
    const values: SQLInputValue[] = [owner, placeOf(hash), hash];
    for (const [bound, operator, isStart] of [
      [lower, '>', forward],
      [upper, '<', !forward],
    ] as const) {
      // the last page's end stands in for the bound that it came from: of two, SQLite may seek by the wrong one on every page
      if (isStart && after !== undefined) {
        const columns = index === undefined ? ['e.range'] : ['e.range', 'e.key_hash', 'e.key_range'];
        conditions.push(`(${columns.join(', ')}) ${operator} (${columns.map(() => '?').join(', ')})`);
        values.push(after.at.range, ...(index === undefined ? [] : [after.key.hash, after.key.range]));
      } else if (bound !== undefined) {
        conditions.push(`e.range ${operator}${bound.inclusive ? '=' : ''} ?`);
        values.push(bound.bytes);
      }
    }
    const direction = forward ? 'ASC' : 'DESC';
    const order = index === undefined ? ['e.range'] : ['e.range', 'e.key_hash', 'e.key_range'];
    yield* this.#items(index, conditions, values, order.map((column) => `${column} ${direction}`).join(', '));
  }

  /** All items, partitions in the order of their hash as in the real one, so that nobody leans on their order. */
  *scan(
    table: Table,
    index: SecondaryIndex | undefined,
    {
      segment,
      totalSegments,
      after,
    }: {
      readonly segment: number;
      readonly totalSegments: number;
      readonly after?: Position | undefined;
    },
  ): Generator<Item> {
    const owner = this.#owner(index === undefined ? table.name : `${table.name}/${index.name}`);
    const place = after && placeOf(after.at.hash);
    const bound = (number: number) => Math.ceil((PLACES / totalSegments) * number);
    if (place !== undefined && (place < bound(segment) || place >= bound(segment + 1))) {
      throw invalid(
        `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${totalSegments} Segment: ${segment}`,
      );
    }
    const columns = ['e.place', 'e.hash', 'e.range', ...(index === undefined ? [] : ['e.key_hash', 'e.key_range'])];
    // one lower bound and no second, as SQLite would seek by the lesser and walk from there on every page
    const [from, start]: readonly [string, SQLInputValue[]] =
      after === undefined
        ? ['e.place >= ?', [bound(segment)]]
        : [
            `(${columns.join(', ')}) > (${columns.map(() => '?').join(', ')})`,
            [
              placeOf(after.at.hash),
              after.at.hash,
              after.at.range,
              ...(index === undefined ? [] : [after.key.hash, after.key.range]),
            ],
          ];
    const conditions = ['e.owner = ?', from, 'e.place < ?'];
    const values: SQLInputValue[] = [owner, ...start, bound(segment + 1)];
    yield* this.#items(index, conditions, values, columns.join(', '));
  }

  /** Number of items kept, with those that are expired and not swept yet. */
  count(table: Table): number {
    return (this.#sql.count.get(this.#owner(table.name)) as { count: number }).count;
  }

  /** Deletes what is expired. */
  sweep(): void {
    const nowSeconds = Math.floor(this.#now() / 1000);
    this.#sql.sweep.run(nowSeconds - MAX_EXPIRED_SECONDS, nowSeconds);
    this.#sql.sweepTokens.run(this.#now() - TOKEN_LIFETIME_MILLIS);
  }

  /** Digest of the request that came with an idempotency token in the last ten minutes. */
  requestOf(token: string): string | undefined {
    return (this.#sql.token.get(token, this.#now() - TOKEN_LIFETIME_MILLIS) as { request: string } | undefined)
      ?.request;
  }

  keepRequest(token: string, request: string): void {
    this.#sql.keepToken.run(token, request, this.#now());
  }

  close(): void {
    this.#database.close();
  }

  *#items(
    index: SecondaryIndex | undefined,
    conditions: readonly string[],
    values: readonly SQLInputValue[],
    order: string,
  ): Generator<Item> {
    const from = index === undefined ? 'items e' : 'entries e JOIN items i ON i.id = e.item';
    const columns =
      index === undefined ? 'e.item AS item, e.expires AS expires' : 'i.item AS item, i.expires AS expires';
    const rows = this.#statement(
      `SELECT ${columns} FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${order}`,
    ).iterate(...values);
    for (const row of rows as Iterable<{
      item: string;
      expires: number | null;
    }>) {
      if (!this.#isExpired(row.expires)) yield JSON.parse(row.item) as Item;
    }
  }

  /** There are few shapes of walks, and preparing one costs more than most of them do. */
  #statement(sql: string): StatementSync {
    const statement = this.#walks.get(sql) ?? this.#database.prepare(sql);
    this.#walks.set(sql, statement);
    return statement;
  }

  #row(table: Table, { hash, range }: KeyBytes): { id: number; item: string; expires: number | null } | undefined {
    return this.#sql.get.get(this.#owner(table.name), placeOf(hash), hash, range) as never;
  }

  #link(table: Table, indexes: readonly SecondaryIndex[], key: KeyBytes, item: Item, id: number): void {
    for (const index of indexes) {
      const at = indexKey(index, item);
      if (at === undefined) continue;
      this.#sql.link.run(
        this.#owner(`${table.name}/${index.name}`),
        placeOf(at.hash),
        at.hash,
        at.range,
        key.hash,
        key.range,
        id,
      );
    }
  }

  #fill(table: Table, indexes: readonly SecondaryIndex[]): void {
    const rows = this.#database
      .prepare('SELECT id, hash, range, item FROM items WHERE owner = ?')
      .all(this.#owner(table.name));
    for (const { id, hash, range, item } of rows as unknown as {
      id: number;
      hash: Buffer;
      range: Buffer;
      item: string;
    }[]) {
      this.#link(table, indexes, { hash, range }, JSON.parse(item) as Item, id);
    }
  }

  #declareOwner(name: string, definition: string): void {
    this.#database
      .prepare('INSERT INTO owners (name, definition) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(name, definition);
    const row = this.#database.prepare('SELECT id, definition FROM owners WHERE name = ?').get(name);
    const { id, definition: before } = row as {
      id: number;
      definition: string;
    };
    if (before !== definition) {
      throw new Error(
        `${name} was created with key ${before} and cannot be opened with ${definition}: start with fresh data`,
      );
    }
    this.#owners.set(name, id);
  }

  #dropIndex(name: string): void {
    this.#database.prepare('DELETE FROM entries WHERE owner = (SELECT id FROM owners WHERE name = ?)').run(name);
    this.#database.prepare('DELETE FROM owners WHERE name = ?').run(name);
  }

  #owner(name: string): number {
    const id = this.#owners.get(name);
    if (id === undefined) throw new Error(`${name} was not declared`);
    return id;
  }

  #isExpired(expires: number | null): boolean {
    const nowSeconds = this.#now() / 1000;
    return expires !== null && expires <= nowSeconds && expires > nowSeconds - MAX_EXPIRED_SECONDS;
  }
}

const PLACES = 2 ** 32;

/** Where a partition stands among all: 32 bits of its hash. */
const placeOf = (hash: Uint8Array): number => createHash('md5').update(hash).digest().readUInt32BE(0);

function expiryOf({ ttlAttribute }: Table, item: Item): number | null {
  const value = ttlAttribute === undefined ? undefined : attribute(item, ttlAttribute);
  const seconds = value !== undefined && 'N' in value ? Math.floor(Number(value.N)) : Number.NaN;
  return Number.isSafeInteger(seconds) ? seconds : null;
}

const definitionOf = ({ hash, range }: Pick<Table, 'hash' | 'range'>): string =>
  [hash, range].flatMap((key) => (key === undefined ? [] : [`${key.name}:${key.type}`])).join(',');
