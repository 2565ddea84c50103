import type { Job, JobKind, JobLease, Jobs } from '../../adapters/jobs/port.ts';
import { RetryLater } from '../../core/errors.ts';
import { log } from '../../core/log.ts';

/** One kind of work: goes on where a state says, and tells each state from which it could go on. */
export interface Work {
  /** @returns whether it came to its end; not where the signal stopped it. @throws RetryLater to go on later */
  run(job: Job, signal: AbortSignal): AsyncGenerator<string, boolean>;
  /** The state of a job that failed for good. */
  fail(state: string, reason: string): string;
}

/** What running stands on. */
export interface RunParts {
  readonly jobs: Jobs;
  readonly work: Readonly<Record<JobKind, Work>>;
  readonly now: () => number;
}

/** How often a job may fail in a row before it is given up. */
const MAX_FAILURES = 5;
/** How often how far it is is kept; what is done twice changes nothing. */
const SAVE_MILLIS = 1_000;

/** Works on every job that is open and nobody's, one after the other. @returns jobs that ended, and those that failed this time */
export function makeRunJobs({ jobs, work, now }: RunParts) {
  return async (signal: AbortSignal): Promise<{ readonly ended: number; readonly failed: number }> => {
    let ended = 0;
    let failed = 0;
    for await (const key of jobs.listOpen()) {
      if (signal.aborted) break;
      const lease = await jobs.lease(key);
      if (lease === undefined) continue;
      try {
        if (await run(lease, signal)) ended++;
      } catch (error) {
        failed++;
        await giveBack(lease, error);
      }
    }
    return { ended, failed };
  };

  /** @returns whether the job came to its end */
  async function run(lease: JobLease, signal: AbortSignal): Promise<boolean> {
    const steps = work[lease.job.kind].run(lease.job, signal);
    let state = lease.job.state;
    let savedAt = now();
    for (;;) {
      const step = await steps.next();
      const done = step.done === true && step.value;
      if (step.done !== true) state = step.value;
      if (step.done !== true && now() - savedAt < SAVE_MILLIS) continue;
      if (!(await lease.save({ state, done, failures: 0 }))) {
        log('warn', 'another run goes on with a job', { 'tributary.job.id': lease.job.id });
        return false;
      }
      savedAt = now();
      if (step.done !== true) continue;
      if (!done) await lease.release();
      return done;
    }
  }

  async function giveBack({ job, save, release }: JobLease, error: unknown): Promise<void> {
    const fields = { 'tributary.job.id': job.id, 'tributary.job.kind': job.kind };
    if (error instanceof RetryLater) {
      log('warn', 'a job waits for what it stands on', fields, error);
      await release();
      return;
    }
    log('error', 'a job failed', fields, error);
    const failures = job.failures + 1;
    const isOver = failures >= MAX_FAILURES;
    // how far it came since it was last kept is done again
    const { state } = (await jobs.find(job)) ?? job;
    const reason = "internal error; the platform's own log tells more";
    await save({ state: isOver ? work[job.kind].fail(state, reason) : state, done: isOver, failures });
    await release();
  }
}
