import { z } from 'zod';
import { DirectoryEnv } from '../directory/env.ts';
import { LimiterEnv } from '../limiter/env.ts';

export const OriginSecretEnv = z.object({ ORIGIN_SECRET_ARN: z.string().min(1) });

/** What every function behind the HTTP API is told. */
export const EdgeEnv = z.object({ ...DirectoryEnv.shape, ...LimiterEnv.shape, ...OriginSecretEnv.shape });
