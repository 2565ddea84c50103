import { stringifyJson } from '../../core/json.ts';
import type { Attributes } from '../../core/log-record.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import type { Draft } from '../draft.ts';
import { underLine } from '../parse/parse-body.ts';
import type { Gathered } from '../put-attribute.ts';
import { readObject } from '../read-object.ts';

/** What the labels of a stream say of all its entries. */
export type StreamDraft = Pick<Draft, 'severityNumber' | 'severityText' | 'resource'>;

const NONE: Attributes = {};

/** Labels become resource attributes, under their own names and those that OpenTelemetry knows them by. */
export function readStream(labels: Readonly<Gathered>): StreamDraft {
  const { severityNumber, severityText, resource } = readObject(labels);
  return {
    ...(severityNumber !== undefined && { severityNumber }),
    ...(severityText !== undefined && { severityText }),
    resource: { ...labels, ...resource },
  };
}

/** One entry: the line is read as a line; a level is taken from the labels, else from the metadata, else from the line. */
export function toDraft(
  stream: StreamDraft,
  time: UnixNano | undefined,
  line: string,
  metadata: Readonly<Gathered> | undefined,
): Draft {
  const meta = metadata && readObject(metadata);
  return underLine(line, {
    ...(meta?.severityNumber !== undefined && { severityNumber: meta.severityNumber }),
    ...(meta?.severityText !== undefined && { severityText: meta.severityText }),
    ...stream,
    ...(time === undefined ? { marks: ['timestamp_invalid'] } : { time }),
    ...(meta?.traceId !== undefined && { traceId: meta.traceId }),
    ...(meta?.spanId !== undefined && { spanId: meta.spanId }),
    attributes: meta?.attributes ?? NONE,
    resource: meta ? { ...meta.resource, ...stream.resource } : stream.resource,
    raw: () => stringifyJson([stream.resource, time, line, metadata]),
  });
}
