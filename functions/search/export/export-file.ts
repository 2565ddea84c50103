import type { ExportProgress } from '../../adapters/export-jobs/port.ts';
import type { LogRecord } from '../../core/log-record.ts';
import { type ProjectId, tenantObjectPrefix } from '../../core/project.ts';
import type { CreateExportInput } from '../exports-api.ts';
import { toLogEvent } from '../log-event.ts';
import type { Plan } from '../plan.ts';
import { makeRowReader, USUAL_COLUMNS } from './columns.ts';
import { csv, type Format, json, ndjson } from './formats.ts';

/** An export of which nothing is written. */
export const NOTHING_YET: ExportProgress = { rows: 0, bytes: 0, parts: [], failures: 0 };

/** How events are written: a format, and what it takes of an event. */
export interface RowWriter {
  readonly format: Format;
  /** @param at position among the rows of the file, from 0 */
  row(record: LogRecord, at: number): string;
}

/** @param columns undefined for whole events, or the usual columns of CSV */
export function makeRowWriter(
  name: CreateExportInput['format'],
  columns: readonly string[] | undefined,
  project: ProjectId,
): RowWriter {
  const format = toFormat(name, columns);
  if (columns === undefined && name !== 'csv')
    return { format, row: (record, at) => format.row(toLogEvent(record, project), at) };
  const readRow = makeRowReader(columns ?? USUAL_COLUMNS);
  return { format, row: (record, at) => format.row(readRow(record, project), at) };
}

export function toFormat(name: CreateExportInput['format'], columns: readonly string[] | undefined): Format {
  switch (name) {
    case 'csv':
      return csv(columns ?? USUAL_COLUMNS);
    case 'ndjson':
      return ndjson(columns);
    case 'json':
      return json(columns);
    default:
      return name satisfies never;
  }
}

/** Prefix of all objects of an export. */
export const exportPrefix = (project: ProjectId, id: string): string =>
  `${tenantObjectPrefix('exports', project)}${id}/`;

/** Key of an export's file. */
export const exportKey = (project: ProjectId, id: string, { extension }: Format): string =>
  `${exportPrefix(project, id)}tributary-logs.${extension}`;

export const fileNameOf = ({ extension }: Format): string => `tributary-logs.${extension}`;

/** Columns, order and number of events that a request and its query's pipes ask for together. */
export function toExportPlan(
  input: Pick<CreateExportInput, 'columns' | 'order' | 'limit'>,
  plan: Extract<Plan, { kind: 'events' }>,
) {
  return {
    columns: input.columns ?? plan.columns,
    order: input.order ?? plan.order ?? ('desc' as const),
    limit: Math.min(input.limit ?? Infinity, plan.limit ?? Infinity),
  };
}
