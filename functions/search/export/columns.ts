import type { LogRecord } from '../../core/log-record.ts';
import type { LogEvent } from '../api.ts';
import { resolveField } from '../language/fields.ts';
import { makeValueReader } from '../language/record-values.ts';
import { toLogEvent } from '../log-event.ts';

/** What a table of events has unless columns are chosen. */
export const USUAL_COLUMNS = [
  'timestamp',
  'level',
  'service',
  'environment',
  'host',
  'message',
  'trace_id',
  'correlation_id',
  'id',
] as const;

type ReadCell = (event: LogEvent, record: LogRecord) => unknown;

/** Reads the cells of an event: members of the API by their names, attributes by the names that a query uses. */
export function makeRowReader(columns: readonly string[]): (record: LogRecord, project: string) => unknown[] {
  const cells = columns.map(makeCellReader);
  return (record, project) => {
    const event = toLogEvent(record, project);
    return cells.map((read) => read(event, record) ?? null);
  };
}

function makeCellReader(column: string): ReadCell {
  const target = resolveField(column);
  const read = target.kind === 'attribute' ? makeValueReader(target.key) : undefined;
  return (event, record) => {
    if (Object.hasOwn(event, column)) return event[column as keyof LogEvent];
    const values = read?.(record) ?? [];
    return values.length > 1 ? values : values[0];
  };
}
