import type { FrameEntry } from '../../adapters/ledger/port.ts';

/** A frame of which one side alone has told is taken for lost when it is older. */
export const OVERDUE_MILLIS = 10 * 60_000;

/** What a frame's two sides say of it together. */
export type FrameState =
  /** `accepted = indexed + quarantined + dropped`. */
  | 'balanced'
  /** One side has not told yet, and may still. */
  | 'pending'
  /** One side has not told in ten minutes. */
  | 'overdue'
  /** Both have told, and their counts differ. */
  | 'unequal';

/** @param now Unix milliseconds */
export function judge({ received, accepted, stored }: FrameEntry, now: number): FrameState {
  if (accepted !== undefined && stored !== undefined)
    return accepted.events === stored.indexed + stored.quarantined + accepted.dropped ? 'balanced' : 'unequal';
  return now - received > OVERDUE_MILLIS ? 'overdue' : 'pending';
}
