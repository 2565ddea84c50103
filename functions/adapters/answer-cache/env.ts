import { z } from 'zod';

export const AnswerCacheEnv = z.object({ CACHE_TABLE_NAME: z.string().min(1) });
