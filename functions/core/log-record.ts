import type { EventId } from './event-id.ts';
import type { UnixNano } from './unix-nano.ts';

/** OpenTelemetry's AnyValue as JSON carries it; `bigint` for integers that a double cannot hold. */
export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type Attributes = { readonly [key: string]: AttributeValue };

/** What *accept* had to fill in or change; told wherever the event is shown. */
export type Mark =
  | 'timestamp_missing'
  | 'timestamp_invalid'
  | 'timestamp_out_of_range'
  | 'level_missing'
  | 'level_unknown'
  | 'service_missing'
  | 'trace_id_made'
  | 'parse_error'
  | 'invalid_utf8'
  /** A name stood twice in a JSON object; `original` has both values. */
  | 'duplicate_key'
  | 'truncated'
  /** Something was taken out of the event by this rule. */
  | `sanitised:${string}`;

/**
 * One event: OpenTelemetry's LogRecord with its resource and scope, plus what we know of its arrival. It is written once, in *accept*,
 * as one line of JSON; that line travels through the stream, is archived, and comes back from the event store byte for byte.
 */
export interface LogRecord {
  readonly id: EventId;
  /** The event's own time, else the receive time (then marked). */
  readonly timeUnixNano: UnixNano;
  /** When we received it. */
  readonly observedTimeUnixNano: UnixNano;
  /** 1–24, 0 where the event names no severity. */
  readonly severityNumber: number;
  /** The word that came, as it came. */
  readonly severityText?: string;
  /** The message; `null` where the event has none (a workflow execution). */
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  /** `service.name`, `service.version`, `deployment.environment.name`, `host.name` … */
  readonly resource: Attributes;
  readonly scope?: { readonly name: string; readonly version?: string };
  /** 32 lower-case hex digits, or what a client calls its trace id. */
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
  readonly eventName?: string;
  /** The line, where the event came as text. */
  readonly original?: string;
  readonly source: { readonly protocol: string; readonly client?: string };
  readonly marks?: readonly Mark[];
}

/** `eventName` of a workflow execution (seed 003). */
export const WORKFLOW_EXECUTION = 'workflow.execution';
