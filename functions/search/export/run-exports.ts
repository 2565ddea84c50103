import type { DueExport, ExportJobs } from '../../adapters/export-jobs/port.ts';
import { discard, ExportRun, type ExportRunParts } from './export-run.ts';

/** What writing exports stands on. */
export interface RunParts extends ExportRunParts {
  readonly jobs: ExportJobs;
  /** How long one export is worked on before it is the next one's turn. @default 45 s */
  readonly sliceMillis?: number;
}

/** Longer than a run lasts: what is not released until then, another run takes over. */
const LEASE_MILLIS = 6 * 60_000;

/** How often it came to what. */
export interface ExportRuns {
  completed: number;
  failed: number;
  /** Worked on, and not finished. */
  continued: number;
}

/**
 * Writes the files of exports, in slices: after each part, and at the end of a slice, it is kept how far it came, so that whatever ends a
 * run, the next one goes on there.
 */
export function makeRunExports(parts: RunParts) {
  const { jobs, now, sliceMillis = 45_000 } = parts;
  return async (signal: AbortSignal): Promise<ExportRuns> => {
    const runs: ExportRuns = { completed: 0, failed: 0, continued: 0 };
    const rested = new Set<string>();
    for (let worked = true; worked && !signal.aborted; ) {
      worked = false;
      for (const due of await jobs.listDue(100)) {
        if (signal.aborted) break;
        if (rested.has(due.id)) continue;
        const lease = await jobs.lease(due, now(), now() + LEASE_MILLIS);
        if (lease === undefined) {
          await tidyUp(parts, due);
          rested.add(due.id);
          continue;
        }
        const outcome = await new ExportRun(parts, lease).write(
          AbortSignal.any([signal, AbortSignal.timeout(sliceMillis)]),
        );
        runs[outcome === 'rests' ? 'continued' : outcome]++;
        if (outcome === 'continued') worked = true;
        else rested.add(due.id);
      }
    }
    return runs;
  };
}

/** Removes what is left of an export that was cancelled. */
async function tidyUp(parts: RunParts, due: DueExport): Promise<void> {
  const job = await parts.jobs.find(due.project, due.id);
  if (job?.status === 'queued' || job?.status === 'running') return; // another run works on it
  if (job?.status === 'cancelled') await discard(parts, job, job.progress);
  await parts.jobs.settle(due);
}
