/** Codes of the problems that a caller may see; stable API. Statuses and titles stand in `problem.ts`. */
export type ErrorCode =
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'invalid_request'
  | 'query_syntax'
  | 'query_type'
  | 'query_limit'
  | 'invalid_cursor'
  | 'invalid_time'
  | 'time_range'
  | 'page_limit'
  | 'payload_too_large'
  | 'unsupported_encoding'
  | 'undecodable'
  | 'rate_limited'
  | 'unavailable'
  | 'conflict'
  | 'not_offered'
  | 'internal';

/** A failure the caller may learn about. Everything else is a bug and becomes a bare 500. */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;
  /** Members added to the problem document; safe to show. */
  readonly extensions: Readonly<Record<string, unknown>> = {};
  /** Response headers that belong to the failure, for example `retry-after`. */
  readonly headers: Readonly<Record<string, string>> = {};
}

/** A failure told by its code and a sentence alone. */
export class Failure extends DomainError {
  override readonly name = 'Failure';
  readonly code: ErrorCode;
  override readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & {
      extensions?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message, options);
    this.code = code;
    this.extensions = options.extensions ?? {};
  }
}

/** One member of a request that is wrong; `pointer` is a JSON pointer as a URI fragment (`#/limit`). */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** A request whose members are wrong, each named. */
export class InvalidRequest extends DomainError {
  override readonly name = 'InvalidRequest';
  readonly code = 'invalid_request';
  override readonly extensions: { readonly errors: readonly FieldError[] };

  constructor(errors: readonly FieldError[], options?: ErrorOptions) {
    super(errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; '), options);
    this.extensions = { errors };
  }
}

/** Come back later: throttled (`rate_limited`) or a dependency is away (`unavailable`). */
export class RetryLater extends DomainError {
  override readonly name = 'RetryLater';
  readonly code: 'rate_limited' | 'unavailable';
  override readonly extensions: { readonly retry_after: number };
  override readonly headers: { readonly 'retry-after': string };

  /** @param seconds whole seconds to wait, at least 1 */
  constructor(code: 'rate_limited' | 'unavailable', message: string, seconds: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    const wait = Math.max(1, Math.ceil(seconds));
    this.extensions = { retry_after: wait };
    this.headers = { 'retry-after': String(wait) };
  }
}
