import type { DatabaseSync } from 'node:sqlite';
import { openDatabase, transact } from '../aws-server/database.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: readonly Tag[];
  readonly createdMillis: number;
  readonly changedMillis: number;
  /** When it stops to exist for good, once it is marked as deleted. */
  readonly deletedMillis: number | undefined;
  readonly recoverableUntilMillis: number | undefined;
}

/** What a version holds: text or bytes. */
export type SecretValue = { readonly text: string } | { readonly bytes: Uint8Array };

export interface Version {
  readonly id: string;
  readonly createdMillis: number;
  readonly value: SecretValue;
  readonly stages: readonly string[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS secrets (
    arn TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT, tags TEXT NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL, deleted INTEGER, recoverable_until INTEGER
  );
  CREATE TABLE IF NOT EXISTS versions (
    arn TEXT NOT NULL REFERENCES secrets ON DELETE CASCADE, id TEXT NOT NULL, created INTEGER NOT NULL, value ANY NOT NULL, PRIMARY KEY (arn, id)
  );
  CREATE TABLE IF NOT EXISTS stages (
    arn TEXT NOT NULL, stage TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (arn, stage),
    FOREIGN KEY (arn, version) REFERENCES versions ON DELETE CASCADE
  );
`;

type SecretRow = Record<'arn' | 'name' | 'tags', string> &
  Record<'created' | 'changed', number> & {
    description: string | null;
    deleted: number | null;
    recoverable_until: number | null;
  };

/** Secrets, their versions and the stages that name versions, on disk. */
export class SecretStore {
  readonly #database: DatabaseSync;

  constructor(dataDir: string) {
    this.#database = openDatabase(dataDir, 'secrets-manager', SCHEMA);
  }

  /** Runs `work` so that all of it or none of it is kept. */
  transact<T>(work: () => T): T {
    return transact(this.#database, work);
  }

  /** By ARN, ARN without its random end, or name. Secrets past their recovery window are gone. */
  find(id: string, nowMillis: number): Secret | undefined {
    this.#database.prepare('DELETE FROM secrets WHERE recoverable_until <= ?').run(nowMillis);
    const row = this.#database
      .prepare(
        "SELECT * FROM secrets WHERE arn = ?1 OR name = ?1 OR (?1 LIKE 'arn:%' AND substr(arn, 1, length(arn) - 7) = ?1)",
      )
      .get(id);
    return row === undefined ? undefined : toSecret(row as unknown as SecretRow);
  }

  list(): Secret[] {
    const rows = this.#database.prepare('SELECT * FROM secrets ORDER BY created DESC, name').all();
    return (rows as unknown as SecretRow[]).map(toSecret);
  }

  save(secret: Secret): void {
    const { arn, name, description, tags, createdMillis, changedMillis, deletedMillis, recoverableUntilMillis } =
      secret;
    this.#database
      .prepare(
        `INSERT INTO secrets (arn, name, description, tags, created, changed, deleted, recoverable_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (arn) DO UPDATE SET description = excluded.description, tags = excluded.tags, changed = excluded.changed,
           deleted = excluded.deleted, recoverable_until = excluded.recoverable_until`,
      )
      .run(
        arn,
        name,
        description ?? null,
        JSON.stringify(tags),
        createdMillis,
        changedMillis,
        deletedMillis ?? null,
        recoverableUntilMillis ?? null,
      );
  }

  remove(arn: string): void {
    this.#database.prepare('DELETE FROM secrets WHERE arn = ?').run(arn);
  }

  /** Newest first. */
  versions(arn: string): Version[] {
    const stages = this.#database.prepare('SELECT stage, version FROM stages WHERE arn = ? ORDER BY stage').all(arn);
    const rows = this.#database
      .prepare('SELECT id, created, value FROM versions WHERE arn = ? ORDER BY created DESC, rowid DESC')
      .all(arn);
    return (rows as { id: string; created: number; value: string | Uint8Array }[]).map(({ id, created, value }) => ({
      id,
      createdMillis: created,
      value: typeof value === 'string' ? { text: value } : { bytes: value },
      stages: (stages as { stage: string; version: string }[])
        .filter(({ version }) => version === id)
        .map(({ stage }) => stage),
    }));
  }

  addVersion(arn: string, id: string, value: SecretValue, nowMillis: number): void {
    this.#database
      .prepare('INSERT INTO versions (arn, id, created, value) VALUES (?, ?, ?, ?)')
      .run(arn, id, nowMillis, 'text' in value ? value.text : value.bytes);
  }

  /** Makes `stage` name `version`, and no other. */
  setStage(arn: string, stage: string, version: string): void {
    this.#database
      .prepare(
        'INSERT INTO stages (arn, stage, version) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
      )
      .run(arn, stage, version);
  }

  removeStage(arn: string, stage: string): void {
    this.#database.prepare('DELETE FROM stages WHERE arn = ? AND stage = ?').run(arn, stage);
  }

  close(): void {
    this.#database.close();
  }
}

function toSecret(row: SecretRow): Secret {
  return {
    arn: row.arn,
    name: row.name,
    description: row.description ?? undefined,
    tags: JSON.parse(row.tags) as Tag[],
    createdMillis: row.created,
    changedMillis: row.changed,
    deletedMillis: row.deleted ?? undefined,
    recoverableUntilMillis: row.recoverable_until ?? undefined,
  };
}
