import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { openDatabase, transact } from '../aws-server/database.ts';
import type { Bucket, RetentionMode } from './bucket.ts';
import type { Checksum } from './checksum.ts';

/** What is known of an object's content before it has a place. */
export interface Content {
  /** Name of its file; undefined for a delete marker. */
  readonly blob: string | undefined;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Headers to be given back as they came, `x-amz-meta-*` among them, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: Checksum | undefined;
  readonly retention: Retention | undefined;
}

export interface Retention {
  readonly mode: RetentionMode;
  readonly untilMillis: number;
}

/** One version of an object. In a bucket without versions its id is `null`. */
export interface ObjectVersion extends Content {
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly modifiedMillis: number;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly createdMillis: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly retention: Retention | undefined;
  readonly checksum: Pick<Checksum, 'algorithm' | 'type'> | undefined;
}

export interface Part {
  readonly number: number;
  readonly blob: string;
  readonly size: number;
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly modifiedMillis: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS versions (
    id INTEGER PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL, latest INTEGER NOT NULL,
    marker INTEGER NOT NULL, modified INTEGER NOT NULL, superseded INTEGER, blob TEXT, content TEXT NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS versions_by_key ON versions (bucket, key, version);
  CREATE UNIQUE INDEX IF NOT EXISTS latest_by_key ON versions (bucket, key) WHERE latest;
  CREATE UNIQUE INDEX IF NOT EXISTS versions_by_blob ON versions (blob) WHERE blob IS NOT NULL;
  CREATE INDEX IF NOT EXISTS versions_by_age ON versions (bucket, modified) WHERE latest;
  CREATE INDEX IF NOT EXISTS versions_by_end ON versions (bucket, superseded) WHERE superseded IS NOT NULL;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, created INTEGER NOT NULL, content TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, number INTEGER NOT NULL, blob TEXT NOT NULL, modified INTEGER NOT NULL,
    content TEXT NOT NULL, PRIMARY KEY (upload, number)
  );
  CREATE UNIQUE INDEX IF NOT EXISTS parts_by_blob ON parts (blob);
`;

interface VersionRow {
  readonly id: number;
  readonly key: string;
  readonly version: string;
  readonly latest: number;
  readonly marker: number;
  readonly modified: number;
  readonly blob: string | null;
  readonly content: string;
}

/** Which objects there are, on disk; their contents are files of their own, named here. */
export class ObjectStore {
  readonly #database: DatabaseSync;

  constructor(dataDir: string) {
    this.#database = openDatabase(dataDir, 's3', SCHEMA);
  }

  transact<T>(work: () => T): T {
    return transact(this.#database, work);
  }

  /** The latest version of an object, or the one named. May be a delete marker. */
  find(bucket: Bucket, key: string, versionId?: string): ObjectVersion | undefined {
    const [condition, values] = versionId === undefined ? ['latest', []] : ['version = ?', [versionId]];
    const row = this.#database
      .prepare(`SELECT * FROM versions WHERE bucket = ? AND key = ? AND ${condition}`)
      .get(bucket.name, key, ...values);
    return row === undefined ? undefined : toVersion(row as unknown as VersionRow);
  }

  /**
   * Makes `content` the latest version of an object; without content, a delete marker. Call it in a transaction.
   * @returns it, and the file of the version that it took the place of
   */
  add(
    bucket: Bucket,
    key: string,
    content: Content | undefined,
    nowMillis: number,
  ): { version: ObjectVersion; unused: readonly string[] } {
    const versionId = bucket.versioned ? toVersionId(nowMillis) : 'null';
    const unused = this.#drop('bucket = ? AND key = ? AND version = ?', bucket.name, key, versionId);
    this.#database
      .prepare('UPDATE versions SET latest = 0, superseded = ? WHERE bucket = ? AND key = ? AND latest')
      .run(nowMillis, bucket.name, key);
    const kept = content ?? EMPTY;
    const { blob, ...rest } = kept;
    this.#database
      .prepare(
        'INSERT INTO versions (bucket, key, version, latest, marker, modified, blob, content) VALUES (?, ?, ?, 1, ?, ?, ?, ?)',
      )
      .run(bucket.name, key, versionId, content === undefined ? 1 : 0, nowMillis, blob ?? null, JSON.stringify(rest));
    const version = {
      ...kept,
      key,
      versionId,
      isLatest: true,
      isDeleteMarker: content === undefined,
      modifiedMillis: nowMillis,
    };
    return { version, unused };
  }

  /** Deletes one version for good; the newest of the others is then the latest. Call it in a transaction. @returns files no longer used */
  remove(bucket: Bucket, key: string, versionId: string): readonly string[] {
    const unused = this.#drop('bucket = ? AND key = ? AND version = ?', bucket.name, key, versionId);
    this.#database
      .prepare(
        `UPDATE versions SET latest = 1, superseded = NULL WHERE id = (SELECT MAX(id) FROM versions WHERE bucket = ?1 AND key = ?2)
           AND NOT EXISTS (SELECT 1 FROM versions WHERE bucket = ?1 AND key = ?2 AND latest)`,
      )
      .run(bucket.name, key);
    return unused;
  }

  setRetention(bucket: Bucket, key: string, versionId: string, retention: Retention | undefined): void {
    const version = this.find(bucket, key, versionId);
    if (version === undefined) return;
    const { size, etag, headers, checksum } = version;
    this.#database
      .prepare('UPDATE versions SET content = ? WHERE bucket = ? AND key = ? AND version = ?')
      .run(JSON.stringify({ size, etag, headers, checksum, retention }), bucket.name, key, versionId);
  }

  /** Objects in the order of their keys' bytes, from `prefix` on and behind `after`; delete markers are none. */
  *list(bucket: Bucket, prefix: string, after: string): Generator<ObjectVersion> {
    const start = after >= prefix ? after : prefix;
    const rows = this.#database
      .prepare(
        `SELECT * FROM versions WHERE bucket = ? AND latest AND NOT marker AND key ${start === after ? '>' : '>='} ? ORDER BY key`,
      )
      .iterate(bucket.name, start);
    for (const row of rows) {
      const version = toVersion(row as unknown as VersionRow);
      // keys that share a prefix stand together
      if (!version.key.startsWith(prefix)) return;
      yield version;
    }
  }

  /** All versions of all objects, by key, newest first. */
  listVersions(bucket: Bucket, prefix: string): ObjectVersion[] {
    const rows = this.#database
      .prepare('SELECT * FROM versions WHERE bucket = ? AND substr(key, 1, length(?2)) = ?2 ORDER BY key, id DESC')
      .all(bucket.name, prefix);
    return (rows as unknown as VersionRow[]).map(toVersion);
  }

  /** Versions made before `modified` that are the latest, or that stopped to be so before then. */
  olderThan(bucket: Bucket, prefix: string, millis: number, which: 'latest' | 'superseded'): ObjectVersion[] {
    const condition =
      which === 'latest' ? 'latest AND NOT marker AND modified <= ?3' : 'NOT latest AND superseded <= ?3';
    const rows = this.#database
      .prepare(`SELECT * FROM versions WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 AND ${condition}`)
      .all(bucket.name, prefix, millis);
    return (rows as unknown as VersionRow[]).map(toVersion);
  }

  addUpload(bucket: Bucket, { id, key, createdMillis, ...content }: Upload): void {
    this.#database
      .prepare('INSERT INTO uploads (id, bucket, key, created, content) VALUES (?, ?, ?, ?, ?)')
      .run(id, bucket.name, key, createdMillis, JSON.stringify(content));
  }

  findUpload(bucket: Bucket, key: string, id: string): Upload | undefined {
    return this.uploads(bucket).find((upload) => upload.id === id && upload.key === key);
  }

  uploads(bucket: Bucket): Upload[] {
    const rows = this.#database
      .prepare('SELECT * FROM uploads WHERE bucket = ? ORDER BY key, created')
      .all(bucket.name);
    return (rows as unknown as { id: string; key: string; created: number; content: string }[]).map((row) => ({
      ...(JSON.parse(row.content) as Pick<Upload, 'headers' | 'retention' | 'checksum'>),
      id: row.id,
      key: row.key,
      createdMillis: row.created,
    }));
  }

  /** Call it in a transaction. @returns the file of the part that had this number before */
  addPart(uploadId: string, { number, blob, modifiedMillis, ...content }: Part): readonly string[] {
    const old = this.#database
      .prepare('DELETE FROM parts WHERE upload = ? AND number = ? RETURNING blob')
      .all(uploadId, number);
    this.#database
      .prepare('INSERT INTO parts (upload, number, blob, modified, content) VALUES (?, ?, ?, ?, ?)')
      .run(uploadId, number, blob, modifiedMillis, JSON.stringify(content));
    return (old as { blob: string }[]).map((row) => row.blob);
  }

  parts(uploadId: string): Part[] {
    const rows = this.#database.prepare('SELECT * FROM parts WHERE upload = ? ORDER BY number').all(uploadId);
    return (rows as unknown as { number: number; blob: string; modified: number; content: string }[]).map((row) => ({
      ...(JSON.parse(row.content) as Pick<Part, 'size' | 'etag' | 'checksum'>),
      number: row.number,
      blob: row.blob,
      modifiedMillis: row.modified,
    }));
  }

  /** @returns files of its parts */
  removeUpload(id: string): readonly string[] {
    const blobs = this.parts(id).map(({ blob }) => blob);
    this.#database.prepare('DELETE FROM uploads WHERE id = ?').run(id);
    return blobs;
  }

  usesBlob(blob: string): boolean {
    return (
      this.#database
        .prepare('SELECT 1 FROM versions WHERE blob = ?1 UNION ALL SELECT 1 FROM parts WHERE blob = ?1 LIMIT 1')
        .get(blob) !== undefined
    );
  }

  close(): void {
    this.#database.close();
  }

  #drop(condition: string, ...values: SQLInputValue[]): readonly string[] {
    const rows = this.#database.prepare(`DELETE FROM versions WHERE ${condition} RETURNING blob`).all(...values);
    return (rows as { blob: string | null }[]).flatMap(({ blob }) => (blob === null ? [] : [blob]));
  }
}

const EMPTY: Content = { blob: undefined, size: 0, etag: '', headers: {}, checksum: undefined, retention: undefined };

/** 32 characters that sort as they were made. */
const toVersionId = (nowMillis: number): string =>
  nowMillis.toString(36).padStart(9, '0') + randomBytes(12).toString('hex').slice(0, 23);

function toVersion(row: VersionRow): ObjectVersion {
  return {
    ...(JSON.parse(row.content) as Omit<Content, 'blob'>),
    blob: row.blob ?? undefined,
    key: row.key,
    versionId: row.version,
    isLatest: row.latest === 1,
    isDeleteMarker: row.marker === 1,
    modifiedMillis: row.modified,
  };
}
