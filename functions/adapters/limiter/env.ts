import { z } from 'zod';

/** Classes of requests that a stage and a project may have limits of their own for. */
export const RequestClass = z.enum([
  'default',
  'search',
  'recent',
  'lookup',
  'metrics',
  'page',
  'profile',
  'users',
  'login',
  'register',
  'ingest',
]);

export const LimiterEnv = z.object({
  LIMITS_TABLE_NAME: z.string().min(1),
  /** All limits times this: the local stage lets a person and its tests do more than a stage on the internet. */
  LIMITS_FACTOR: z.coerce.number().positive().default(1),
  /** Units of a window by class, as JSON: in place of the usual ones times the factor. */
  LIMITS_UNITS: z
    .string()
    .default('{}')
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.partialRecord(RequestClass, z.int().min(1))),
});
