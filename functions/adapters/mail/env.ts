import { z } from 'zod';

export const MailEnv = z.object({
  /** Sender of mails; a stage without one sends none. */
  MAIL_FROM: z.email().optional(),
});
