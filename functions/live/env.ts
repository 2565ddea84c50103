import { z } from 'zod';

export const TailEnv = z.object({
  /** Messages a second that all connections of the stage share. */
  LIVE_POSTS_PER_SECOND: z.coerce.number().int().positive(),
});

export const FillEnv = z.object({
  /** Seconds until an event that was accepted before a resume is searchable. */
  LIVE_SETTLE_SECONDS: z.coerce.number().positive(),
});
