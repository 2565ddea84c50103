import { DomainError } from '../../core/errors.ts';

/** Where something stands in a query text: UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text that is no query: where, what stands there, and what could have. */
export class QuerySyntaxError extends DomainError {
  override readonly name = 'QuerySyntaxError';
  readonly code = 'query_syntax';
  readonly span: Span;
  readonly found: string;
  readonly expected: readonly string[];
  override readonly extensions: {
    readonly span: Span;
    readonly found: string;
    readonly expected: readonly string[];
  };

  constructor(message: string, span: Span, found: string, expected: readonly string[]) {
    super(message);
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

/** A time or a range of times that is none. */
export class TimeRangeError extends DomainError {
  override readonly name = 'TimeRangeError';
  readonly code = 'time_range';
}
