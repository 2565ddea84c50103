import { Failure, RetryLater } from '../../core/errors.ts';
import { problemReply } from '../../core/http.ts';
import type { Draft } from '../draft.ts';
import { type Intake, json, type ShipperRequest } from '../intake.ts';
import { MsgpackError } from '../wire/msgpack.ts';
import { readBody } from './read-body.ts';
import { isMsgpack, readMsgpackBody } from './read-msgpack.ts';

/**
 * `/v1/ingest` for everything that posts JSON, NDJSON, text or MessagePack (ingest reference, section 8): whatever the body holds is taken;
 * it is an error only where nothing could be read.
 */
export const lines: Intake = {
  protocol: 'ingest',
  path: /^\/$|\/ingest$/,

  decode(content, request) {
    if (content.length === 0)
      throw new Failure('undecodable', 'body is empty; expected lines of text, JSON, NDJSON or MessagePack');
    const drafts = read(content, request);
    return { drafts, accepted: () => json(200, { accepted: drafts.length, rejected: 0, errors: [] }) };
  },

  // of all statuses Fluentd retries 503 alone, so a quota is told by it too
  refused: ({ status, message, headers, error }, { requestId, path }) =>
    problemReply(
      status === 503 || status === 429
        ? new RetryLater('unavailable', message, Number(headers['retry-after'] ?? 5), { cause: error })
        : error,
      requestId,
      path,
    ),
};

function read(content: Buffer, { mediaType, received }: ShipperRequest): readonly Draft[] {
  if (!isMsgpack(content, mediaType)) return readBody(content.toString('utf8'), received);
  try {
    return readMsgpackBody(content, received);
  } catch (error) {
    if (!(error instanceof MsgpackError)) throw error;
    throw new Failure('undecodable', `body is not MessagePack: ${error.message}`, { cause: error });
  }
}
