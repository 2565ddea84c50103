import type { z } from 'zod';
import { DomainError, type ErrorCode, type FieldError } from './errors.ts';

/** Status and title of each code. */
export const PROBLEMS = {
  unauthenticated: {
    status: 401,
    title: 'Credentials are missing or not valid',
  },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed here' },
  invalid_request: { status: 422, title: 'Request is not valid' },
  query_syntax: { status: 400, title: 'Query cannot be parsed' },
  query_type: { status: 400, title: 'Value does not fit its field' },
  query_limit: { status: 400, title: 'Query is beyond a limit' },
  invalid_cursor: { status: 400, title: 'Cursor is not valid here' },
  invalid_time: { status: 400, title: 'Time cannot be read' },
  time_range: { status: 400, title: 'Time range is not valid' },
  page_limit: { status: 400, title: 'Page is beyond what pages by number reach' },
  payload_too_large: { status: 413, title: 'Body is too large' },
  unsupported_encoding: {
    status: 415,
    title: 'Body encoding is not supported',
  },
  undecodable: { status: 422, title: 'Body cannot be decoded' },
  rate_limited: { status: 429, title: 'Rate limit exceeded' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
  conflict: { status: 409, title: 'Conflicts with what exists' },
  not_offered: { status: 501, title: 'Not offered by this stage' },
  internal: { status: 500, title: 'Internal error' },
} as const satisfies Record<ErrorCode, { status: number; title: string }>;

/** A problem document of RFC 9457 with our stable `code` and the request's id. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly code: ErrorCode;
  readonly request_id: string;
  readonly [extension: string]: unknown;
}

/** What a caller is told of a failure: everything of a `DomainError`, nothing of a bug. */
export function toProblem(error: unknown, request: { requestId: string; path?: string }): Problem {
  const known = error instanceof DomainError ? error : undefined;
  const code = known?.code ?? 'internal';
  return {
    type: `urn:tributary:problem:${code}`,
    ...PROBLEMS[code],
    ...(known && { detail: known.message }),
    ...(request.path !== undefined && { instance: request.path }),
    code,
    request_id: request.requestId,
    ...known?.extensions,
  };
}

/** Names each wrong member of a schema check as a JSON pointer. */
export function toFieldErrors(error: z.core.$ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const pointer = `#${issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: `${pointer === '#' ? '#' : pointer}/${key}`,
        detail: 'is not known here',
      }));
    }
    return [{ pointer, detail: issue.message }];
  });
}
