import { stringifyJson } from '../../core/json.ts';
import type { Attributes, Mark } from '../../core/log-record.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import type { Draft } from '../draft.ts';
import { underLine } from '../parse/parse-body.ts';
import type { Gathered } from '../put-attribute.ts';
import { readFields } from '../read-object.ts';

/** What the labels of a stream say of all its entries. */
export interface Stream {
  readonly told: Pick<Draft, 'severityNumber' | 'severityText' | 'resource'>;
  /** Receive time, Unix milliseconds. */
  readonly received: number;
}

const NONE: Attributes = {};
const INVALID_TIME: readonly Mark[] = ['timestamp_invalid'];

/** Labels become resource attributes, under their own names and those that OpenTelemetry knows them by. */
export function readStream(labels: Readonly<Gathered>, received: number): Stream {
  const { severityNumber, severityText, resource } = readFields(labels);
  return {
    told: {
      ...(severityNumber !== undefined && { severityNumber }),
      ...(severityText !== undefined && { severityText }),
      resource: { ...labels, ...resource },
    },
    received,
  };
}

/** One entry: the line is read as a line; a level is taken from the labels, else from the metadata, else from the line. */
export function toDraft(
  { told, received }: Stream,
  time: UnixNano | undefined,
  line: string,
  metadata: Readonly<Gathered> | undefined,
): Draft {
  const meta = metadata && readFields(metadata);
  return underLine(
    line,
    {
      ...(meta?.severityNumber !== undefined && { severityNumber: meta.severityNumber }),
      ...(meta?.severityText !== undefined && { severityText: meta.severityText }),
      ...told,
      ...(time === undefined ? { marks: INVALID_TIME } : { time }),
      ...(meta?.traceId !== undefined && { traceId: meta.traceId }),
      ...(meta?.spanId !== undefined && { spanId: meta.spanId }),
      attributes: meta?.attributes ?? NONE,
      resource: meta ? { ...meta.resource, ...told.resource } : told.resource,
      raw: () => stringifyJson([told.resource, time, line, metadata]),
    },
    received,
  );
}
