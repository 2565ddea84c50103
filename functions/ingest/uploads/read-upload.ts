import type { Job } from '../../adapters/jobs/port.ts';
import type { ObjectStore } from '../../adapters/object-store/port.ts';
import { toDay } from '../../core/event-id.ts';
import type { UnixNano } from '../../core/unix-nano.ts';
import { compareNanos } from '../../search/language/time.ts';
import type { Accept } from '../accept.ts';
import type { Draft } from '../draft.ts';
import type { Work } from '../jobs/run-jobs.ts';
import { type Batch, toBatches } from './batches.ts';
import { ContentError } from './content-error.ts';
import { detectFormat } from './format.ts';
import { readEvents } from './read-events.ts';
import { openFile } from './read-ranges.ts';
import { readUploadState, toUploadKey, type UploadState, withRejection } from './state.ts';
import { type Entry, listEntries, readEntry } from './unpack.ts';

/** What reading uploads stands on. */
export interface UploadParts {
  readonly files: Pick<ObjectStore, 'getRange'>;
  readonly accept: Accept;
  /** Content that is accepted in one go; an event must fit. @default 2 MiB */
  readonly batchBytes?: number;
}

/**
 * Accepts the events of an uploaded file, part by part. An event's id is made from the upload, the part's place and its own place in it: what is
 * done twice is stored once. What is in memory does not depend on the size of the file.
 */
export function uploadWork({ files, accept, batchBytes = 2 * 1_048_576 }: UploadParts): Work {
  return {
    fail: (text, reason) => JSON.stringify({ ...readUploadState(text), status: 'failed', error: reason }),

    async *run(job, signal) {
      let state: UploadState = { ...readUploadState(job.state), status: 'processing' };
      yield JSON.stringify(state);
      try {
        for await (const next of read(job, state, signal)) {
          state = next;
          yield JSON.stringify(state);
        }
        if (signal.aborted) return false;
        yield JSON.stringify({ ...state, read: state.size, status: 'completed' });
      } catch (error) {
        if (!(error instanceof ContentError)) throw error;
        yield JSON.stringify({ ...state, status: 'failed', error: error.message });
      }
      return true;
    },
  };

  async function* read(job: Job, begun: UploadState, signal: AbortSignal): AsyncGenerator<UploadState> {
    let state = begun;
    let place = state.read;
    const file = openFile(files, toUploadKey(job.project, job.id), state.size, (end) => {
      place = Math.max(place, end);
    });
    const entries = await listEntries(file);
    while (state.entry < entries.length) {
      const entry = entries[state.entry] as Entry;
      const name = entry.name ?? state.name;
      const parts = toBatches(
        readEntry(file, entry, state.offset),
        state.offset,
        state.format,
        (head) => detectFormat(head, name, state.asked),
        batchBytes,
      );
      try {
        for await (const part of parts) {
          if (signal.aborted) return;
          state = { ...(await take(part, job, state, name, signal)), offset: part.next, read: place };
          yield state;
        }
      } catch (error) {
        // the other files of a zip may be sound
        if (!(error instanceof ContentError) || entry.name === null) throw error;
        state = withRejection(state, { reason: error.message, entry: entry.name, offset: state.offset });
      }
      const { format: _format, csv: _csv, ...rest } = state;
      state = { ...rest, entry: state.entry + 1, offset: 0 };
      yield state;
    }
  }

  async function take(
    part: Batch,
    { project, id, createdAt }: Job,
    state: UploadState,
    name: string,
    signal: AbortSignal,
  ): Promise<UploadState> {
    if (part.kind === 'too_large')
      return withRejection(state, {
        reason: `the event is larger than ${batchBytes} bytes`,
        entry: name === state.name ? null : name,
        offset: part.offset,
      });
    const { drafts, csv } = readEvents(part, state.csv, createdAt, name);
    const { service, environment, host } = state.hints;
    await accept(
      drafts,
      {
        project,
        retention: '30d',
        source: { protocol: 'upload' },
        hints: {
          ...(service !== undefined && { service }),
          ...(environment !== undefined && { environment }),
          ...(host !== undefined && { host }),
        },
        clientId: { dataset: 'upload', id: `${id}:${state.entry}:${part.offset}`, day: toDay(createdAt) },
      },
      signal,
    );
    return {
      ...withTimes(state, drafts),
      format: part.format,
      ...(csv && { csv: { ...csv, columns: [...csv.columns] } }),
      accepted: state.accepted + drafts.length,
    };
  }
}

function withTimes(state: UploadState, drafts: readonly Draft[]): UploadState {
  let first: UnixNano | undefined = state.first;
  let last: UnixNano | undefined = state.last;
  for (const { time } of drafts) {
    if (time === undefined) continue;
    if (first === undefined || compareNanos(time, first) < 0) first = time;
    if (last === undefined || compareNanos(time, last) > 0) last = time;
  }
  return { ...state, ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
}
