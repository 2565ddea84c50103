import { Failure, RetryLater } from '../../core/errors.ts';
import { problemReply } from '../../core/http.ts';
import type { Draft } from '../draft.ts';
import { type Intake, json, type ShipperRequest } from '../intake.ts';
import { FORMATS, type Format } from '../parse/parse-line.ts';
import { MsgpackError } from '../wire/msgpack.ts';
import { type Reading, readBody } from './read-body.ts';
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

function read(content: Buffer, request: ShipperRequest): readonly Draft[] {
  const reading = readingOf(request);
  if (!isMsgpack(content, request.mediaType)) return readBody(content.toString('utf8'), reading);
  try {
    return readMsgpackBody(content, reading);
  } catch (error) {
    if (!(error instanceof MsgpackError)) throw error;
    throw new Failure('undecodable', `body is not MessagePack: ${error.message}`, { cause: error });
  }
}

/** `?format= &join= &time_key= &msg_key=`, or the same in headers `X-Log-*`. A format that we do not know is no reason to refuse events. */
function readingOf({ query, headers, received }: ShipperRequest): Reading {
  const hint = (name: string) => query.get(name) ?? headers[`x-log-${name.replace('_', '-')}`] ?? undefined;
  const format = hint('format')?.toLowerCase() ?? '';
  const timeKey = hint('time_key');
  const messageKey = hint('msg_key');
  return {
    received,
    join: hint('join') !== '0' && hint('join') !== 'false',
    ...(Object.hasOwn(FORMATS, format) && { format: format as Format }),
    ...(timeKey && { timeKey }),
    ...(messageKey && { messageKey }),
  };
}
