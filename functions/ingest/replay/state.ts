import { z } from 'zod';
import type { Job } from '../../adapters/jobs/port.ts';
import { JobStatus, type Replay } from '../replay-api.ts';

const MAX_PROBLEMS = 20;

/** How far a replay is. */
export const ReplayState = z.object({
  status: JobStatus,
  /** Receive times, `to` exclusive; all times Unix milliseconds. */
  from: z.int(),
  to: z.int(),
  /** Day that is read, and the last object of it that was. */
  day: z.int(),
  after: z.string().optional(),
  objects: z.int().default(0),
  frames: z.int().default(0),
  events: z.int().default(0),
  created: z.int().default(0),
  existing: z.int().default(0),
  quarantined: z.int().default(0),
  problems: z.array(z.string()).default([]),
  problemsTotal: z.int().default(0),
});
export type ReplayState = z.output<typeof ReplayState>;

export const readReplayState = (text: string): ReplayState => ReplayState.parse(JSON.parse(text));

export const withProblem = (state: ReplayState, problem: string): ReplayState => ({
  ...state,
  problems: state.problems.length < MAX_PROBLEMS ? [...state.problems, problem] : state.problems,
  problemsTotal: state.problemsTotal + 1,
});

/** A replay as the API tells it. */
export function toReplay({ id, state, createdAt, updatedAt }: Job): Replay {
  const { status, from, to, day, after: _, problemsTotal, ...counts } = readReplayState(state);
  return {
    id,
    status,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
    progress:
      status === 'completed' || status === 'incomplete' ? 1 : Math.min(1, Math.max(0, (day - from) / (to - from))),
    ...counts,
    problems_total: problemsTotal,
  };
}
