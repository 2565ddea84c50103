import type { Attributes, AttributeValue, Mark } from '../../core/log-record.ts';
import { MAX_UNIX_NANO, type UnixNano } from '../../core/unix-nano.ts';
import { type Draft, readSeverity } from '../draft.ts';
import { findLevel } from '../parse/level.ts';
import { underLine } from '../parse/parse-body.ts';
import { readObject } from '../read-object.ts';

/** A log record of OTLP as either encoding leaves it: protobuf's defaults are absent. */
export interface OtlpRecord {
  /** Nanoseconds since 1970 as decimal digits; absent for 0. */
  readonly time: string | undefined;
  readonly observed: string | undefined;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue | undefined;
  readonly attributes: Attributes;
  readonly flags: number;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly eventName: string;
  readonly raw: () => string;
}

export type OtlpScope = { readonly name: string; readonly version?: string } | undefined;

/** The draft of a record. What its shipper left open is looked for in the body (ingest reference, section 3). */
export function toDraft(record: OtlpRecord, resource: Attributes, scope: OtlpScope, received: number): Draft {
  const { severityText, body, flags, traceId, spanId, eventName, raw } = record;
  const time = nanoOf(record.time) ?? nanoOf(record.observed);
  const marks: Mark[] | undefined =
    time === undefined && (record.time ?? record.observed) !== undefined ? ['timestamp_out_of_range'] : undefined;
  const own = {
    ...(time !== undefined && { time }),
    ...(scope !== undefined && { scope }),
    ...(traceId !== undefined && { traceId }),
    ...(spanId !== undefined && { spanId }),
    ...(flags !== 0 && { flags }),
    ...(eventName !== '' && { eventName }),
    ...(marks !== undefined && { marks }),
    raw,
  };
  if (typeof body === 'string' && record.severityNumber === 0 && severityText === '' && isEmpty(record.attributes)) {
    // the line is all there is (Fluent Bit sends no more), so it is read as a line
    return underLine(body, { ...own, attributes: {}, resource }, received);
  }
  const severityNumber = inRange(record.severityNumber) ?? readSeverity(severityText) ?? severityOf(body);
  return {
    ...own,
    ...(severityNumber !== undefined && { severityNumber }),
    ...(severityText !== '' && { severityText }),
    body: body ?? null,
    attributes: record.attributes,
    resource,
  };
}

const inRange = (severity: number): number | undefined => (severity >= 1 && severity <= 24 ? severity : undefined);

function severityOf(body: AttributeValue | undefined): number | undefined {
  if (typeof body === 'string') return findLevel(body)?.severityNumber;
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return readObject(body as Readonly<Record<string, unknown>>).severityNumber;
  return undefined;
}

function isEmpty(attributes: Attributes): boolean {
  for (const _ in attributes) return false;
  return true;
}

function nanoOf(digits: string | undefined): UnixNano | undefined {
  if (digits === undefined || !/^\d{1,19}$/.test(digits)) return undefined;
  return digits.length < 19 || BigInt(digits) <= MAX_UNIX_NANO ? (digits as UnixNano) : undefined;
}
