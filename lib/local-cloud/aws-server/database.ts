import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens (and creates) `<dataDir>/<service>/<service>.db` with the tables of `schema`.
 * WAL with `synchronous=NORMAL`: a committed transaction is in the operating system's hands, so it outlives a `kill -9` of this process
 * (not a power cut, which the local cloud does not promise).
 */
export function openDatabase(dataDir: string, service: string, schema: string): DatabaseSync {
  const folder = join(dataDir, service);
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, `${service}.db`));
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 5000;
    ${schema}
  `);
  return database;
}

/** Runs `work` in one transaction: all of it is durable when this returns, none of it when it throws. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
