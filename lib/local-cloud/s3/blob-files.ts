import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Contents of objects, each in a file of its own. A file is whole and on disk before it has its name. */
export class BlobFiles {
  readonly #incoming: string;
  readonly #blobs: string;

  constructor(folder: string) {
    this.#incoming = join(folder, 'incoming');
    this.#blobs = join(folder, 'blobs');
    // what was being written when the last process ended belongs to nobody
    rmSync(this.#incoming, { recursive: true, force: true });
    mkdirSync(this.#incoming, { recursive: true });
    mkdirSync(this.#blobs, { recursive: true });
  }

  /** Writes `content` and gives it a name. Nothing is left when `content` throws. */
  async write(content: AsyncIterable<Uint8Array>): Promise<string> {
    const name = randomUUID();
    const temporary = join(this.#incoming, name);
    try {
      const file = await open(temporary, 'wx');
      try {
        for await (const bytes of content) await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await mkdir(dirname(this.#path(name)), { recursive: true });
      await rename(temporary, this.#path(name));
      return name;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Opened at once, so that a deletion meanwhile does not cut off whoever reads. */
  open(name: string): Promise<FileHandle> {
    return open(this.#path(name), 'r');
  }

  async *read(name: string): AsyncGenerator<Buffer> {
    const file = await this.open(name);
    yield* file.createReadStream({ highWaterMark: 256 * 1024 });
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(this.#path(name), { force: true });
  }

  /** Removes files that `isUsed` does not know: their process ended between writing them and noting them. */
  removeUnused(isUsed: (name: string) => boolean): void {
    for (const folder of readdirSync(this.#blobs)) {
      for (const name of readdirSync(join(this.#blobs, folder))) {
        if (!isUsed(name)) rmSync(join(this.#blobs, folder, name), { force: true });
      }
    }
  }

  #path(name: string): string {
    return join(this.#blobs, name.slice(0, 2), name);
  }
}
