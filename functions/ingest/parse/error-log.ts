import { parseSeverity } from '../../core/severity.ts';
import { parseIsoNano } from '../../core/unix-nano.ts';
import type { Draft } from '../draft.ts';
import type { Gathered } from '../put-attribute.ts';
import { readYearless } from './times.ts';

const NGINX = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d) \[(\w+)\] (\d+)#(\d+): (?:\*(\d+) )?/;
const APACHE = /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?) (\d{4})\] \[(?:(\w+):)?(\w+)\] /;

/** Reads a line of nginx's error log: `2026/11/21 10:00:00 [error] 31#31: *7 open() failed …`. */
export function parseNginxError(line: string): Draft | undefined {
  const match = NGINX.exec(line);
  if (match === null) return undefined;
  const [head, year, month, day, clock, level = '', process = '', thread = '', connection] = match;
  const time = parseIsoNano(`${year}-${month}-${day}T${clock}Z`);
  const attributes: Gathered = { 'process.pid': Number(process), 'thread.id': Number(thread) };
  if (connection !== undefined) attributes['nginx.connection'] = Number(connection);
  return draft(line, head.length, time, level, attributes);
}

/** Reads a line of Apache's error log: `[Sun Dec 04 04:47:44 2005] [core:error] …`; its local time is taken as UTC. */
export function parseApacheError(line: string): Draft | undefined {
  const match = APACHE.exec(line);
  if (match === null) return undefined;
  const [head, month, day, clock, year, module, level = ''] = match;
  const time = readYearless(`${month} ${day} ${year} ${clock}`, 0);
  return draft(line, head.length, time, level, module === undefined ? {} : { 'apache.module': module });
}

function draft(
  line: string,
  head: number,
  time: ReturnType<typeof parseIsoNano>,
  level: string,
  attributes: Gathered,
): Draft | undefined {
  const severityNumber = parseSeverity(level);
  if (time === undefined || severityNumber === undefined) return undefined;
  return {
    time,
    severityNumber,
    severityText: level,
    body: line.slice(head),
    attributes,
    resource: {},
    original: line,
  };
}
