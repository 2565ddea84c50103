import { DomainError, type ErrorCode } from '../core/errors.ts';
import type { Refusal } from './intake.ts';

const STATUS: Partial<Record<ErrorCode, Refusal['status']>> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 403,
  method_not_allowed: 405,
  invalid_request: 400,
  undecodable: 400,
  payload_too_large: 413,
  unsupported_encoding: 415,
  rate_limited: 429,
};

/**
 * What a shipper is told of an error. Whatever is not the client's own doing is 503: a 500 makes OTLP clients and Fluentd
 * drop what they hold.
 */
export function toRefusal(error: unknown): Refusal {
  const known = error instanceof DomainError ? error : undefined;
  const status = known && STATUS[known.code];
  if (known === undefined || status === undefined) {
    return {
      status: 503,
      message: known?.message ?? 'temporarily unavailable; nothing of this request was accepted',
      headers: { 'retry-after': '5', ...known?.headers },
      error,
    };
  }
  return { status, message: known.message, headers: known.headers, error };
}
