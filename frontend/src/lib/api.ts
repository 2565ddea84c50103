import { ApiProblem, problemOf } from './problem.ts';
import { makeStore } from './store.ts';

/** The access token lives in memory only, so that nothing that can read storage can read it. */
export const accessToken = makeStore<string | null>(null);
/** The project that requests name in `X-Project-Id`; null means the user's default. */
export const currentProject = makeStore<string | null>(null);
/** True from a 401 until the next sign-in; the page stays and a dialog asks for the password. */
export const sessionOver = makeStore(false);
/** False while requests fail for want of a network. */
export const online = makeStore(true);

export type QueryValue = string | number | boolean | null | undefined | readonly string[];

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent form-encoded. */
  readonly form?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** A 401 of the sign-in itself is an answer, not the end of a session. */
  readonly anonymous?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function toSearch(query: Readonly<Record<string, QueryValue>>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(key, String(one));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * One request to the API of the same origin, for its JSON.
 * @throws ApiProblem for every answer that is not 2xx and for no answer; AbortError when `signal` fires
 */
export async function request<T>(path: string, options: ApiRequest = {}): Promise<T> {
  const response = await send(path, options);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

/** As `request`, for an answer that is no JSON or whose headers are wanted. */
export async function send(path: string, options: ApiRequest = {}): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json', ...options.headers });
  const token = accessToken.get();
  if (token !== null && !options.anonymous) headers.set('Authorization', `Bearer ${token}`);
  const project = currentProject.get();
  if (project !== null && !options.anonymous) headers.set('X-Project-Id', project);
  let body: BodyInit | undefined;
  if (options.json !== undefined) {
    headers.set('Content-Type', 'application/json');
    body = JSON.stringify(options.json);
  } else if (options.form !== undefined) {
    body = new URLSearchParams(options.form);
  }
  let response: Response;
  try {
    response = await fetch(`${path}${toSearch(options.query ?? {})}`, {
      method: options.method ?? 'GET',
      headers,
      body,
      signal: options.signal,
      credentials: 'same-origin',
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    online.set(false);
    throw new ApiProblem({
      status: 0,
      code: 'network',
      title: 'The server cannot be reached',
      detail: 'no answer came; check the connection and that the server is running',
    });
  }
  online.set(true);
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && !options.anonymous) sessionOver.set(true);
    throw problem;
  }
  return response;
}
