import { Failure } from '../../core/errors.ts';
import type { Reply } from '../../core/http.ts';
import { type Draft, unreadable } from '../draft.ts';
import { type Decoded, type Intake, json, type ShipperRequest, withoutQuotaStatus } from '../intake.ts';
import { refuseTwins } from '../twins.ts';
import { readJson } from '../wire/read-json.ts';
import { readCommonAttributes, readRecords } from './read-records.ts';

const MAX_MESSAGE = 8192;
const REQUEST_ID = 'x-amz-firehose-request-id';

/**
 * Firehose's HTTP endpoint (https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html). Any answer but its exact own
 * is taken for a failure, and a 413 throws the batch away for good; so what cannot be read is kept as it came.
 */
export const firehose: Intake = {
  protocol: 'firehose',
  path: /\/firehose$/,

  decode(content, request) {
    let body: unknown;
    try {
      body = readJson(content.toString('utf8'));
    } catch (error) {
      throw new Failure('undecodable', `body is not JSON: ${(error as Error).message}`, { cause: error });
    }
    refuseTwins(body);
    const common = readCommonAttributes(request.headers['x-amz-firehose-common-attributes']);
    const drafts = readRecords(body, common, request.received);
    if (drafts === undefined) throw new Failure('undecodable', 'body has no array "records" of "data"');
    return taken(drafts, request);
  },

  rescue: (request) => taken([unreadable(request.body.toString('base64'))], request),

  refused(refusal, request): Reply {
    const { status, message, headers } = withoutQuotaStatus(refusal);
    return json(
      status === 401 ? 403 : status,
      { ...receipt(request), errorMessage: message.slice(0, MAX_MESSAGE) },
      headers,
    );
  },
};

const receipt = ({ headers, requestId, received }: ShipperRequest) => ({
  requestId: headers[REQUEST_ID] ?? requestId,
  timestamp: received,
});

/** A delivery comes again under the same id; the place in it tells its events apart, unless they have ids of their own. */
function taken(drafts: readonly Draft[], request: ShipperRequest): Decoded {
  const id = request.headers[REQUEST_ID]?.slice(0, 256);
  const named = id
    ? drafts.map((draft, position) => ({ clientId: { dataset: 'firehose', id: `${id}/${position}` }, ...draft }))
    : drafts;
  return { drafts: named, accepted: () => json(200, receipt(request)) };
}
