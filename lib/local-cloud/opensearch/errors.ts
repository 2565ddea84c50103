/** One cause as OpenSearch writes it: `type` is its exception's name in snake case. */
export interface ErrorCause {
  readonly type: string;
  readonly reason: string;
  readonly caused_by?: ErrorCause;
  readonly [detail: string]: unknown;
}

/** A refusal that OpenSearch would answer with `status` and `{"error": …, "status": …}`. */
export class OpenSearchError extends Error {
  readonly status: number;
  override readonly cause: ErrorCause;
  /** Present when the failure happened on the shards of a search: the index it happened on. */
  readonly shardIndex: string | undefined;

  constructor(status: number, cause: ErrorCause, shardIndex?: string) {
    super(cause.reason);
    this.status = status;
    this.cause = cause;
    this.shardIndex = shardIndex;
  }

  /** The body of the answer. */
  toBody(): Record<string, unknown> {
    const { caused_by: _, ...root } = this.cause;
    if (this.shardIndex === undefined) return { error: { root_cause: [root], ...this.cause }, status: this.status };
    const shard = { shard: 0, index: this.shardIndex, node: 'local', reason: this.cause };
    const error = {
      root_cause: [root],
      type: 'search_phase_execution_exception',
      reason: 'all shards failed',
      phase: 'query',
      grouped: true,
      failed_shards: [shard],
    };
    return { error, status: this.status };
  }
}

export const illegalArgument = (reason: string): OpenSearchError =>
  new OpenSearchError(400, { type: 'illegal_argument_exception', reason });

export const parsingError = (reason: string): OpenSearchError =>
  new OpenSearchError(400, { type: 'parsing_exception', reason });

/** What OpenSearch's object parsers say to a member they do not know; `path` tells where it stands. */
export const unknownField = (parser: string, field: string, path: string): OpenSearchError =>
  new OpenSearchError(400, {
    type: 'x_content_parse_exception',
    reason: `[${parser}] unknown field [${field}] at [${path}]`,
  });

/** What they say to a member whose value they cannot read. */
export const failedField = (parser: string, field: string, reason: string): OpenSearchError =>
  new OpenSearchError(400, {
    type: 'x_content_parse_exception',
    reason: `[${parser}] failed to parse field [${field}]`,
    caused_by: { type: 'illegal_argument_exception', reason },
  });

/** Runs what is done for one index of a search: its refusals become those of that index's shards. */
export function onShard<T>(index: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OpenSearchError) || error.shardIndex !== undefined) throw error;
    throw new OpenSearchError(error.status, error.cause, index);
  }
}

export const mapperParsing = (reason: string, causedBy?: ErrorCause): OpenSearchError =>
  new OpenSearchError(400, {
    type: 'mapper_parsing_exception',
    reason,
    ...(causedBy === undefined ? {} : { caused_by: causedBy }),
  });

export const indexNotFound = (name: string): OpenSearchError =>
  new OpenSearchError(404, {
    type: 'index_not_found_exception',
    reason: `no such index [${name}]`,
    index: name,
    'resource.id': name,
    'resource.type': 'index_or_alias',
    index_uuid: '_na_',
  });

/** Something else than a refusal became of a message between threads: it travels as data and is thrown again over there. */
export type WireError = { readonly status: number; readonly cause: ErrorCause; readonly shardIndex?: string };

export const toWire = (error: unknown): WireError => {
  if (error instanceof OpenSearchError) {
    const { status, cause, shardIndex } = error;
    return shardIndex === undefined ? { status, cause } : { status, cause, shardIndex };
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, cause: { type: 'exception', reason } };
};

export const fromWire = (error: WireError): OpenSearchError =>
  new OpenSearchError(error.status, error.cause, error.shardIndex);
