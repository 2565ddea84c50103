import type { Attributes, AttributeValue, Mark } from '../core/log-record.ts';
import { parseSeverity } from '../core/severity.ts';
import { parseEpochNano, parseIsoNano, type UnixNano } from '../core/unix-nano.ts';

/** One event as a protocol's decoder leaves it: what came, before ids, receive time and defaults. */
export interface Draft {
  readonly time?: UnixNano;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly scope?: { readonly name: string; readonly version?: string };
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
  readonly eventName?: string;
  /** The line, where the event came as text. */
  readonly original?: string;
  readonly marks?: readonly Mark[];
  /** The client's own id of this event, by which a resend is known; else the request's with the event's position. */
  readonly clientId?: { readonly dataset: string; readonly id: string; readonly day?: number };
  /** The event as it came, for ids that a resend repeats; `original` where that is it. */
  readonly raw?: () => string;
}

/** A part of a body that could not be read: kept as the text that it is, and marked. */
export const unreadable = (text: string, attributes: Attributes = {}): Draft => ({
  body: text,
  attributes,
  resource: {},
  original: text,
  marks: ['parse_error'],
});

/** Reads a time in any of the forms that shippers send: ISO 8601, or a number whose unit its size tells. */
export function readTime(value: unknown): UnixNano | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return parseEpochNano(value);
    case 'string':
      // nearly all are ISO, told by the hyphen behind the year
      return value.charCodeAt(4) !== 45 && /^\d+(\.\d+)?$/.test(value) ? parseEpochNano(value) : parseIsoNano(value);
    default:
      return undefined;
  }
}

/** The severity of a level as shippers write it: a word, or pino's tens (10 trace … 60 fatal) or syslog's 0–7. */
export function readSeverity(level: string | number): number | undefined {
  if (typeof level === 'string' && !/^\d{1,2}$/.test(level.trim())) return parseSeverity(level);
  const number = Number(level);
  if (number >= 10 && number <= 60 && number % 10 === 0) return (number / 10 - 1) * 4 + 1;
  return SYSLOG_SEVERITIES[number];
}

/** Severity numbers of syslog's emerg, alert, crit, err, warning, notice, info, debug (OpenTelemetry's logs data model, appendix B). */
export const SYSLOG_SEVERITIES: readonly number[] = [23, 22, 21, 17, 13, 10, 9, 5];
