import { toCsvCell } from '../../functions/core/csv.ts';
import type { LogEvent } from '../../functions/search/api.ts';

export const OUTPUTS = ['text', 'json', 'ndjson', 'csv'] as const;
export type Output = (typeof OUTPUTS)[number];

const COLUMNS = [
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
const COLOURS: Readonly<Record<string, string>> = { DEBUG: '90', INFO: '34', WARN: '33', ERROR: '31', FATAL: '35' };

/** How events are written to standard output. */
export interface Writer {
  event(event: LogEvent): void;
  end(): void;
}

/** @param zone of the times in text */
export function makeWriter(output: Output, zone: 'utc' | 'local', colour: boolean): Writer {
  const out = (text: string) => process.stdout.write(text);
  switch (output) {
    case 'ndjson':
      return { event: (event) => out(`${JSON.stringify(event)}\n`), end: () => {} };
    case 'json': {
      let count = 0;
      return {
        event: (event) => out(`${count++ === 0 ? '[\n' : ',\n'}${JSON.stringify(event)}`),
        end: () => out(count === 0 ? '[]\n' : '\n]\n'),
      };
    }
    case 'csv':
      out(`${COLUMNS.join(',')}\n`);
      return {
        event: (event) => out(`${COLUMNS.map((column) => toCsvCell(event[column])).join(',')}\n`),
        end: () => {},
      };
    case 'text':
      return { event: (event) => out(`${toText(event, zone, colour)}\n`), end: () => {} };
  }
}

function toText(event: LogEvent, zone: 'utc' | 'local', colour: boolean): string {
  const level = (event.severity ?? event.level ?? '-').padEnd(5);
  const code = COLOURS[event.severity ?? ''];
  const shown = colour && code !== undefined ? `\x1b[${code}m${level}\x1b[0m` : level;
  // a log line must not steer the terminal
  const message = event.message.replace(
    /(?![\t\n])\p{Cc}/gu,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `${toTime(event.timestamp, zone)} ${shown} ${event.service ?? '-'} ${message}`;
}

function toTime(iso: string, zone: 'utc' | 'local'): string {
  if (zone === 'utc') return `${iso.slice(0, 23)}Z`;
  const at = new Date(iso);
  const pad = (value: number, digits = 2) => String(value).padStart(digits, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}
