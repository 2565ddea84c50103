import { z } from 'zod';

export const DirectoryEnv = z.object({
  DIRECTORY_TABLE_NAME: z.string().min(1),
});
