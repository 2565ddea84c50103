import { z } from 'zod';

export const SessionEntry = z
  .object({
    id: z.string(),
    /** `User-Agent` that it was begun with. */
    client: z.string().optional(),
    ip_address: z.string(),
    created_at: z.string(),
    /** When it was begun or last refreshed, which a page in use does twice an hour. */
    last_used_at: z.string(),
    expires_at: z.string(),
    /** Whether it is the one that asks. */
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type SessionEntry = z.output<typeof SessionEntry>;

export const SessionList = z.object({ items: z.array(SessionEntry), total: z.int() }).meta({ id: 'SessionList' });

export const SessionPath = z.object({ id: z.string().max(64) });

export const RevokedSessions = z.object({ revoked: z.int() }).meta({ id: 'RevokedSessions' });
