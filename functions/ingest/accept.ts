import type { ObjectStore } from '../adapters/object-store/port.ts';
import type { FrameStream } from '../adapters/stream/port.ts';
import { RetryLater } from '../core/errors.ts';
import type { EventId } from '../core/event-id.ts';
import { encodeFrame, type Frame, MAX_FRAME_BYTES } from '../core/frame.ts';
import { log } from '../core/log.ts';
import { tenantObjectPrefix } from '../core/project.ts';
import { ulid } from '../core/ulid.ts';
import type { Draft } from './draft.ts';
import { Kept } from './kept.ts';
import type { FindPolicy } from './policy/policy.ts';
import type { TakeQuota } from './policy/quota.ts';
import { type Arrival, settle } from './settle.ts';

/** What accepting stands on. */
export interface AcceptParts {
  readonly stream: FrameStream;
  /** Takes what the stream does not: frames under `spill/`, bodies too large for it under `large/`. */
  readonly quarantine: ObjectStore;
  readonly policies: FindPolicy;
  readonly quota: TakeQuota;
  readonly now: () => number;
  /** Names requests and frames, @default the system's randomness. @param millis Unix milliseconds */
  readonly makeUlid?: (millis: number) => string;
}

/**
 * Takes events for good: when it returns, each is in the stream or in S3, without what the project's policy takes out of it, or was dropped by
 * a rule of the project and is counted.
 * @returns their ids, in order. @throws RetryLater where none was taken
 */
export type Accept = (
  drafts: readonly Draft[],
  arrival: Omit<Arrival, 'ulid' | 'received'>,
  signal: AbortSignal,
) => Promise<readonly EventId[]>;

export function makeAccept({ stream, quarantine, policies, quota, now, makeUlid = ulid }: AcceptParts): Accept {
  return async (drafts, request, signal) => {
    if (drafts.length === 0) return [];
    const policy = await policies(request.project);
    const received = now();
    const arrival: Arrival = { ...request, received, ulid: makeUlid(received) };
    const kept = new Kept(policy);
    const ids = drafts.map((draft, position) => {
      const settled = settle(draft, position, arrival);
      kept.add(settled);
      return settled.id;
    });
    await quota(request.project, policy.quota, { events: drafts.length - kept.dropped, bytes: kept.bytes });
    await put(
      kept.toFrames(arrival, () => makeUlid(received)),
      signal,
    );
    return ids;
  };

  async function put(frames: readonly Frame[], signal: AbortSignal): Promise<void> {
    const records = await Promise.all(frames.map(toRecord));
    const taken = await stream.put(records, signal);
    if (taken.every(Boolean)) return;
    if (!taken.includes(true))
      throw new RetryLater('unavailable', 'the stream takes no events now; nothing of this request was accepted', 5);
    const spilled = frames.flatMap(({ header }, at) =>
      taken[at] ? [] : [{ header, record: records[at] ?? Buffer.alloc(0) }],
    );
    await Promise.all(
      spilled.map(({ header, record }) =>
        quarantine.put(`${tenantObjectPrefix('spill', header.project)}${header.id}`, record),
      ),
    );
    log('warn', 'frames put aside for the stream', { 'messaging.batch.message_count': spilled.length });
  }

  /** A record for the stream: the frame, or where it is too large a pointer to its lines in S3. */
  async function toRecord(frame: Frame): Promise<Buffer> {
    const record = encodeFrame(frame);
    if (record.length <= MAX_FRAME_BYTES) return record;
    const object = `${tenantObjectPrefix('large', frame.header.project)}${frame.header.id}`;
    await quarantine.put(object, frame.body);
    return encodeFrame({ header: { ...frame.header, object }, body: Buffer.alloc(0) });
  }
}
