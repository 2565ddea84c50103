import type { Draft } from '../draft.ts';
import type { Gathered } from '../put-attribute.ts';
import { readClf } from './times.ts';

const HEAD = /^(\S+) (\S+) (\S+) \[(\d\d\/[^\]]{1,40})\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d+|-)/;
const QUOTED = / "((?:[^"\\]|\\.)*)"/y;
const REQUEST = /^([A-Z]+) (\S+)(?: (HTTP)\/([\d.]+))?$/;

/**
 * Reads a line of Apache's or nginx's access log, common or combined; what nginx often appends (forwarded addresses, request time) too.
 * The message is the line: none of its parts says it better.
 */
export function parseAccessLog(line: string): Draft | undefined {
  const match = HEAD.exec(line);
  if (match === null) return undefined;
  const [head, address = '', , user = '', date = '', request = '', status = '', bytes = ''] = match;
  const time = readClf(date);
  const attributes: Gathered = { 'client.address': address };
  if (user !== '-') attributes['user.name'] = user;
  readRequest(request, attributes);
  if (status !== '-') attributes['http.response.status_code'] = Number(status);
  if (bytes !== '-') attributes['http.response.body.size'] = Number(bytes);
  readTail(line, head.length, attributes);
  return {
    ...(time !== undefined && { time }),
    ...levelOfStatus(Number(status)),
    body: line,
    attributes,
    resource: {},
    original: line,
    ...(time === undefined && { marks: ['timestamp_invalid'] as const }),
  };
}

/** `GET /path?query HTTP/1.1` under the names of OpenTelemetry's HTTP conventions. */
export function readRequest(request: string, attributes: Gathered): void {
  const [, method, target = '', protocol, version] = REQUEST.exec(request) ?? [];
  if (method === undefined) return;
  attributes['http.request.method'] = method;
  const mark = target.indexOf('?');
  attributes['url.path'] = mark < 0 ? target : target.slice(0, mark);
  if (mark >= 0) attributes['url.query'] = target.slice(mark + 1);
  if (protocol !== undefined) attributes['network.protocol.name'] = 'http';
  if (version !== undefined) attributes['network.protocol.version'] = version;
}

/** A status tells a level where nothing else does: 5xx an error, 4xx a warning. */
export function levelOfStatus(status: number): { readonly severityNumber: number; readonly severityText: string } {
  if (status >= 500) return { severityNumber: 17, severityText: 'ERROR' };
  if (status >= 400) return { severityNumber: 13, severityText: 'WARN' };
  return { severityNumber: 9, severityText: 'INFO' };
}

const QUOTED_NAMES = ['http.request.header.referer', 'user_agent.original', 'http.request.header.x-forwarded-for'];

function readTail(line: string, start: number, attributes: Gathered): void {
  let at = start;
  for (const name of QUOTED_NAMES) {
    QUOTED.lastIndex = at;
    const match = QUOTED.exec(line);
    if (match === null) break;
    at = QUOTED.lastIndex;
    if (match[1] !== '-' && match[1] !== '') attributes[name] = match[1] ?? '';
  }
  const seconds = /^ (?:rt=)?(\d+\.\d+)(?: |$)/.exec(line.slice(at, at + 40))?.[1];
  if (seconds !== undefined) attributes['http.server.request.duration'] = Number(seconds);
}
