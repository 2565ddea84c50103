import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a folder for this process alone. The lock is the operating system's, on an SQLite file: it ends with the process however that ends.
 * @returns what gives the folder back
 * @throws Error that names the folder and `--data` when another process has it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    database.close();
    throw new Error(`${folder} is in use by another local cloud: stop it, or choose another folder with --data`, {
      cause: error,
    });
  }
  return () => database.close();
}
