import { z } from 'zod';

export const LiveEnv = z.object({ LIVE_TABLE_NAME: z.string().min(1) });

export const ViewersEnv = z.object({
  /** `https://…/<stage>` of the WebSocket API, where its connections are posted to. */
  WEBSOCKET_CALLBACK_URL: z.url(),
});
