import { z } from 'zod';

export const SigningKeyEnv = z.object({
  SIGNING_KEY_SECRET_ARN: z.string().min(1),
});
