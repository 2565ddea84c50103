import { z } from 'zod';

export const AuditTrailEnv = z.object({ AUDIT_TABLE_NAME: z.string().min(1) });
export const AuditSegmentsEnv = z.object({ AUDIT_SEGMENTS_BUCKET_NAME: z.string().min(1) });
