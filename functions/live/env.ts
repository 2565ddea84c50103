import { z } from 'zod';

export const LiveEnv = z.object({ LIVE_TABLE_NAME: z.string().min(1) });

export const ViewersEnv = z.object({
  /** `https://…/<stage>` of the WebSocket API, where its connections are posted to. */
  WEBSOCKET_CALLBACK_URL: z.url(),
});

export const TailEnv = z.object({
  /** Messages a second that all connections of the stage share. */
  LIVE_POSTS_PER_SECOND: z.coerce.number().int().positive(),
});

export const FillEnv = z.object({
  /** Seconds until an event that was accepted before a resume is searchable. */
  LIVE_SETTLE_SECONDS: z.coerce.number().positive(),
});
