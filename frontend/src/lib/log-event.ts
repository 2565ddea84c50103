/** One event as the API gives it. Times are ISO with nine fraction digits, in UTC. */
export interface LogEvent {
  readonly id: string;
  readonly timestamp: string;
  readonly received_at?: string;
  readonly level?: string | null;
  readonly severity?: string | null;
  readonly severity_number?: number;
  readonly service?: string;
  readonly environment?: string;
  readonly host?: string;
  readonly message?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly correlation_id?: string;
  readonly request_id?: string;
  readonly user_id?: string;
  readonly tags?: readonly string[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly original?: string;
  readonly marks?: readonly string[];
  readonly [key: string]: unknown;
}
