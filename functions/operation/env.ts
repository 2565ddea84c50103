import { z } from 'zod';

export const OperationEnv = z.object({
  STREAM_NAME: z.string().min(1),
  OPENSEARCH_DOMAIN_NAME: z.string().min(1),
  /** Root of the HTTP API, where shippers send to. */
  INGEST_URL: z.string().min(1),
  STAGE: z.string().min(1),
  REGISTRATION: z.enum(['open', 'invitation', 'closed']),
  SENDS_MAIL: z.stringbool(),
});
