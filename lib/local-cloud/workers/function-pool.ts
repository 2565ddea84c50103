import { randomUUID } from 'node:crypto';
import type { FunctionSpec } from './function-spec.ts';
import { FunctionWorker } from './function-worker.ts';
import type { LogFile } from './log-file.ts';
import type { FunctionError } from './protocol.ts';

/** Largest event and answer of a synchronous invocation, bytes of JSON (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const PAYLOAD_BYTES = 6 * 1024 * 1024;

/** Execution environments that one function may have here; the account's limit would be 1,000. */
const LOCAL_CONCURRENCY = 8;

const IDLE_MILLIS = 600_000;

/** What `Invoke` answers. `error` is set when the function failed, in which case `payload` is the error object. */
export interface InvocationResult {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  readonly error?: FunctionError;
}

/** The event is larger than Lambda takes; nothing ran. */
export class PayloadTooLargeError extends Error {
  override readonly name = 'RequestTooLargeException';
}

/** All reserved concurrency is in use; nothing ran. */
export class ThrottledError extends Error {
  override readonly name = 'TooManyRequestsException';
}

/** One start of an execution environment. */
export interface ColdStart {
  readonly functionLogicalId: string;
  /** From the start of the thread to the loaded handler. */
  readonly millis: number;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface FunctionPoolOptions {
  readonly spec: FunctionSpec;
  /** All of `process.env` inside. */
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined when the role may not write logs: then they are lost, as in the account. */
  readonly log: LogFile | undefined;
  readonly onColdStart: (coldStart: ColdStart) => void;
}

/** What an invocation ends with that did not run any more. */
const STOPPED: FunctionError = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'the local cloud stopped before it ran',
};

/** An invocation that waits for an environment, or learns why none could be started. */
type Waiting = (given: FunctionWorker | FunctionError) => void;

/**
 * The execution environments of one function: as many as there are invocations at once, up to its reserved concurrency or 8.
 * Above a reserved concurrency invocations are throttled as by Lambda; above 8 they wait, for that limit is this machine's. Environments are
 * started one after the other, and an invocation takes the first that is free: a burst would keep this machine busy with starts alone.
 */
export class FunctionPool {
  readonly spec: FunctionSpec;
  readonly #options: FunctionPoolOptions;
  readonly #workers = new Set<FunctionWorker>();
  readonly #idle: FunctionWorker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #limit: number;
  readonly #reaper: NodeJS.Timeout;
  #inFlight = 0;
  #starting: Promise<void> | undefined;
  #closed = false;

  constructor(options: FunctionPoolOptions) {
    this.spec = options.spec;
    this.#options = options;
    this.#limit = Math.min(options.spec.reservedConcurrency ?? LOCAL_CONCURRENCY, LOCAL_CONCURRENCY);
    this.#reaper = setInterval(() => this.#reap(), 60_000).unref();
  }

