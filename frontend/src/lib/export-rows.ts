import { formatIso, type Zone } from './format.ts';
import type { LogEvent } from './log-event.ts';
import { fieldText, fieldValue } from './log-field.ts';

export type ExportFormat = 'csv' | 'ndjson' | 'json';

/** A cell a spreadsheet would run as a formula gets a leading apostrophe (OWASP, CSV injection), then RFC 4180 quoting. */
export function csvCell(text: string): string {
  const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r]/u.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text);
  const safe = formula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const TIMES: ReadonlySet<string> = new Set(['timestamp', 'received_at']);

/** Chosen columns of events in one of the export formats; times in the zone shown on screen. */
export function exportRows(
  events: readonly LogEvent[],
  columns: readonly string[] | 'all',
  format: ExportFormat,
  zone: Zone,
): string {
  const value = (event: LogEvent, column: string): unknown => {
    const found = fieldValue(event, column);
    return TIMES.has(column) && typeof found === 'string' ? formatIso(found, zone) : found;
  };
  const inZone = (event: LogEvent): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(event).map(([key, found]) => [
        key,
        TIMES.has(key) && typeof found === 'string' ? formatIso(found, zone) : found,
      ]),
    );
  const pick = (event: LogEvent): Record<string, unknown> =>
    columns === 'all' ? inZone(event) : Object.fromEntries(columns.map((column) => [column, value(event, column)]));
  switch (format) {
    case 'json':
      return `${JSON.stringify(events.map(pick), null, 2)}\n`;
    case 'ndjson':
      return events.map((event) => `${JSON.stringify(pick(event))}\n`).join('');
    case 'csv': {
      const names = columns === 'all' ? [...new Set(events.flatMap((event) => Object.keys(event)))] : columns;
      const lines = events.map((event) => names.map((name) => csvCell(fieldText(value(event, name)))).join(','));
      return `${[names.map(csvCell).join(','), ...lines].join('\r\n')}\r\n`;
    }
    default:
      return format satisfies never;
  }
}
