import { z } from 'zod';

export const TombstonesEnv = z.object({ TOMBSTONES_TABLE_NAME: z.string().min(1) });
