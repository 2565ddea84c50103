import { z } from 'zod';

export const LimitUse = z
  .object({
    /** What `reset` takes: `<class>:<who>`. */
    id: z.string(),
    class: z.string(),
    /** `user:<id>`, `key:<id>`, `ip:<address>` or `account:<name>`. */
    who: z.string(),
    limit: z.int(),
    /** As instances took it from the table, a share of the limit at a time. */
    used: z.int(),
    remaining: z.int(),
    resets_at: z.string(),
  })
  .meta({ id: 'LimitUse' });
export type LimitUse = z.output<typeof LimitUse>;

export const LimitsStatus = z
  .object({
    /** The limits of this stage. */
    limits: z.array(
      z.object({
        class: z.string(),
        limit: z.int(),
        window_seconds: z.int(),
        text: z.string().meta({ example: '50 per 1 minute' }),
      }),
    ),
    /** Running windows, the fullest first. */
    items: z.array(LimitUse),
    total: z.int(),
  })
  .meta({ id: 'LimitsStatus' });
export type LimitsStatus = z.output<typeof LimitsStatus>;

export const LimitPath = z.object({ id: z.string().min(1).max(512) });

export const ResetResult = z.object({ reset: z.int() }).meta({ id: 'ResetResult' });
