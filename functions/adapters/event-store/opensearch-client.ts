import { SignatureV4 } from '@smithy/signature-v4';
import { RetryLater } from '../../core/errors.ts';
import { currentContext, toTraceparent } from '../../core/trace-context.ts';
import { type Credentials, readCredentials, Sha256 } from '../signature.ts';

/** An answer of OpenSearch that says no, with its error type. */
export class OpenSearchError extends Error {
  override readonly name = 'OpenSearchError';
  readonly status: number;
  /** `index_not_found_exception`, `too_many_nested_clauses` … of the root cause. */
  readonly type: string;

  constructor(status: number, type: string, reason: string) {
    super(`OpenSearch answered ${status} ${type}: ${reason}`);
    this.status = status;
    this.type = type;
  }
}

interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** OpenSearch's REST API with requests signed by the function's own role. Connections are kept (the platform's `fetch` does). */
export class OpenSearchClient {
  readonly #base: URL;
  readonly #signer: SignatureV4 | undefined;
  readonly #fetch: typeof fetch;

  constructor(url: string, credentials: Credentials | undefined = readCredentials(), fetch = globalThis.fetch) {
    this.#base = new URL(url);
    this.#fetch = fetch;
    if (credentials === undefined) return;
    this.#signer = new SignatureV4({
      service: 'es',
      region: process.env.AWS_REGION ?? 'us-east-1',
      credentials,
      sha256: Sha256,
    });
  }

  /**
   * @throws OpenSearchError for what it refuses, RetryLater `unavailable` where it cannot be reached or is overloaded, the signal's reason
   */
  async call<Answer>({ method, path, query = {}, body, signal }: Call): Promise<Answer> {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers: Record<string, string> = { host: url.host, accept: 'application/json' };
    if (body !== undefined)
      headers['content-type'] = path.endsWith('_bulk') ? 'application/x-ndjson' : 'application/json';
    const signed = await this.#signer?.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: { ...query },
      headers,
      body,
    });
    const { host: _host, ...sent } = signed?.headers ?? headers; // fetch writes it itself
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(url, {
        method,
        headers: { ...sent, ...traceHeaders() },
        ...(body !== undefined && { body: body as BodyInit }),
        ...(signal && { signal }),
      });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted) throw toAbortion(signal.reason);
      throw new RetryLater('unavailable', 'the event store cannot be reached', 2, { cause: error });
    }
    if (response.ok) return JSON.parse(text) as Answer;
    throw toError(response.status, text);
  }
}

/** By which OpenSearch's own tasks and logs name the request that they are of. */
function traceHeaders(): Record<string, string> {
  const context = currentContext();
  return context === undefined ? {} : { 'x-opaque-id': context.requestId, traceparent: toTraceparent(context) };
}

/** What is cancelled tells why; what only took too long may be asked again. */
function toAbortion(reason: unknown): unknown {
  if (!(reason instanceof DOMException) || reason.name !== 'TimeoutError') return reason;
  return new RetryLater('unavailable', 'the event store did not answer in time', 5, { cause: reason });
}

function toError(status: number, text: string): Error {
  let type = 'unknown';
  let reason = text.slice(0, 300);
  try {
    const { error } = JSON.parse(text) as {
      error?: { type?: string; reason?: string; root_cause?: { type?: string; reason?: string }[] };
    };
    type = error?.root_cause?.[0]?.type ?? error?.type ?? type;
    reason = error?.root_cause?.[0]?.reason ?? error?.reason ?? reason;
  } catch {
    // a proxy's page rather than OpenSearch's JSON: its status and first words tell enough
  }
  const cause = new OpenSearchError(status, type, reason);
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    return new RetryLater('unavailable', 'the event store is overloaded or restarting', 2, { cause });
  }
  return cause;
}
