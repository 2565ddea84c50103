import { z } from 'zod';

export const AuditTrailEnv = z.object({ AUDIT_TABLE_NAME: z.string().min(1) });
