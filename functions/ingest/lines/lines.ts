import { Failure, RetryLater } from '../../core/errors.ts';
import { problemReply } from '../../core/http.ts';
import { type Intake, json } from '../intake.ts';
import { readBody } from './read-body.ts';

/**
 * `/v1/ingest` for everything that posts JSON, NDJSON, text or MessagePack (ingest reference, section 8): whatever the body holds is taken;
 * it is an error only where nothing could be read.
 */
export const lines: Intake = {
  protocol: 'ingest',
  path: /^\/$|\/ingest$|\/v1\/datasets\/(?<dataset>[^/]+)\/ingest$/,

  decode(content) {
    if (content.length === 0)
      throw new Failure('undecodable', 'body is empty; expected lines of text, JSON, NDJSON or MessagePack');
    const drafts = readBody(content);
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
