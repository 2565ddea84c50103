import { z } from 'zod';

export const ExportFilesEnv = z.object({ EXPORTS_BUCKET_NAME: z.string().min(1) });
