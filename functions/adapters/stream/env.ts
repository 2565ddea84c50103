import { z } from 'zod';

export const FrameStreamEnv = z.object({ STREAM_NAME: z.string().min(1) });
