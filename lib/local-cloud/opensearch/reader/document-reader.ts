import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { StoredDocuments } from '../search/run.ts';
import type { IndexView } from '../search/view.ts';
import { databasePath } from '../writer/document-store.ts';

interface Statements {
  readonly db: DatabaseSync;
  readonly byRow: StatementSync;
  readonly byId: StatementSync;
  readonly rowsOfId: StatementSync;
}

/** A stored document, as `GET _doc` needs it. */
export interface FoundDocument {
  readonly id: string;
  readonly source: string;
  readonly version: number;
  readonly seq: number;
}

/** Reads documents beside the writer: SQLite's WAL lets neither wait for the other. */
export class DocumentReader implements StoredDocuments {
  readonly #open = new Map<string, Statements>();

  fetch(index: IndexView, row: number): FoundDocument | undefined {
    return this.#statements(index).byRow.get(row) as FoundDocument | undefined;
  }

  /** The latest state of an id, refreshed or not. */
  find(index: Pick<IndexView, 'uuid' | 'folder'>, id: string): FoundDocument | undefined {
    return this.#statements(index).byId.get(id) as FoundDocument | undefined;
  }

  rowsOf(index: IndexView, ids: readonly string[]): ReadonlySet<number> {
    const { rowsOfId } = this.#statements(index);
    return new Set(ids.flatMap((id) => rowsOfId.all(id).map(({ row }) => Number(row))));
  }

  /** Lets go of an index that is no more; a search that still reads it opens it again while its file is there. */
  release(uuid: string): void {
    this.#open.get(uuid)?.db.close();
    this.#open.delete(uuid);
  }

  #statements({ uuid, folder }: Pick<IndexView, 'uuid' | 'folder'>): Statements {
    let statements = this.#open.get(uuid);
    if (statements === undefined) {
      const db = new DatabaseSync(databasePath(folder), { readOnly: true });
      statements = {
        db,
        byRow: db.prepare('SELECT id, source, version, seq FROM documents WHERE row = ?'),
        byId: db.prepare(
          'SELECT id, source, version, seq FROM documents WHERE id = ? AND deleted = 0 ORDER BY row DESC LIMIT 1',
        ),
        rowsOfId: db.prepare('SELECT row FROM documents WHERE id = ?'),
      };
      this.#open.set(uuid, statements);
    }
    return statements;
  }
}
