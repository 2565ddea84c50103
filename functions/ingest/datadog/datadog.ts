import { Failure } from '../../core/errors.ts';
import type { Reply } from '../../core/http.ts';
import { stringifyJson } from '../../core/json.ts';
import { type Draft, unreadable } from '../draft.ts';
import { type Decoded, type Intake, json, type Probe, type Refusal, type ShipperRequest } from '../intake.ts';
import { parseLine } from '../parse/parse-line.ts';
import { splitLines } from '../split-lines.ts';
import { readLogplex } from '../syslog/read-messages.ts';
import { readJson } from '../wire/read-json.ts';
import { splitJson } from '../wire/split-json.ts';
import { readCommon, readEntry } from './read-logs.ts';

const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'Method Not Allowed',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
} as const satisfies Record<Refusal['status'], string>;

function refused({ status, message, headers }: Refusal): Reply {
  const wait = headers['retry-after'];
  return json(
    status,
    { errors: [{ status: String(status), title: TITLES[status], detail: message }] },
    { ...headers, ...(status === 429 && wait !== undefined && { 'x-ratelimit-reset': wait }) },
  );
}

const PROTOCOL = { protocol: 'datadog', refused } as const;

/** `/api/v2/logs` (https://docs.datadoghq.com/api/latest/logs/#send-logs). */
export const datadogV2: Intake = {
  ...PROTOCOL,
  path: /\/api\/v2\/logs$/,
  decode: (content, request) => decode(content, request, 202),
};

/** `/v1/input`, with the key as the last segment where a client cannot send it elsewhere. */
export const datadogV1: Intake = {
  ...PROTOCOL,
  path: /\/v1\/input(?:\/(?<token>[^/]+))?$/,
  decode: (content, request) => decode(content, request, 200),
};

export const datadogProbes: readonly Probe[] = [
  {
    path: /\/api\/v1\/validate$/,
    methods: ['GET', 'HEAD'],
    authenticated: () => true,
    answer: () => json(200, { valid: true }),
    // a missing key is told like a bad one
    refused: (refusal) => refused(refusal.status === 401 ? { ...refusal, status: 403 } : refusal),
  },
];

function decode(content: Buffer, request: ShipperRequest, status: number): Decoded {
  const drafts = read(content, request);
  return { drafts, accepted: () => json(status, {}) };
}

function read(content: Buffer, { mediaType, query, received }: ShipperRequest): Draft[] {
  if (mediaType === 'application/logplex-1') return readLogplex(content, received);
  const text = content.toString('utf8');
  const first = /\S/.exec(text)?.[0];
  const common = readCommon(query);
  if (first !== '{' && first !== '[') {
    if (mediaType === 'application/json' && first !== undefined)
      throw new Failure('undecodable', 'body is not JSON: expected an array of logs, or one');
    return splitLines(text).map((line) => readEntry({ message: line }, common, received));
  }
  const whole = attempt(text);
  if (whole !== undefined) return readAll(Array.isArray(whole) ? whole : [whole]);
  const pieces = splitJson(text);
  if (!pieces.some(({ closed }) => closed))
    throw new Failure('undecodable', 'body is not JSON: a bracket is never closed');
  return pieces.flatMap((piece) => {
    const value = piece.closed ? attempt(piece.text) : undefined;
    return value === undefined ? [unreadable(piece.text)] : readAll(Array.isArray(value) ? value : [value]);
  });

  function readAll(entries: readonly unknown[]): Draft[] {
    return entries.flatMap((entry) => {
      if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
        return [parseLine(typeof entry === 'string' ? entry : stringifyJson(entry), received)];
      // the agent posts {} to see whether somebody answers
      return Object.keys(entry).length === 0 ? [] : [readEntry(entry as Record<string, unknown>, common, received)];
    });
  }
}

function attempt(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}
