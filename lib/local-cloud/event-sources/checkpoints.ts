import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Steps within this time are written together: what a `kill -9` makes be forgotten comes again, as after any crash. */
const WRITE_MILLIS = 100;

/** Last sequence number that is done, by shard; in one file a mapping, whole at any time. */
export class Checkpoints {
  readonly #path: string;
  readonly #positions: Map<string, string>;
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#positions = new Map(Object.entries(read(path)));
  }

  get(shardId: string): string | undefined {
    return this.#positions.get(shardId);
  }

  set(shardId: string, sequenceNumber: string): void {
    this.#positions.set(shardId, sequenceNumber);
    this.#timer ??= setTimeout(() => this.flush(), WRITE_MILLIS);
  }

  /** Writes what was not written yet. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#positions)));
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function read(path: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
