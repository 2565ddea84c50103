import { Failure } from '../../core/errors.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import type { Accept } from '../accept.ts';
import { readContent } from '../content.ts';
import { toRequestArrival } from '../request-arrival.ts';
import { readBody } from './read-body.ts';

/** `POST /v1/ingest`: whatever the body holds is taken; it is an error only where nothing could be read. */
export const makeIngest = (accept: Accept) => async (_input: undefined, call: AuthenticatedCall) => {
  const content = await readContent(call.request);
  const drafts = readBody(content);
  if (drafts.length === 0 && content.length === 0)
    throw new Failure('undecodable', 'body is empty; expected lines of text, JSON or NDJSON');
  await accept(drafts, toRequestArrival(call, 'ingest'), call.signal);
  return { accepted: drafts.length, rejected: 0, errors: [] };
};
