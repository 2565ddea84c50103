import { Failure, type FieldError, InvalidRequest } from '../../core/errors.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import { jsonReply, type Reply } from '../../core/http.ts';
import { toIsoNano } from '../../core/unix-nano.ts';
import type { Accept } from '../accept.ts';
import { readContent } from '../content.ts';
import type { Draft } from '../draft.ts';
import { processByKind } from '../kinds/process.ts';
import { toRequestArrival } from '../request-arrival.ts';
import { readJson } from '../wire/read-json.ts';
import { readBatch } from './read-batch.ts';
import { readEntry } from './read-entry.ts';

/** Largest event, as JSON (seed 002's MAX_LOG_SIZE). */
const MAX_EVENT_BYTES = 1_048_576;
const MAX_ERRORS = 100;

/** `POST /api/v1/logs`: one event, refused where a member is wrong. */
export const makeCreateLog = (accept: Accept) => async (_input: undefined, call: AuthenticatedCall) => {
  const content = await readContent(call.request);
  if (content.length > MAX_EVENT_BYTES)
    throw new Failure(
      'payload_too_large',
      `an event may have ${MAX_EVENT_BYTES} bytes, this one has ${content.length}`,
    );
  const draft = readEntry(parseBody(content));
  const [id] = await accept([processByKind(draft)], toRequestArrival(call, 'tributary'), call.signal);
  return { id: id ?? '', status: 'accepted' as const, timestamp: toIsoNano(draft.time) };
};

/** `POST /api/v1/logs/batch`: good items are taken, each wrong one is named with its members; 422 where none is good. */
export const makeCreateLogs =
  (accept: Accept) =>
  async (_input: undefined, call: AuthenticatedCall): Promise<Reply> => {
    const content = await readContent(call.request);
    const items = readBatch(content);
    const drafts: Draft[] = [];
    const errors: { index: number; errors: readonly FieldError[] }[] = [];
    for (const [index, item] of items.entries()) {
      try {
        if (item instanceof Error) throw item;
        const draft = readEntry(item);
        // only an event that could be too large is measured: a body under the limit holds none
        if (content.length > MAX_EVENT_BYTES) refuseTooLarge(draft);
        drafts.push(draft);
      } catch (error) {
        if (!(error instanceof InvalidRequest)) throw error;
        errors.push({ index, errors: error.extensions.errors });
      }
    }
    if (drafts.length === 0 && errors.length > 0) {
      throw new InvalidRequest(
        errors
          .slice(0, MAX_ERRORS)
          .flatMap(({ index, errors }) =>
            errors.map(({ pointer, detail }) => ({ pointer: `#/${index}${pointer.slice(1)}`, detail })),
          ),
      );
    }
    const ids = await accept(drafts.map(processByKind), toRequestArrival(call, 'tributary'), call.signal);
    return jsonReply(202, {
      accepted: drafts.length,
      rejected: errors.length,
      ids,
      errors: errors.slice(0, MAX_ERRORS),
    });
  };

function refuseTooLarge(draft: Draft): void {
  const bytes = Buffer.byteLength(draft.raw?.() ?? '');
  if (bytes > MAX_EVENT_BYTES)
    throw new InvalidRequest([
      { pointer: '#', detail: `an event may have ${MAX_EVENT_BYTES} bytes, this one has ${bytes}` },
    ]);
}

function parseBody(content: Buffer): unknown {
  try {
    return readJson(content.toString('utf8'));
  } catch (error) {
    throw new Failure('undecodable', `body is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
