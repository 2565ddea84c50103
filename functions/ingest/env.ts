import { z } from 'zod';
import { ProjectId } from '../core/project.ts';

export const BalanceEnv = z.object({
  /** Where metrics are written to: the stack's name. */
  METRICS_NAMESPACE: z.string().min(1),
});

/** What *balance* measures, by the names that alarms use. */
export interface BalanceMetrics {
  /** Frames that one side alone has told of for more than ten minutes, or whose counts differ, of all projects. */
  readonly UnsettledFrames: number;
}

const GroupProjects = z.record(z.string().min(1), ProjectId);

export const LogGroupsEnv = z.object({
  /** Projects by the beginning of a log group's name, as JSON. */
  LOG_GROUP_PROJECTS: z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(GroupProjects),
});
