import { listRoutes } from '../../bin/openapi/routes.ts';
import type { Route } from '../../functions/core/route.ts';
import { Router } from '../../functions/core/router.ts';

/** Compares answers of success with the schemas that the API tells of them: nothing lacks, nothing is of another type, nothing is beyond. */
export async function makeAnswerCheck() {
  const router = new Router(await listRoutes());
  /** @throws Error that names the operation and the members */
  return async (method: string, path: string, answer: Response): Promise<void> => {
    const { pathname } = new URL(path, 'http://localhost');
    if (!router.serves(pathname)) return;
    const { output, operationId, status = 200 }: Route = router.find(method, pathname).serves.route;
    if (output === undefined || answer.status !== status) return;
    const body: unknown = await answer.clone().json();
    const parsed = output.safeParse(body);
    if (!parsed.success) throw new Error(`${operationId} does not answer as its schema says: ${parsed.error.message}`);
    const beyond = membersBeyond(body, parsed.data, '#');
    if (beyond.length > 0)
      throw new Error(`${operationId} answers what its schema does not tell: ${beyond.join(', ')}`);
  };
}

/** Pointers to members that a schema left out. */
function membersBeyond(body: unknown, known: unknown, at: string): string[] {
  if (typeof body !== 'object' || body === null || typeof known !== 'object' || known === null) return [];
  return Object.entries(body).flatMap(([name, value]) =>
    name in known ? membersBeyond(value, (known as Record<string, unknown>)[name], `${at}/${name}`) : [`${at}/${name}`],
  );
}
