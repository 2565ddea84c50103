import { z } from 'zod';

export const LimiterEnv = z.object({
  LIMITS_TABLE_NAME: z.string().min(1),
  /** All limits times this: the local stage lets a person and its tests do more than a stage on the internet. */
  LIMITS_FACTOR: z.coerce.number().positive().default(1),
});
