import { Worker } from 'node:worker_threads';
import type { EmulatorOptions } from './emulator.ts';
import type { EmulatorReport, EmulatorSetup } from './emulators.worker.ts';
import type { Usage } from './iam/usage.ts';

/** A running thread of emulators. */
export interface EmulatorThread {
  /** Base URLs by the name that `AWS_ENDPOINT_URL_<NAME>` uses. */
  readonly urls: Readonly<Record<string, string>>;
  /** Resolves when what became of the calls so far has been reported. */
  close(): Promise<void>;
}

export interface EmulatorThreadOptions {
  /** For example `DYNAMODB`; see emulators.worker.ts. */
  readonly services: readonly string[];
  readonly options: EmulatorOptions;
  readonly onUsage: (usage: Usage) => void;
  /** The thread ended by itself: nothing that needs it works any more. */
  readonly onCrash: (error: Error) => void;
}

const CLOSE_MILLIS = 1_500;

/** Starts emulators in a thread of their own. @throws what the first of them fails with */
export function startEmulators({
  services,
  options,
  onUsage,
  onCrash,
}: EmulatorThreadOptions): Promise<EmulatorThread> {
  const setup: EmulatorSetup = { services, options };
  const worker = new Worker(new URL('./emulators.worker.ts', import.meta.url), {
    workerData: setup,
    execArgv: [],
  });
  const closed = Promise.withResolvers<void>();
  return new Promise((resolve, reject) => {
    let started = false;
    worker.on('message', (report: EmulatorReport) => {
      if (report.kind === 'usage') onUsage(report.usage);
      else if (report.kind === 'closed') closed.resolve();
      else {
        started = true;
        const close = async () => {
          worker.postMessage('close');
          // what it answered is durable, so one that hangs can be ended
          await Promise.race([closed.promise, new Promise((done) => setTimeout(done, CLOSE_MILLIS).unref())]);
          await worker.terminate();
        };
        resolve({ urls: report.urls, close });
      }
    });
    worker.on('error', (error: Error) => {
      if (started) onCrash(error);
      else reject(error);
      closed.resolve();
    });
    worker.on('exit', (code) => {
      if (!started)
        reject(new Error(`the emulators ${services.join(', ')} ended with code ${code} before they were ready`));
      closed.resolve();
    });
  });
}
