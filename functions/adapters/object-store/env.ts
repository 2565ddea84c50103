import { z } from 'zod';

export const QuarantineEnv = z.object({ QUARANTINE_BUCKET_NAME: z.string().min(1) });
export const ArchiveEnv = z.object({ ARCHIVE_BUCKET_NAME: z.string().min(1) });
export const UploadsEnv = z.object({ UPLOADS_BUCKET_NAME: z.string().min(1) });
