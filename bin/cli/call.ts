import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { CliError, EXIT } from './exit.ts';

const ATTEMPTS = 8;
const FIRST_PAUSE_MILLIS = 200;
const LONGEST_PAUSE_MILLIS = 10_000;

/** What to call. */
export interface Request {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the same request may be sent again: what has an idempotency key, or only reads. */
  readonly repeatable: boolean;
}

/** Calls the platform; waits and tries again where it says so. @throws CliError with the exit code that its failure means */
export async function call(connection: Connection, request: Request): Promise<unknown> {
  const url = new URL(request.path, connection.url);
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, value);
  for (let attempt = 1; ; attempt++) {
    const answer = await send(url, connection, request);
    if (answer instanceof Response && answer.ok) return answer.status === 204 ? undefined : await answer.json();
    const again =
      attempt < ATTEMPTS &&
      request.repeatable &&
      (!(answer instanceof Response) || answer.status === 429 || answer.status >= 500);
    if (!again) throw await toError(answer, url);
    const told = answer instanceof Response ? Number(answer.headers.get('retry-after')) * 1000 : Number.NaN;
    const pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** (attempt - 1)) * (0.5 + Math.random());
    await sleep(Number.isFinite(told) && told > 0 ? told : pause);
  }
}

async function send(
  url: URL,
  { credential, project }: Connection,
  { method = 'GET', body, headers }: Request,
): Promise<Response | Error> {
  try {
    return await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        'user-agent': 'tributary-cli',
        ...(project && { 'x-project-id': project }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function toError(answer: Response | Error, url: URL): Promise<CliError> {
  if (answer instanceof Error) {
    const cause = answer.cause instanceof Error ? answer.cause.message : answer.message;
    return new CliError(EXIT.server, `${url.origin} does not answer: ${cause}`, { cause: answer });
  }
  const problem = (await answer.json().catch(() => ({}))) as {
    detail?: string;
    title?: string;
    request_id?: string;
    message?: string;
  };
  const told = problem.detail ?? problem.title ?? problem.message ?? answer.statusText;
  const id = problem.request_id === undefined ? '' : ` (request ${problem.request_id})`;
  return new CliError(exitCodeOf(answer.status), `${answer.status}: ${told}${id}`);
}

function exitCodeOf(status: number): number {
  if (status === 401 || status === 403) return EXIT.auth;
  if (status === 429 || status === 408 || status === 504 || status === 413) return EXIT.limit;
  return status >= 500 ? EXIT.server : EXIT.usage;
}
