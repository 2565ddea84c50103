import { Failure } from '../../core/errors.ts';
import { Reply } from '../../core/http.ts';
import { dayOfClientId } from '../client-id.ts';
import type { Draft } from '../draft.ts';
import { type Intake, plain, type Refusal, type ShipperRequest, withoutQuotaStatus } from '../intake.ts';
import { readLogplex, readMessages } from './read-messages.ts';

function refused(refusal: Refusal): Reply {
  const { status, message, headers } = withoutQuotaStatus(refusal);
  return plain(status, message, headers);
}

/** Syslog over HTTP and Heroku's drains (https://devcenter.heroku.com/articles/log-drains#https-drains). */
export const syslog: Intake = {
  protocol: 'syslog',
  path: /\/(?:syslog|logplex)$/,

  decode(content, request) {
    const drafts = isLogplex(request)
      ? readLogplex(content, request.received)
      : readMessages(content, request.received);
    if (drafts.length === 0 && content.length > 0) throw new Failure('undecodable', 'body holds no message');
    return { drafts: withFrameId(drafts, request), accepted: () => new Reply(204) };
  },

  refused,
};

const isLogplex = ({ mediaType, path }: ShipperRequest): boolean =>
  mediaType === 'application/logplex-1' || path.endsWith('/logplex');

/** Logplex sends a frame again under the same id; the place in it tells its messages apart. */
function withFrameId(drafts: readonly Draft[], { headers }: ShipperRequest): readonly Draft[] {
  const frame = headers['logplex-frame-id']?.slice(0, 256);
  if (!frame) return drafts;
  const day = dayOfClientId(frame);
  return drafts.map((draft, position) => ({
    ...draft,
    clientId: { dataset: 'logplex', id: `${frame}/${position}`, ...(day !== undefined && { day }) },
  }));
}
