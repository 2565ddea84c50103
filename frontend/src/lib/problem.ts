/** What went wrong with a request, as RFC 9457 says it; status 0 means that no answer came. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  /** Seconds to wait before asking again. */
  readonly retryAfter: number | null;
  /** Where in the query text the mistake is. */
  readonly span: { readonly start: number; readonly end: number } | null;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  /** Of a refusal: what one would have to be allowed. */
  readonly permission: string | null;

  constructor(fields: {
    status: number;
    code: string;
    title: string;
    detail?: string;
    requestId?: string | null;
    retryAfter?: number | null;
    span?: { start: number; end: number } | null;
    errors?: readonly { pointer: string; detail: string }[];
    permission?: string | undefined;
  }) {
    super(fields.detail ?? fields.title);
    this.name = 'ApiProblem';
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.requestId = fields.requestId ?? null;
    this.retryAfter = fields.retryAfter ?? null;
    this.span = fields.span ?? null;
    this.errors = fields.errors ?? [];
    this.permission = fields.permission ?? null;
  }

  /** Whether it is a mistake in the query text, which the query bar tells. */
  get isAboutQuery(): boolean {
    return this.code === 'query_syntax' || this.code === 'query_type';
  }
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads a failed answer; proxies in between may answer without problem+json, so nothing is taken for granted. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = record(await response.json().catch(() => null));
  const span = record(body.span);
  const retryAfter = Number(response.headers.get('Retry-After') ?? body.retry_after ?? Number.NaN);
  const errors = Array.isArray(body.errors) ? body.errors.map(record) : [];
  return new ApiProblem({
    status: response.status,
    code: text(body.code) ?? `http_${response.status}`,
    title: text(body.title) ?? `The server answered ${response.status}`,
    detail: text(body.detail),
    requestId: text(body.request_id) ?? response.headers.get('X-Request-ID'),
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
    permission: text(body.permission),
    span: typeof span.start === 'number' && typeof span.end === 'number' ? { start: span.start, end: span.end } : null,
    errors: errors.flatMap(({ pointer, detail }) =>
      typeof pointer === 'string' && typeof detail === 'string' ? [{ pointer, detail }] : [],
    ),
  });
}

export const toProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem({ status: 0, code: 'internal', title: 'Something broke in this page', detail: String(error) });
