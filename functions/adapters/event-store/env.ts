import { z } from 'zod';

/** Where the event store is, and what the stage chooses of its index template. */
export const EventStoreEnv = z.object({
  /** Host name of the domain. */
  OPENSEARCH_DOMAIN_ENDPOINT: z.string().min(1),
  /** Stands in for the domain: the local cloud's, or a real engine of a test. */
  OPENSEARCH_URL: z.url().optional(),
  OPENSEARCH_REFRESH_SECONDS: z.coerce.number().int().positive().default(10),
  OPENSEARCH_REPLICAS: z.coerce.number().int().nonnegative().default(0),
});
