import { Failure } from '../../core/errors.ts';
import { Reply } from '../../core/http.ts';
import { MAX_INFLATED_BYTES } from '../content.ts';
import type { Draft } from '../draft.ts';
import { type Intake, json, type Probe, plain, type ShipperRequest } from '../intake.ts';
import { refuseTwins } from '../twins.ts';
import { ProtobufError } from '../wire/protobuf.ts';
import { readJson } from '../wire/read-json.ts';
import { inflateSnappy, SnappyError } from '../wire/snappy.ts';
import { readJsonPush } from './read-json.ts';
import { readProtobufPush } from './read-protobuf.ts';

/** Loki's push API (https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs): JSON, or protobuf in snappy. */
export const loki: Intake = {
  protocol: 'loki',
  path: /\/loki\/api\/v1\/push$|\/api\/prom\/push$/,

  decode(content, request) {
    const drafts =
      content.length === 0
        ? []
        : isJson(content, request)
          ? readJsonBody(content, request.received)
          : readProtobuf(content, request.received);
    return { drafts, accepted: () => new Reply(204) };
  },

  refused: ({ status, message, headers }) => plain(status, message, headers),
};

/** What clients ask before they push. */
export const lokiProbes: readonly Probe[] = [
  { path: /\/ready$/, methods: ['GET', 'HEAD'], answer: () => plain(200, 'ready') },
  {
    path: /\/loki\/api\/v1\/status\/buildinfo$/,
    methods: ['GET', 'HEAD'],
    answer: () =>
      json(200, { version: '3.0.0', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }),
  },
];

function isJson(content: Buffer, { mediaType }: ShipperRequest): boolean {
  return mediaType === 'application/json' || content[0] === 0x7b;
}

function readJsonBody(content: Buffer, received: number): Draft[] {
  let request: unknown;
  try {
    request = readJson(content.toString('utf8'));
  } catch (error) {
    throw new Failure('undecodable', `body is not JSON: ${(error as Error).message}`, { cause: error });
  }
  refuseTwins(request);
  const drafts = readJsonPush(request, received);
  if (drafts === undefined) throw new Failure('undecodable', 'body has no array "streams"');
  return drafts;
}

/** Protobuf in a snappy block, whether or not a header said so; where one did, it is inflated already. */
function readProtobuf(content: Buffer, received: number): Draft[] {
  try {
    return readProtobufPush(inflateSnappy(content, MAX_INFLATED_BYTES), received);
  } catch (error) {
    if (error instanceof RangeError) throw new Failure('payload_too_large', error.message, { cause: error });
    if (!(error instanceof SnappyError) && !(error instanceof ProtobufError)) throw error;
  }
  try {
    return readProtobufPush(content, received);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new Failure('undecodable', `body is no PushRequest in snappy: ${error.message}`, { cause: error });
  }
}
