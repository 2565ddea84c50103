import { z } from 'zod';

export const IdentityEnv = z.object({
  FIRST_PASSWORD_SECRET_ARN: z.string().min(1),
  CHANGE_FIRST_PASSWORD: z.stringbool(),
  REGISTRATION: z.enum(['open', 'closed']),
  STAGE: z.string().regex(/^[a-z0-9]{1,16}$/),
});
