import { createWriteStream, mkdirSync, openSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

const MAXIMUM_BYTES = 10 * 1024 * 1024;

/** A log that keeps its last 10–20 MB: at 10 MB the file becomes `<path>.1` and a new one begins. */
export class LogFile {
  readonly #path: string;
  #stream: WriteStream | undefined;
  #bytes = 0;
  /** Streams of files that were put aside, until they are written. */
  #ending: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  write(chunk: string | Uint8Array): void {
    const size = typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length;
    if (this.#stream !== undefined && this.#bytes + size > MAXIMUM_BYTES) {
      this.#end();
      renameSync(this.#path, `${this.#path}.1`);
    }
    this.#stream ??= this.#open();
    this.#bytes += size;
    this.#stream.write(chunk);
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    this.#end();
    await this.#ending;
  }

  #end(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    if (stream === undefined) return;
    const written = new Promise<void>((resolve) => stream.end(() => resolve()));
    this.#ending = Promise.all([this.#ending, written]).then(() => {});
  }

  #open(): WriteStream {
    mkdirSync(dirname(this.#path), { recursive: true });
    this.#bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    // opened at once, so that a rename soon after finds the file
    return createWriteStream(this.#path, { fd: openSync(this.#path, 'a') });
  }
}
