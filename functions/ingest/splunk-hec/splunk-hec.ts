import { Failure } from '../../core/errors.ts';
import type { Reply } from '../../core/http.ts';
import { type Intake, json, type Probe, type Refusal, type ShipperRequest, withoutQuotaStatus } from '../intake.ts';
import { type Metadata, readEvents, readRaw } from './read-events.ts';

/** Splunk's codes (https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector). */
const TEXTS = {
  0: 'Success',
  2: 'Token is required',
  3: 'Invalid authorization',
  4: 'Invalid token',
  5: 'No data',
  6: 'Invalid data format',
  9: 'Server is busy',
  12: 'Event field is required',
  13: 'Event field cannot be blank',
  14: 'ACK is disabled',
  17: 'HEC is healthy',
  27: 'Request entity too large',
} as const;
type Code = keyof typeof TEXTS;

const answer = (status: number, code: Code, headers?: Readonly<Record<string, string>>, more: object = {}): Reply =>
  json(status, { text: TEXTS[code], code, ...more }, headers);

/** An envelope without one good event; says which code that is. */
class HecFailure extends Failure {
  readonly hecCode: Code;
  readonly position: number | undefined;

  constructor(code: Code, position?: number) {
    super('undecodable', TEXTS[code]);
    this.hecCode = code;
    this.position = position;
  }
}

function refused(refusal: Refusal, { authorizationUnread }: ShipperRequest): Reply {
  const { status, headers, error } = withoutQuotaStatus(refusal);
  if (error instanceof HecFailure)
    return answer(
      400,
      error.hecCode,
      headers,
      error.position === undefined ? {} : { 'invalid-event-number': error.position },
    );
  switch (status) {
    case 401:
      return answer(401, authorizationUnread ? 3 : 2, headers);
    case 403:
      return answer(403, 4, headers);
    case 413:
      return answer(413, 27, headers);
    case 503:
      return answer(503, 9, headers);
    default:
      return answer(status, 6, headers);
  }
}

const PROTOCOL = { protocol: 'splunk-hec', refused } as const;

function metadataOf({ query }: ShipperRequest): Metadata {
  const metadata: Record<string, string> = {};
  for (const name of ['index', 'source', 'sourcetype', 'host']) {
    const value = query.get(name);
    if (value) metadata[name] = value;
  }
  return metadata;
}

/** `/services/collector/event`. */
export const hecEvent: Intake = {
  ...PROTOCOL,
  path: /\/services\/collector(?:\/event)?(?:\/1\.0)?$/,
  decode(content, request) {
    const { drafts, good, problem } = readEvents(content, metadataOf(request), request.received);
    if (drafts.length === 0) throw new HecFailure(5);
    if (good === 0 && problem !== undefined) throw new HecFailure(problem.code, problem.position);
    return { drafts, accepted: () => answer(200, 0) };
  },
};

/** `/services/collector/raw`: lines. */
export const hecRaw: Intake = {
  ...PROTOCOL,
  path: /\/services\/collector\/raw(?:\/1\.0)?$/,
  decode(content, request) {
    const drafts = readRaw(content, metadataOf(request), request.received);
    if (drafts.length === 0) throw new HecFailure(5);
    return { drafts, accepted: () => answer(200, 0) };
  },
};

/** `/services/collector/ack`: a 200 already means that events are durable, so no acknowledgement is offered after it. */
export const hecAck: Intake = {
  ...PROTOCOL,
  path: /\/services\/collector\/ack(?:\/1\.0)?$/,
  decode() {
    throw new HecFailure(14);
  },
};

export const hecProbes: readonly Probe[] = [
  {
    path: /\/services\/collector\/health(?:\/1\.0)?$/,
    methods: ['GET', 'HEAD'],
    // Vector sends its token here, and reads 400 as a bad one
    authenticated: ({ headers, authorizationUnread }) => headers.authorization !== undefined || authorizationUnread,
    answer: () => answer(200, 17),
    refused: ({ status, headers }) => (status === 503 || status === 429 ? answer(503, 9, headers) : answer(400, 4)),
  },
];
