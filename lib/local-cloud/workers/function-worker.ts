import { Worker } from 'node:worker_threads';
import type { FunctionError, InvokeMessage, WorkerMessage, WorkerSetup } from './protocol.ts';

/** How an invocation ended: what the handler returned as JSON, or the error that Lambda reports in its place. */
export type Outcome = { readonly payload: string } | { readonly error: FunctionError };

/**
 * Longest that loading a bundle may take before its first invocation; Lambda then does it again within that invocation, bounded by the function's
 * time-out (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
const INIT_MILLIS = 10_000;

export interface FunctionWorkerOptions {
  readonly setup: WorkerSetup;
  /** All of `process.env` inside. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
  readonly onOutput: (chunk: Uint8Array) => void;
}

/** One execution environment: a thread that has loaded the bundle and runs one invocation at a time. */
export class FunctionWorker {
  readonly #worker: Worker;
  readonly #timeoutMillis: number;
  #settle: ((outcome: Outcome | 'ready') => void) | undefined;
  #requestId = '';
  #alive = true;
  /** When it last became idle, Unix milliseconds. */
  idleSince = Date.now();

  constructor({ setup, environment, timeoutMillis, onOutput }: FunctionWorkerOptions) {
    this.#timeoutMillis = timeoutMillis;
    this.#worker = new Worker(new URL('./runtime.worker.js', import.meta.url), {
      workerData: setup,
      env: { ...environment },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: setup.memoryMegabytes },
    });
    this.#worker.stdout.on('data', onOutput);
    this.#worker.stderr.on('data', onOutput);
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'signal: killed' : error.message;
      this.#end(exitError(this.#requestId, `Runtime exited with error: ${reason}`));
    });
    this.#worker.on('exit', (code) => {
      const reason =
        code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
      this.#end(exitError(this.#requestId, reason));
    });
  }

  /** Whether it can take another invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  /**
   * Waits for the bundle to be loaded: for as long as Lambda's two tries take together, without loading it twice.
   * @returns the error that loading it ended with, if any
   */
  async ready(): Promise<FunctionError | undefined> {
    const outcome = await this.#wait(INIT_MILLIS + this.#timeoutMillis, () => ({
      errorType: 'Sandbox.Timedout',
      errorMessage: `Error: Task timed out after ${seconds(this.#timeoutMillis)} seconds`,
    }));
    return outcome !== 'ready' && 'error' in outcome ? outcome.error : undefined;
  }

  /** Runs one invocation; a time-out ends the thread. */
  async invoke(requestId: string, event: string): Promise<Outcome> {
    this.#requestId = requestId;
    const message: InvokeMessage = {
      requestId,
      event,
      deadline: Date.now() + this.#timeoutMillis,
    };
    const outcome = this.#wait(this.#timeoutMillis, () => ({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds(this.#timeoutMillis)} seconds`,
    }));
    this.#worker.postMessage(message);
    const result = await outcome;
    this.idleSince = Date.now();
    return result === 'ready' ? { payload: 'null' } : result;
  }

  async terminate(): Promise<void> {
    this.#alive = false;
    await this.#worker.terminate();
  }

  #wait(millis: number, onTimeout: () => FunctionError): Promise<Outcome | 'ready'> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end({ error: onTimeout() }), millis);
      this.#settle = (outcome) => {
        clearTimeout(timer);
        this.#settle = undefined;
        resolve(outcome);
      };
    });
  }

  #receive(message: WorkerMessage): void {
    if (message.kind === 'ready') this.#settle?.('ready');
    else if (message.kind === 'result') this.#settle?.({ payload: message.payload });
    else if (message.fatal) this.#end({ error: message.error });
    else this.#settle?.({ error: message.error });
  }

  #end(outcome: Outcome): void {
    if (this.#alive) void this.terminate();
    this.#settle?.(outcome);
  }
}

function exitError(requestId: string, reason: string): Outcome {
  return {
    error: {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: ${reason}`,
    },
  };
}

const seconds = (millis: number) => (millis / 1000).toFixed(2);
