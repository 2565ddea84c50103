import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** One stored document. */
export interface StoredDocument {
  readonly row: number;
  readonly seq: number;
  readonly version: number;
  readonly deleted: boolean;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, seq INTEGER NOT NULL, version INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, source TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS documents_id ON documents (id);
  CREATE INDEX IF NOT EXISTS documents_deleted ON documents (row) WHERE deleted = 1;
  CREATE TABLE IF NOT EXISTS segments (id TEXT PRIMARY KEY, covered INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * The durable truth of one index: every document as it came, one row each, in a SQLite file of its own. A row never changes but for
 * being marked deleted, so a search that started earlier still reads what it found. Segments are made from the rows and can be made again.
 */
export class DocumentStore {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#db = new DatabaseSync(databasePath(folder));
    // a WAL that is written but not synced survives the death of the process, which is what an answered write promises here
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864',
    );
    this.#db.exec(SCHEMA);
  }

  /** Runs `work` in one transaction: all of it is durable when this returns, or nothing of it is. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** The latest row of an id, deleted or not. */
  find(id: string): StoredDocument | undefined {
    const found = this.#prepare(
      'SELECT row, seq, version, deleted FROM documents WHERE id = ? ORDER BY row DESC LIMIT 1',
    ).get(id);
    if (found === undefined) return undefined;
    const { row, seq, version, deleted } = found as unknown as Record<'row' | 'seq' | 'version' | 'deleted', number>;
    return { row, seq, version, deleted: deleted === 1 };
  }

  insert(row: number, id: string, seq: number, version: number, source: string): void {
    this.#prepare('INSERT INTO documents (row, id, seq, version, source) VALUES (?, ?, ?, ?, ?)').run(
      row,
      id,
      seq,
      version,
      source,
    );
  }

  /** Marks a row deleted under the sequence number and version of the deletion. */
  markDeleted(row: number, seq: number, version: number): void {
    this.#prepare('UPDATE documents SET deleted = 1, seq = ?, version = ? WHERE row = ?').run(seq, version, row);
  }

  source(row: number): string {
    return String(this.#prepare('SELECT source FROM documents WHERE row = ?').get(row)?.source);
  }

  identify(row: number): { id: string } & StoredDocument {
    const found = this.#prepare('SELECT id, row, seq, version, deleted FROM documents WHERE row = ?').get(row);
    const { id, seq, version, deleted } = found as unknown as {
      id: string;
      seq: number;
      version: number;
      deleted: number;
    };
    return { id, row, seq, version, deleted: deleted === 1 };
  }

  /** Living rows behind `row`, in order. */
  *rowsAfter(row: number): Generator<{ row: number; id: string; source: string }> {
    const statement = this.#db.prepare(
      'SELECT row, id, source FROM documents WHERE row > ? AND deleted = 0 ORDER BY row',
    );
    for (const found of statement.iterate(row)) yield found as unknown as { row: number; id: string; source: string };
  }

  deletedRows(): number[] {
    return this.#prepare('SELECT row FROM documents WHERE deleted = 1')
      .all()
      .map(({ row }) => Number(row));
  }

  /** Forgets deleted rows; only safe while no search reads them, which is at the start. */
  purge(rows: readonly number[]): void {
    this.transaction(() => {
      for (const row of rows) this.#prepare('DELETE FROM documents WHERE row = ? AND deleted = 1').run(row);
    });
  }

  last(): { row: number; seq: number } {
    // sequence numbers rise with rows but for those of deletions: no row but these is looked at
    const { row, seq } = this.#prepare(
      `SELECT
         coalesce((SELECT max(row) FROM documents), 0) AS row,
         max(
           coalesce((SELECT seq FROM documents ORDER BY row DESC LIMIT 1), -1),
           coalesce((SELECT max(seq) FROM documents WHERE deleted = 1), -1)
         ) AS seq`,
    ).get() as { row: number; seq: number };
    return { row, seq };
  }

  /** The segments that make up the index, and the last row they cover. */
  segments(): { ids: string[]; covered: number } {
    const rows = this.#prepare('SELECT id, covered FROM segments').all();
    return {
      ids: rows.map(({ id }) => String(id)),
      covered: Math.max(0, ...rows.map(({ covered }) => Number(covered))),
    };
  }

  /** Replaces `removed` by `added`, at once. */
  commitSegments(added: readonly string[], removed: readonly string[], covered: number): void {
    this.transaction(() => {
      for (const id of removed) this.#prepare('DELETE FROM segments WHERE id = ?').run(id);
      for (const id of added) this.#prepare('INSERT INTO segments (id, covered) VALUES (?, ?)').run(id, covered);
    });
  }

  close(): void {
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

export const databasePath = (folder: string): string => join(folder, 'documents.sqlite');
