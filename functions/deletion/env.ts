import { z } from 'zod';

export const DeletionEnv = z.object({
  /** How long a deleted event can be restored. */
  DELETION_GRACE_DAYS: z.coerce.number().positive().default(7),
  /** How long the archive keeps what was accepted. */
  ARCHIVE_DAYS: z.coerce.number().positive(),
});