  /** Loads one execution environment ahead of the first invocation. A bundle that fails to load fails its invocations. */
  async warm(): Promise<void> {
    if (this.#workers.size === 0 && this.#limit > 0) this.#starting ??= this.#start();
    await this.#starting;
  }

  /**
   * Runs the function once.
   * @param event JSON, at most 6 MB
   * @throws PayloadTooLargeError, ThrottledError
   */
  async invoke(event: string): Promise<InvocationResult> {
    if (isLongerThan(event, PAYLOAD_BYTES)) {
      throw new PayloadTooLargeError(
        `event must be smaller than or equal to ${PAYLOAD_BYTES} bytes for the InvokeFunction operation`,
      );
    }
    const { reservedConcurrency } = this.spec;
    if (reservedConcurrency !== undefined && this.#inFlight >= reservedConcurrency) {
      throw new ThrottledError('Rate Exceeded.');
    }
    this.#inFlight++;
    try {
      return await this.#run(randomUUID(), event);
    } finally {
      this.#inFlight--;
    }
  }

  /** Ends all threads at once; the caller has waited for what runs. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#reaper);
    for (const give of this.#waiting.splice(0)) give(STOPPED);
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
    this.#workers.clear();
  }

  async #run(requestId: string, event: string): Promise<InvocationResult> {
    const worker = this.#takeIdle() ?? (await this.#nextFree());
    if (!(worker instanceof FunctionWorker)) return failure(requestId, worker);
    const outcome = await worker.invoke(requestId, event);
    this.#release(worker);
    if ('error' in outcome) {
      this.#options.log?.write(`${outcome.error.errorType}: ${outcome.error.errorMessage}\n`);
      return failure(requestId, outcome.error);
    }
    if (isLongerThan(outcome.payload, PAYLOAD_BYTES)) {
      return failure(requestId, {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${PAYLOAD_BYTES} bytes).`,
      });
    }
    return { requestId, payload: outcome.payload };
  }

  async #nextFree(): Promise<FunctionWorker | FunctionError> {
    if (this.#closed) return STOPPED;
    const free = new Promise<FunctionWorker | FunctionError>((resolve) => this.#waiting.push(resolve));
    this.#startForWaiting();
    return free;
  }

  /** Starts another environment when an invocation waits and there may be one more. */
  #startForWaiting(): void {
    if (this.#closed || this.#waiting.length === 0 || this.#starting !== undefined) return;
    if (this.#workers.size >= this.#limit) return;
    this.#starting = this.#start();
  }

  async #start(): Promise<void> {
    const { spec, environment, log, onColdStart } = this.#options;
    const logStreamName = `local/[$LATEST]${randomUUID().replaceAll('-', '')}`;
    const began = performance.now();
    const worker = new FunctionWorker({
      setup: {
        file: spec.file,
        exportName: spec.exportName,
        handler: spec.handler,
        functionName: spec.name,
        functionArn: spec.arn,
        memoryMegabytes: spec.memoryMegabytes,
        logGroupName: spec.logGroupName,
        logStreamName,
        compileCache: process.env.NODE_COMPILE_CACHE,
      },
      environment: {
        ...environment,
        AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
      },
      timeoutMillis: spec.timeoutMillis,
      onOutput: (chunk) => log?.write(chunk),
    });
    this.#workers.add(worker);
    const error = await worker.ready();
    this.#starting = undefined;
    if (error === undefined) {
      onColdStart({ functionLogicalId: spec.logicalId, millis: performance.now() - began, at: Date.now() });
      this.#release(worker);
      return;
    }
    this.#workers.delete(worker);
    void worker.terminate();
    log?.write(`${error.errorType}: ${error.errorMessage}\n`);
    // the invocation that it was started for; each of the others has a start of its own coming
    this.#waiting.shift()?.(error);
    this.#startForWaiting();
  }

  #takeIdle(): FunctionWorker | undefined {
    for (let worker = this.#idle.pop(); worker !== undefined; worker = this.#idle.pop()) {
      if (worker.alive) return worker;
      // an unhandled rejection can end it after its answer
      this.#workers.delete(worker);
    }
    return undefined;
  }

  #release(worker: FunctionWorker): void {
    if (!worker.alive || this.#closed) this.#workers.delete(worker);
    else {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(worker);
      else next(worker);
    }
    this.#startForWaiting();
  }

  #reap(): void {
    const before = Date.now() - IDLE_MILLIS;
    for (const worker of this.#idle.filter(({ idleSince }) => idleSince < before)) {
      this.#idle.splice(this.#idle.indexOf(worker), 1);
      this.#workers.delete(worker);
      void worker.terminate();
    }
  }
}

function failure(requestId: string, error: FunctionError): InvocationResult {
  return { requestId, payload: JSON.stringify(error), error };
}

function isLongerThan(text: string, bytes: number): boolean {
  // a UTF-16 unit takes one to three bytes, so only the texts in between need counting
  return text.length > bytes || (text.length * 3 > bytes && Buffer.byteLength(text) > bytes);
}
