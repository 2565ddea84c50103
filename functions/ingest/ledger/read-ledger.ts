import type { FrameEntry, LedgerReader } from '../../adapters/ledger/port.ts';
import type { AuthenticatedCall } from '../../core/http.ts';
import type { LedgerAnswer, LedgerMinute, LedgerRequest, OpenFrame } from '../ledger-api.ts';
import { toReceiveRange } from '../receive-range.ts';
import { judge } from './balance.ts';

/** What reading the ledger stands on. */
export interface ReadLedgerParts {
  readonly ledger: Pick<LedgerReader, 'frames'>;
  readonly now: () => number;
}

const LONGEST_MILLIS = 24 * 3_600_000;
const MINUTE_MILLIS = 60_000;
const MAX_OPEN_FRAMES = 100;

/** `GET /ingest/ledger` */
export function makeReadLedger({ ledger, now }: ReadLedgerParts) {
  return async (input: LedgerRequest, { caller }: AuthenticatedCall): Promise<LedgerAnswer> => {
    const startedAt = performance.now();
    const moment = now();
    const { from, to } = toReceiveRange(input, moment, LONGEST_MILLIS);
    const frames = (await ledger.frames(caller.project, from, to)).filter(
      ({ received }) => received >= from && received < to,
    );
    const open = frames.flatMap((frame) => toOpenFrame(frame, moment));
    const items = toMinutes(frames, moment);
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      balanced: items.every(({ balanced }) => balanced),
      totals: sum(items),
      items,
      total: items.length,
      open_frames: open.slice(0, MAX_OPEN_FRAMES),
      open_frames_total: open.length,
      took_ms: Math.round(performance.now() - startedAt),
    };
  };
}

type Counts = LedgerAnswer['totals'];
const NOTHING: Counts = { frames: 0, accepted: 0, indexed: 0, quarantined: 0, dropped: 0, pending: 0 };

function toMinutes(frames: readonly FrameEntry[], now: number): LedgerMinute[] {
  const minutes = new Map<number, LedgerMinute>();
  for (const frame of frames) {
    const at = Math.floor(frame.received / MINUTE_MILLIS) * MINUTE_MILLIS;
    const minute = minutes.get(at) ?? { minute: new Date(at).toISOString(), ...NOTHING, balanced: true };
    const state = judge(frame, now);
    minutes.set(at, {
      ...minute,
      ...add(minute, toCounts(frame)),
      balanced: minute.balanced && (state === 'balanced' || state === 'pending'),
    });
  }
  return [...minutes].sort(([a], [b]) => a - b).map(([, minute]) => minute);
}

function toCounts({ accepted, stored }: FrameEntry): Counts {
  return {
    frames: 1,
    accepted: accepted?.events ?? 0,
    indexed: stored?.indexed ?? 0,
    quarantined: stored?.quarantined ?? 0,
    dropped: accepted?.dropped ?? 0,
    pending: accepted !== undefined && stored === undefined ? accepted.events - accepted.dropped : 0,
  };
}

const add = (a: Counts, b: Counts): Counts => ({
  frames: a.frames + b.frames,
  accepted: a.accepted + b.accepted,
  indexed: a.indexed + b.indexed,
  quarantined: a.quarantined + b.quarantined,
  dropped: a.dropped + b.dropped,
  pending: a.pending + b.pending,
});

const sum = (items: readonly LedgerMinute[]): Counts => items.reduce<Counts>(add, NOTHING);

function toOpenFrame(frame: FrameEntry, now: number): OpenFrame[] {
  const state = judge(frame, now);
  if (state === 'balanced') return [];
  const { id, received, accepted, stored } = frame;
  return [
    {
      frame_id: id,
      received_at: new Date(received).toISOString(),
      age_seconds: Math.max(0, Math.floor((now - received) / 1000)),
      state,
      missing: accepted === undefined ? 'accepted' : stored === undefined ? 'stored' : null,
      accepted: accepted?.events ?? null,
      dropped: accepted?.dropped ?? null,
      indexed: stored?.indexed ?? null,
      quarantined: stored?.quarantined ?? null,
    },
  ];
}
