import type { DatabaseSync } from 'node:sqlite';
import { openDatabase, transact } from '../aws-server/database.ts';
import { GroupCommit } from './group-commit.ts';
import type { ShardPlace } from './shard-iterator.ts';

export interface Stream {
  readonly id: number;
  readonly name: string;
  readonly createdMillis: number;
  readonly shards: number;
  readonly onDemand: boolean;
  readonly retentionMillis: number;
  /** Most that a record's data and partition key may have together. */
  readonly maxRecordBytes: number;
}

export interface NewRecord {
  readonly shard: number;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export interface StoredRecord {
  readonly position: number;
  readonly arrivedMillis: number;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, shards INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS positions (stream INTEGER NOT NULL, shard INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (stream, shard));
  CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, shard INTEGER NOT NULL, position INTEGER NOT NULL,
    arrived INTEGER NOT NULL, partition_key TEXT NOT NULL, data BLOB NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS records_by_position ON records (stream, shard, position);
  CREATE INDEX IF NOT EXISTS records_by_arrival ON records (stream, arrived);
`;

/** Streams and their records on disk. Positions start at 1 in each shard and are never used twice. */
export class StreamStore {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #streams = new Map<string, Stream>();
  /** Last position given out, by stream and shard. */
  readonly #last = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #closing = false;
  readonly #sql;

  constructor(dataDir: string) {
    this.#database = openDatabase(dataDir, 'kinesis', SCHEMA);
    this.#commit = new GroupCommit(this.#database);
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#sql = {
      insert: prepare(
        'INSERT INTO records (stream, shard, position, arrived, partition_key, data) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      setLast: prepare('UPDATE positions SET last = ? WHERE stream = ? AND shard = ?'),
      read: prepare(
        'SELECT position, arrived, partition_key, data FROM records WHERE stream = ? AND shard = ? AND position >= ? AND arrived > ? ORDER BY position LIMIT ?',
      ),
      firstSince: prepare(
        'SELECT MIN(position) AS position FROM records WHERE stream = ? AND shard = ? AND arrived >= ?',
      ),
      trim: prepare('DELETE FROM records WHERE stream = ? AND arrived <= ?'),
    };
  }

  /** Creates the stream if it is not there. @throws Error when it has another number of shards: they are not split or merged here */
  declare(stream: Omit<Stream, 'id' | 'createdMillis'>, nowMillis: number): void {
    const { name, shards } = stream;
    const row = transact(this.#database, () => {
      const added = this.#database
        .prepare('INSERT INTO streams (name, created, shards) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
        .run(name, nowMillis, shards);
      const found = this.#database.prepare('SELECT id, created, shards FROM streams WHERE name = ?').get(name) as {
        id: number;
        created: number;
        shards: number;
      };
      for (let shard = 0; added.changes === 1 && shard < shards; shard++) {
        this.#database.prepare('INSERT INTO positions (stream, shard, last) VALUES (?, ?, 0)').run(found.id, shard);
      }
      return found;
    });
    if (row.shards !== shards) {
      throw new Error(
        `stream ${name} was created with ${row.shards} shards and cannot be opened with ${shards}: start with fresh data`,
      );
    }
    this.#streams.set(name, {
      ...stream,
      id: row.id,
      createdMillis: row.created,
    });
    const positions = this.#database.prepare('SELECT shard, last FROM positions WHERE stream = ?').all(row.id);
    for (const { shard, last } of positions as {
      shard: number;
      last: number;
    }[])
      this.#last.set(`${row.id}/${shard}`, last);
  }

  get(name: string): Stream | undefined {
    return this.#streams.get(name);
  }

  names(): string[] {
    return [...this.#streams.keys()].sort();
  }

  /** Appends in order. @returns positions, once the records are durable */
  async append(stream: Stream, records: readonly NewRecord[], nowMillis: number): Promise<number[]> {
    const positions: number[] = [];
    await this.#commit.run(() => {
      const shards = new Set<number>();
      for (const { shard, partitionKey, data } of records) {
        const position = this.lastPosition(stream, shard) + 1;
        // kept even if the transaction fails: a gap is harmless, a number used twice is not
        this.#last.set(`${stream.id}/${shard}`, position);
        this.#sql.insert.run(stream.id, shard, position, nowMillis, partitionKey, data);
        positions.push(position);
        shards.add(shard);
      }
      for (const shard of shards) this.#sql.setLast.run(this.lastPosition(stream, shard), stream.id, shard);
    });
    this.#wakeAll();
    return positions;
  }

  /** Records at and after a place that retention still keeps, oldest first. */
  *read(stream: Stream, { shard, position }: ShardPlace, limit: number, nowMillis: number): Generator<StoredRecord> {
    const rows = this.#sql.read.iterate(stream.id, shard, position, nowMillis - stream.retentionMillis, limit);
    for (const row of rows as Iterable<{
      position: number;
      arrived: number;
      partition_key: string;
      data: Uint8Array;
    }>) {
      yield {
        position: row.position,
        arrivedMillis: row.arrived,
        partitionKey: row.partition_key,
        data: row.data,
      };
    }
  }

  /** Position of the newest record of a shard, 0 before the first. */
  lastPosition(stream: Stream, shard: number): number {
    return this.#last.get(`${stream.id}/${shard}`) ?? 0;
  }

  /** Position of the first record that arrived at or after `millis`; behind the newest when there is none. */
  firstPositionSince(stream: Stream, shard: number, millis: number): number {
    const row = this.#sql.firstSince.get(stream.id, shard, millis) as {
      position: number | null;
    };
    return row.position ?? this.lastPosition(stream, shard) + 1;
  }

  /** Resolves at the next append to any stream (true), or after `millis` or when the store is to close (false). */
  waitForAppend(millis: number): Promise<boolean> {
    if (this.#closing) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(performance.now() < until && !this.#closing);
      };
      const until = performance.now() + millis;
      const timer = setTimeout(wake, millis);
      this.#waiting.add(wake);
    });
  }

  /** Wakes whoever waits, and lets nobody wait any more. */
  stopWaiting(): void {
    this.#closing = true;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Deletes what is older than its stream's retention. */
  trim(nowMillis: number): void {
    for (const { id, retentionMillis } of this.#streams.values()) this.#sql.trim.run(id, nowMillis - retentionMillis);
  }

  close(): void {
    this.#database.close();
  }
}
