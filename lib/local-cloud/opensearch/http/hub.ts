import { randomBytes } from 'node:crypto';
import { type Transferable, Worker } from 'node:worker_threads';
import { illegalArgument, indexNotFound, OpenSearchError } from '../errors.ts';
import { makePointId, noContext, readPointId } from '../reader/point-id.ts';
import type { SearchParameters } from '../reader/reader.ts';
import { Rpc } from '../rpc.ts';
import { releaseDropped } from '../shared-memory.ts';
import type { IndexState, Publication } from '../snapshot.ts';
import { matchesPattern } from '../writer/templates.ts';

/** Searches run beside each other in this many threads. */
const READERS = 2;

/** How long a stop waits for searches. */
const SEARCH_GRACE_MILLIS = 2_000;

interface ReaderThread {
  readonly worker: Worker;
  readonly rpc: Rpc;
}

/** How an index expression treats names that are not there. */
export interface IndexOptions {
  readonly ignoreUnavailable: boolean;
  readonly allowNoIndices: boolean;
}

/** The threads of the engine: one that writes, some that read; each publication reaches the readers before any later answer leaves. */
export class Hub {
  readonly #writer: Rpc;
  readonly #writerThread: Worker;
  readonly #readers: ReaderThread[] = [];
  readonly #indices = new Map<string, IndexState>();
  readonly #boot = randomBytes(9).toString('base64url');
  #searches = 0;
  #closing = false;

  private constructor(folder: string) {
    this.#writerThread = new Worker(new URL('../writer/writer.worker.ts', import.meta.url), { workerData: { folder } });
    this.#writer = new Rpc(this.#writerThread, { publish: (publication: Publication) => this.#publish(publication) });
    this.#writerThread.on('error', (error: Error) => this.#writer.end(error));
    for (let number = 0; number < READERS; number++) this.#readers.push(this.#startReader(number));
  }

  /** Starts the threads; ready when everything stored is visible. */
  static async start(folder: string): Promise<{ hub: Hub; clusterUuid: string }> {
    const hub = new Hub(folder);
    return { hub, clusterUuid: await hub.write<string>('ready', []) };
  }

  /** Calls the writing thread. */
  write<T>(method: string, args: readonly unknown[], transfer: readonly Transferable[] = []): Promise<T> {
    return this.#writer.call<T>(method, args, transfer);
  }

  /** Calls the reading thread that has least to do. */
  read<T>(method: string, args: readonly unknown[]): Promise<T> {
    return this.#idlest().rpc.call<T>(method, args);
  }

  /** Runs `search`, `count` or `rows`, cancelled by `signal`. */
  async search<T>(
    method: 'search' | 'count' | 'rows',
    target: readonly string[] | string,
    body: string,
    signal: AbortSignal,
    parameters: SearchParameters = {},
    reader?: number,
  ): Promise<T> {
    const thread = reader === undefined ? this.#idlest() : this.#readers[reader];
    if (thread === undefined) throw noContext('');
    const key = String(++this.#searches);
    const cancel = () => void thread.rpc.call('cancel', [key]).catch(() => undefined);
    signal.addEventListener('abort', cancel);
    try {
      return await thread.rpc.call<T>(method, [key, target, body, parameters]);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Names of an index expression: names, patterns, `_all`, exclusions by `-`. @throws index_not_found_exception */
  resolve(expression: string, { ignoreUnavailable, allowNoIndices }: IndexOptions): string[] {
    const found = new Set<string>();
    for (const part of expression === '' ? ['_all'] : expression.split(',')) {
      const pattern = part === '_all' ? '*' : part;
      if (pattern.startsWith('-') && found.size > 0) {
        for (const name of [...found]) if (matchesPattern(pattern.slice(1), name)) found.delete(name);
      } else if (pattern.includes('*')) {
        for (const name of this.#indices.keys()) if (matchesPattern(pattern, name)) found.add(name);
      } else if (this.#indices.has(pattern)) found.add(pattern);
      else if (!ignoreUnavailable) throw indexNotFound(pattern);
    }
    if (found.size === 0 && !allowNoIndices) throw indexNotFound(expression === '' ? '_all' : expression);
    return [...found].sort();
  }

  /** Primary shards of all indices, as `_cluster/health` counts them. */
  get shards(): number {
    return [...this.#indices.values()].reduce((sum, { shards }) => sum + shards, 0);
  }

  async openPoint(names: readonly string[], keepAliveMillis: number): Promise<string> {
    const thread = this.#idlest();
    const point = await thread.rpc.call<string>('openPoint', [names, keepAliveMillis]);
    return makePointId({ boot: this.#boot, reader: this.#readers.indexOf(thread), point });
  }

  /** The reader that keeps a point in time. @throws search_context_missing_exception when it was of an earlier start */
  readerOf(id: string): number {
    const { boot, reader, point } = readPointId(id);
    if (boot !== this.#boot) throw noContext(point);
    return reader;
  }

  async closePoint(id: string): Promise<boolean> {
    const { boot, reader, point } = readPointId(id);
    const thread = this.#readers[reader];
    return boot === this.#boot && thread !== undefined && (await thread.rpc.call<boolean>('closePoint', [point]));
  }

  /** Gives searches under way a moment, then ends those still running: stopping must not wait for a hostile one. */
  endSearches(): void {
    const end = () => {
      const stopping = new OpenSearchError(503, { type: 'node_closed_exception', reason: 'the server is stopping' });
      for (const { rpc } of this.#readers) rpc.fail(stopping);
    };
    setTimeout(end, SEARCH_GRACE_MILLIS).unref();
  }

  /** Finishes what the writer has in hand, makes it durable in segments and stops. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#writer.call('close', []).catch(() => undefined);
    await Promise.all([this.#writerThread.terminate(), ...this.#readers.map(({ worker }) => worker.terminate())]);
  }

  #idlest(): ReaderThread {
    const [first, ...others] = this.#readers;
    if (first === undefined) throw illegalArgument('no reader runs');
    return others.reduce((best, thread) => (thread.rpc.pending < best.rpc.pending ? thread : best), first);
  }

  #publish(publication: Publication): void {
    for (const name of publication.removed) {
      releaseDropped(this.#indices.get(name)?.segments ?? [], []);
      this.#indices.delete(name);
    }
    for (const state of publication.changed) {
      releaseDropped(this.#indices.get(state.name)?.segments ?? [], state.segments);
      this.#indices.set(state.name, state);
    }
    for (const { worker } of this.#readers) worker.postMessage({ call: 0, method: 'publish', args: [publication] });
  }

  /** A reader that dies of one search (memory) takes its searches with it, not the engine. */
  #startReader(number: number): ReaderThread {
    const worker = new Worker(new URL('../reader/reader.worker.ts', import.meta.url));
    const rpc = new Rpc(worker, {});
    worker.on('error', (error: Error) => {
      rpc.end(
        new OpenSearchError(503, {
          type: 'search_phase_execution_exception',
          reason: `the reading thread ended: ${error.message}`,
        }),
      );
      if (!this.#closing) this.#readers[number] = this.#startReader(number);
    });
    worker.postMessage({
      call: 0,
      method: 'publish',
      args: [{ changed: [...this.#indices.values()], removed: [] } satisfies Publication],
    });
    return { worker, rpc };
  }
}
