import { z } from 'zod';

export const SearchEnv = z.object({
  /** Searches of a project that may take long at the same time: fewer than the store has processors. */
  SEARCH_PLACES: z.coerce.number().int().positive().default(1),
});
