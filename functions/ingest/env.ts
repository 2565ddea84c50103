import { z } from 'zod';

export const BalanceEnv = z.object({
  /** Where metrics are written to: the stack's name. */
  METRICS_NAMESPACE: z.string().min(1),
});

/** What *balance* measures, by the names that alarms use. */
export interface BalanceMetrics {
  /** Frames that one side alone has told of for more than ten minutes, or whose counts differ, of all projects. */
  readonly UnsettledFrames: number;
}
