import { DomainError } from '../../core/errors.ts';

/** Where something stands in a query text: UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text that is no query: where, what stands there, and what could have. */
export class QuerySyntaxError extends DomainError {
  override readonly name = 'QuerySyntaxError';
  readonly code: 'query_syntax' | 'query_type';
  readonly span: Span;
  readonly found: string;
  readonly expected: readonly string[];
  override readonly extensions: {
    readonly span: Span;
    readonly found: string;
    readonly expected: readonly string[];
  };

  /** @param code `query_type` for a text that could be parsed, with a value that its field cannot be compared with */
  constructor(
    message: string,
    span: Span,
    found: string,
    expected: readonly string[],
    code: 'query_syntax' | 'query_type' = 'query_syntax',
  ) {
    super(message);
    this.code = code;
    this.span = span;
    this.found = found;
    this.expected = expected;
    this.extensions = { span, found, expected };
  }
}

/** A query that could be parsed but is larger than we run. */
export class QueryLimitError extends DomainError {
  override readonly name = 'QueryLimitError';
  readonly code = 'query_limit';
}

/** A page by number that lies too far behind the first. */
export class PageLimitError extends DomainError {
  override readonly name = 'PageLimitError';
  readonly code = 'page_limit';
}

/** A text that is no time. */
export class InvalidTimeError extends DomainError {
  override readonly name = 'InvalidTimeError';
  readonly code = 'invalid_time';
}

/** A range of times that is none, or steps that do not fit it. */
export class TimeRangeError extends DomainError {
  override readonly name = 'TimeRangeError';
  readonly code = 'time_range';
}
