import { formatTimestamp, type Zone } from '../../lib/format.ts';
import type { LogEvent } from '../../lib/log-event.ts';
import { fieldText, fieldValue } from '../../lib/log-field.ts';
import { singleLine } from '../../lib/visible-text.ts';

const LABELS: Readonly<Record<string, string>> = {
  timestamp: 'Time',
  received_at: 'Received',
  level: 'Level',
  service: 'Service',
  message: 'Message',
  correlation_id: 'Correlation id',
  trace_id: 'Trace id',
};
export const columnLabel = (name: string): string => LABELS[name] ?? name;

export const isTime = (name: string): boolean => name === 'timestamp' || name === 'received_at';
export const isId = (name: string): boolean => /(?:^|[._])id$/.test(name);

/** Message text of an event; an event that came without one shows its original line. */
export const messageOf = (event: LogEvent): string => event.message ?? event.original ?? '';

export function cellText(event: LogEvent, column: string, zone: Zone): string {
  if (column === 'message') return messageOf(event);
  const value = fieldValue(event, column);
  if (isTime(column) && typeof value === 'string') return formatTimestamp(value, zone);
  return fieldText(value);
}

const CHAR = 7.3;
const PADDING = 22;
const SAMPLE = 60;

/** Widths that fit the content of the first rows, within bounds; a width set by hand wins. Null means: takes what is left. */
export function columnWidths(
  columns: readonly string[],
  set: Readonly<Record<string, number>>,
  events: readonly LogEvent[],
  zone: Zone,
): readonly (number | null)[] {
  // prose profits from room more than the id that happens to stand last
  const filler = columns.includes('message') ? 'message' : columns.at(-1);
  return columns.map((column) => {
    if (set[column] !== undefined) return set[column];
    if (column === filler) return null;
    if (isTime(column)) return 164;
    if (column === 'level') return 98;
    const longest = events
      .slice(0, SAMPLE)
      .reduce(
        (most, event) => Math.max(most, singleLine(cellText(event, column, zone)).length),
        columnLabel(column).length + 2,
      );
    return Math.round(Math.min(isId(column) ? 190 : 220, Math.max(72, longest * CHAR + PADDING)));
  });
}

/** As a CSS grid template; the filling column keeps a readable least width. */
export const gridTemplate = (widths: readonly (number | null)[]): string =>
  widths.map((width) => (width === null ? 'minmax(240px, 1fr)' : `${width}px`)).join(' ');

export const leastWidth = (widths: readonly (number | null)[]): number =>
  widths.reduce<number>((sum, width) => sum + (width ?? 240), 0);

/** Characters of machine type that fit a column. */
export const charsIn = (width: number): number => Math.max(4, Math.floor((width - 16) / CHAR));

/** On a narrow screen a row has two lines: up to three short columns, and the message below them. */
const STACKED_COLUMNS = 3;
export const STACKED_LINE = 20;
export const isStacked = (narrow: boolean, columns: readonly string[]): boolean =>
  narrow && columns.includes('message') && columns.length > 1;
export function stackedColumns(columns: readonly string[]): readonly string[] {
  const short = columns.filter((column) => column !== 'message').slice(0, STACKED_COLUMNS);
  return columns.filter((column) => column === 'message' || short.includes(column));
}

/** The short columns share the width; the last of them gives way. */
export const stackedTemplate = (columns: readonly string[], widths: readonly (number | null)[]): string =>
  columns
    .flatMap((column, index) => (column === 'message' ? [] : [widths[index] ?? 120]))
    .map((width, index, all) => (index === all.length - 1 ? 'minmax(0, 1fr)' : `${width}px`))
    .join(' ');
