import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../adapters/jobs/port.ts';
import type { ObjectStore } from '../../adapters/object-store/port.ts';
import { RetryLater } from '../../core/errors.ts';
import { FrameError } from '../../core/frame.ts';
import {
  ArchiveError,
  archivePrefix,
  decodeArchive,
  MAX_MANIFEST_BYTES,
  readArchiveManifest,
} from '../archive-object.ts';
import type { Work } from '../jobs/run-jobs.ts';
import { readFrame } from '../read-frame.ts';
import { MAX_LINES_BYTES, makeStoreFrames, type OpenedFrame, type StoreParts } from '../store-frames.ts';
import { type ReplayState, readReplayState, withProblem } from './state.ts';

/** What replaying stands on. */
export interface ReplayParts extends StoreParts {
  readonly archive: Pick<ObjectStore, 'list' | 'get' | 'getRange'>;
  /** Holds the lines of frames that were too large for the stream. */
  readonly objects: Pick<ObjectStore, 'get'>;
  /** First wait where the store takes nothing, then twice as long each time. @default 500 ms */
  readonly pauseMillis?: number;
}

const DAY_MILLIS = 86_400_000;
const ATTEMPTS = 5;

/**
 * Stores again what the archive holds of a project and a range of receive times, object by object. Events are created by their ids, deleted
 * ones stay deleted: what is there stays as it is, and what is done twice changes nothing.
 */
export function replayWork({ archive, objects, pauseMillis = 500, ...parts }: ReplayParts): Work {
  const store = makeStoreFrames(parts);

  return {
    fail: (text, reason) => JSON.stringify({ ...withProblem(readReplayState(text), reason), status: 'failed' }),

    async *run(job, signal) {
      let state: ReplayState = { ...readReplayState(job.state), status: 'running' };
      yield JSON.stringify(state);
      while (state.day < state.to) {
        const { keys, more } = await archive.list(archivePrefix(job.project, state.day), state.after);
        for (const key of keys) {
          if (signal.aborted) return false;
          state = { ...(await replay(key, job, state, signal)), after: key };
          yield JSON.stringify(state);
        }
        if (more) continue;
        const { after: _, ...rest } = state;
        state = { ...rest, day: state.day + DAY_MILLIS };
        yield JSON.stringify(state);
      }
      yield JSON.stringify({ ...state, status: state.problemsTotal === 0 ? 'completed' : 'incomplete' });
      return true;
    },
  };

  async function replay(key: string, { project }: Job, state: ReplayState, signal: AbortSignal): Promise<ReplayState> {
    const name = key.slice(key.lastIndexOf('/') + 1);
    try {
      const head = await archive.getRange(key, 0, MAX_MANIFEST_BYTES);
      if (head === undefined) return state; // the archive's retention ended meanwhile
      const { first, last } = readArchiveManifest(head);
      if (Date.parse(last) < state.from || Date.parse(first) >= state.to) return state;
      const object = await archive.get(key);
      if (object === undefined) return state;
      let next: ReplayState = { ...state, objects: state.objects + 1 };
      let opened: OpenedFrame[] = [];
      let bytes = 0;
      for (const frame of decodeArchive(object)) {
        const { header } = frame;
        if (header.project !== project) throw new ArchiveError(`holds a frame of another project`);
        if (header.received < state.from || header.received >= state.to) continue;
        try {
          opened.push({ header, lines: await readFrame(frame, objects) });
          bytes += header.bytes;
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
          next = withProblem(next, `frame ${header.id} in ${name}: ${error.message}`);
        }
        if (bytes < MAX_LINES_BYTES) continue;
        next = await storeAll(opened, next, signal);
        opened = [];
        bytes = 0;
      }
      return await storeAll(opened, next, signal);
    } catch (error) {
      if (!(error instanceof ArchiveError) && !(error instanceof FrameError)) throw error;
      return withProblem(state, `object ${name} ${error.message}`);
    }
  }

  /** @throws RetryLater where the store does not take them in a while */
  async function storeAll(
    frames: readonly OpenedFrame[],
    state: ReplayState,
    signal: AbortSignal,
  ): Promise<ReplayState> {
    let next = state;
    let waiting = frames;
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const stored = await store(waiting, signal);
      for (const [at, { lines }] of waiting.entries()) {
        const outcome = stored[at];
        if (outcome === undefined) continue;
        next = {
          ...next,
          frames: next.frames + 1,
          events: next.events + lines.length,
          created: next.created + outcome.created,
          existing: next.existing + outcome.existing,
          quarantined: next.quarantined + outcome.quarantined,
        };
      }
      waiting = waiting.filter((_, at) => stored[at] === undefined);
      if (waiting.length === 0) break;
      if (attempt === ATTEMPTS || signal.aborted)
        throw new RetryLater('unavailable', 'the store does not take what comes from the archive', 60);
      await sleep(pauseMillis * 2 ** (attempt - 1));
    }
    return next;
  }
}
