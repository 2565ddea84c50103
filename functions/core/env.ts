import type { z } from 'zod';

/**
 * Reads a function's environment variables at cold start.
 * @throws Error that names each missing or wrong variable, never its value
 */
export function readEnv<T extends z.ZodType>(schema: T): z.output<T> {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new Error(`environment variables are not as expected: ${wrong}`);
}
