import { z } from 'zod';

export const IdentityEnv = z.object({
  FIRST_PASSWORD_SECRET_ARN: z.string().min(1),
  CHANGE_FIRST_PASSWORD: z.stringbool(),
  REGISTRATION: z.enum(['open', 'invitation', 'closed']),
  /** Where links in mails lead to, without a slash at the end. */
  DASHBOARD_URL: z.url(),
  STAGE: z.string().regex(/^[a-z0-9]{1,16}$/),
});
