import { type Draft, readTime } from '../draft.ts';
import { readObject } from '../read-object.ts';
import { keepTwins } from '../twins.ts';
import { readJson } from '../wire/read-json.ts';
import { parseAccessLog } from './access-log.ts';
import { parseAlb } from './alb.ts';
import { stripAnsi } from './ansi.ts';
import { isCloudTrail, readCloudTrail } from './cloudtrail.ts';
import { readCri, underContainer } from './container.ts';
import { parseApacheError, parseNginxError } from './error-log.ts';
import { parseKlog } from './klog.ts';
import { parseLambda } from './lambda.ts';
import { parseLogfmt } from './logfmt.ts';
import { readPlain } from './plain.ts';
import { parseSyslog3164, parseSyslog5424 } from './syslog.ts';
import { parseVpcFlow } from './vpc-flow.ts';

/** Longer lines are kept as they are: nothing that long is a line of any format here. */
const MAX_LINE = 65_536;
/** A container's line may hold a container's line; deeper there is nothing. */
const MAX_DEPTH = 3;

type Json = Readonly<Record<string, unknown>>;
type Parser = (line: string, received: number, depth: number) => Draft | undefined;

/** What `?format=` may name. */
export const FORMATS = {
  json: parseJsonLine,
  text: readPlain,
  logfmt: parseLogfmt,
  structured: parseLogfmt,
  cri: parseCri,
  docker: parseJsonLine,
  syslog: (line, received) => parseSyslog5424(line) ?? parseSyslog3164(line, received),
  access: parseAccessLog,
  nginx: (line) => parseAccessLog(line) ?? parseNginxError(line),
  apache: (line) => parseAccessLog(line) ?? parseApacheError(line),
  alb: parseAlb,
  vpcflow: parseVpcFlow,
  cloudtrail: parseJsonLine,
  klog: parseKlog,
  lambda: parseLambda,
} as const satisfies Readonly<Record<string, Parser>>;
export type Format = keyof typeof FORMATS;

/**
 * Reads a line of text by what it looks like (ingest reference, section 10). The line itself is always kept, byte for byte, as `original`.
 * @param received Unix milliseconds, for lines that leave out the year
 * @param format where the client names one; a line that is not of it is plain text
 */
export function parseLine(line: string, received: number, format?: Format): Draft {
  return parse(line, received, 0, format);
}

function parse(line: string, received: number, depth: number, format?: Format): Draft {
  if (line.length > MAX_LINE) return readPlain(line);
  const text = stripAnsi(line);
  const parser: Parser = format === undefined ? sniff : FORMATS[format];
  const draft = parser(text, received, depth) ?? readPlain(text);
  return text === line ? draft : { ...draft, original: line };
}

/** Tries only the formats that begin with the line's first character, the cheapest test first. */
function sniff(line: string, received: number, depth: number): Draft | undefined {
  switch (kindOf(line.charCodeAt(0))) {
    case '{':
      return parseJsonLine(line, received, depth);
    case '<':
      return parseSyslog5424(line) ?? parseSyslog3164(line, received);
    case '[':
      return parseApacheError(line);
    case '0':
      return (
        parseCri(line, received, depth) ??
        parseLambda(line) ??
        parseNginxError(line) ??
        parseVpcFlow(line) ??
        parseAccessLog(line)
      );
    case 'A':
      return (
        parseSyslog3164(line, received) ??
        parseKlog(line, received) ??
        parseLambda(line) ??
        parseLogfmt(line) ??
        parseAccessLog(line)
      );
    case 'a':
      return parseLogfmt(line) ?? parseAlb(line) ?? parseAccessLog(line);
    case ' ':
      return line.trimStart().startsWith('{') ? parseJsonLine(line, received, depth) : undefined;
    default:
      return parseLogfmt(line) ?? parseAccessLog(line);
  }
}

function kindOf(code: number): '{' | '<' | '[' | '0' | 'A' | 'a' | ' ' | '' {
  if (code >= 0x61 && code <= 0x7a) return 'a';
  if (code >= 0x41 && code <= 0x5a) return 'A';
  if (code >= 0x30 && code <= 0x39) return '0';
  if (code === 0x7b) return '{';
  if (code === 0x5b) return '[';
  if (code === 0x3c) return '<';
  return code === 0x20 || code === 0x09 ? ' ' : '';
}

/** One line of a container, or the parts of one that were joined. */
function parseCri(line: string, received: number, depth: number): Draft | undefined {
  const cri = depth < MAX_DEPTH ? readCri(line) : undefined;
  if (cri === undefined) return undefined;
  const text = cri.partial
    ? line
        .split('\n')
        .map((part) => readCri(part)?.text ?? part)
        .join('')
    : cri.text;
  return underContainer(parse(text, received, depth + 1), cri, line);
}

function parseJsonLine(line: string, received: number, depth: number): Draft | undefined {
  let value: unknown;
  try {
    value = readJson(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return { ...parseObject(value as Json, received, depth), original: line };
}

/** An object of JSON: a line of Docker's json-file is undone, an event of CloudTrail read by its own names. */
export function parseObject(object: Json, received: number, depth = 0): Draft {
  const docker = depth < MAX_DEPTH ? readDocker(object) : undefined;
  if (docker !== undefined) {
    const inner = parse(docker.text, received, depth + 1);
    return underContainer(inner, docker, docker.text);
  }
  return keepTwins(isCloudTrail(object) ? readCloudTrail(object) : readObject(object), object);
}

function readDocker(object: Json) {
  const { log, stream, time } = object;
  if (typeof log !== 'string' || typeof stream !== 'string' || typeof time !== 'string') return undefined;
  if (Object.keys(object).length > 4) return undefined;
  const nano = readTime(time);
  return nano === undefined ? undefined : { time: nano, stream, text: log.replace(/\r?\n$/, '') };
}
