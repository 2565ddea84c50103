import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { fromWire, toWire, type WireError } from './errors.ts';

interface Request {
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
interface Reply {
  readonly reply: number;
  readonly value?: unknown;
  readonly error?: WireError;
}
type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;
type Peer = Pick<MessagePort, 'postMessage' | 'on'> | Pick<Worker, 'postMessage' | 'on'>;

/** Calls from thread to thread, answered in any order; refusals cross as themselves. */
export class Rpc {
  readonly #peer: Peer;
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  #calls = 0;
  /** Set once the other side is gone. */
  #ended: Error | undefined;

  /** `handlers` answer the other side's calls. */
  constructor(peer: Peer, handlers: Handlers) {
    this.#peer = peer;
    peer.on('message', (message: Request | Reply) => {
      if ('call' in message) void this.#answer(message, handlers);
      else this.#settle(message);
    });
  }

  /** How many calls have no answer yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Calls the other side. `transfer` lists what is handed over instead of copied. */
  call<T>(method: string, args: readonly unknown[], transfer: readonly Transferable[] = []): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const call = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#pending.set(call, { resolve, reject });
      this.#peer.postMessage({ call, method, args } satisfies Request, transfer as Transferable[]);
    });
  }

  /** Ends every open call, and each to come, with `error`: the other side is gone. */
  end(error: Error): void {
    this.#ended = error;
    this.fail(error);
  }

  /** Ends every open call with `error`: nobody waits for it any longer. */
  fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #settle({ reply, value, error }: Reply): void {
    const waiting = this.#pending.get(reply);
    this.#pending.delete(reply);
    if (error !== undefined) waiting?.reject(fromWire(error));
    else waiting?.resolve(value as never);
  }

  async #answer({ call, method, args }: Request, handlers: Handlers): Promise<void> {
    const reply: { reply: number; value?: unknown; error?: WireError } = { reply: call };
    try {
      const handler = handlers[method];
      if (handler === undefined) throw new Error(`no handler for ${method}`);
      reply.value = await handler(...(args as never[]));
    } catch (error) {
      reply.error = toWire(error);
    }
    this.#peer.postMessage(reply);
  }
}
