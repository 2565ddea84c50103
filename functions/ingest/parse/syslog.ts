import type { Draft } from '../draft.ts';
import { readTime, SYSLOG_SEVERITIES } from '../draft.ts';
import { type Gathered, putAttribute } from '../put-attribute.ts';
import { readYearless } from './times.ts';

/** RFC 5424, appendix A.1. */
const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
const SEVERITY_WORDS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;

const RFC5424 = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+)(?: |$)/;
const RFC3164 = /^(?:<(\d{1,3})>)?([A-Z][a-z]{2} [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?) (\S+) /;
const TAG = /^([^\s:[\]]{1,128})(?:\[([^\]\s]{1,64})\])?:(?: |$)/;

/**
 * Reads a message of RFC 5424. Heroku's drains leave structured data out.
 * @returns undefined where the text is none
 */
export function parseSyslog5424(line: string, withoutStructuredData = false): Draft | undefined {
  const match = RFC5424.exec(line);
  if (match === null) return undefined;
  const [head, priority = '', time = '', host = '', app = '', process = '', messageId = ''] = match;
  const severity = readPriority(priority);
  if (severity === undefined) return undefined;
  const attributes: Gathered = {};
  if (process !== '-') attributes['syslog.procid'] = process;
  if (messageId !== '-') attributes['syslog.msgid'] = messageId;
  const rest = line.slice(head.length);
  const body = withoutStructuredData ? rest : readStructuredData(rest, attributes);
  const nano = time === '-' ? undefined : readTime(time);
  return {
    ...(nano !== undefined && { time: nano }),
    ...severity.level,
    // the mark of UTF-8 that the RFC puts before a message is no part of it
    body: body.startsWith('\ufeff') ? body.slice(1) : body,
    attributes,
    resource: {
      ...(host !== '-' && { 'host.name': host }),
      ...(app !== '-' && { 'service.name': app }),
      'syslog.facility': severity.facility,
    },
    original: line,
    ...(nano === undefined && time !== '-' && { marks: ['timestamp_invalid'] as const }),
  };
}

/**
 * Reads a message in the manner of RFC 3164, with or without a priority. It tells neither year nor zone: UTC, in the year nearest to now.
 * @param received Unix milliseconds
 * @returns undefined where the text is none
 */
export function parseSyslog3164(line: string, received: number): Draft | undefined {
  const match = RFC3164.exec(line);
  if (match === null) return undefined;
  const [head, priority, date = '', host = ''] = match;
  const time = readYearless(date, received);
  const severity = priority === undefined ? undefined : readPriority(priority);
  if (time === undefined || (priority !== undefined && severity === undefined)) return undefined;
  const rest = line.slice(head.length);
  const tag = TAG.exec(rest);
  const attributes: Gathered = {};
  if (tag?.[2] !== undefined) attributes['syslog.procid'] = tag[2];
  return {
    time,
    ...severity?.level,
    body: tag === null ? rest : rest.slice(tag[0].length),
    attributes,
    resource: {
      'host.name': host,
      ...(tag?.[1] !== undefined && { 'service.name': tag[1] }),
      ...(severity !== undefined && { 'syslog.facility': severity.facility }),
    },
    original: line,
  };
}

function readPriority(digits: string) {
  const priority = Number(digits);
  const severity = priority & 7;
  const facility = FACILITIES[priority >> 3];
  if (facility === undefined) return undefined;
  return {
    facility,
    level: {
      severityNumber: SYSLOG_SEVERITIES[severity] ?? 0,
      severityText: SEVERITY_WORDS[severity] ?? '',
    },
  };
}

const PARAMETER = / ([^\s="\]]{1,64})="((?:[^"\\\]]|\\.)*)"/y;

/** Takes structured data (`[id name="value"]…` or `-`) into attributes. @returns the message behind it; all of it where it begins with neither */
function readStructuredData(rest: string, attributes: Gathered): string {
  if (rest === '-') return '';
  if (rest.startsWith('- ')) return rest.slice(2);
  let at = 0;
  const found: [string, string][] = [];
  while (rest[at] === '[') {
    const id = /^\[([^\s="\]]{1,64})/.exec(rest.slice(at, at + 66))?.[1];
    if (id === undefined) return rest;
    at += id.length + 1;
    PARAMETER.lastIndex = at;
    for (let match = PARAMETER.exec(rest); match !== null; match = PARAMETER.exec(rest)) {
      found.push([`syslog.${id}.${match[1]}`, (match[2] ?? '').replace(/\\(["\\\]])/g, '$1')]);
      at = PARAMETER.lastIndex;
    }
    if (rest[at] !== ']') return rest;
    at++;
  }
  if (at === 0 || (at < rest.length && rest[at] !== ' ')) return rest;
  for (const [name, value] of found) putAttribute(attributes, name, value);
  return rest.slice(at + 1);
}
