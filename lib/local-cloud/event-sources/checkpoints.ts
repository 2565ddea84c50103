import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Last sequence number that is done, by shard; in one file a mapping, written after each step, safe under `kill -9`. */
export class Checkpoints {
  readonly #path: string;
  readonly #positions: Map<string, string>;

  constructor(path: string) {
    this.#path = path;
    this.#positions = new Map(Object.entries(read(path)));
  }

  get(shardId: string): string | undefined {
    return this.#positions.get(shardId);
  }

  set(shardId: string, sequenceNumber: string): void {
    this.#positions.set(shardId, sequenceNumber);
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
