import type { FrameHeader } from '../../core/frame.ts';

/** What became of one frame; each side of the ledger writes its own members, any number of times with the same outcome. */
export interface Ledger {
  /** The archive's side: what the header says was accepted and dropped. */
  accepted(headers: readonly FrameHeader[]): Promise<void>;
  /** The index's side. */
  stored(header: FrameHeader, counts: { readonly indexed: number; readonly quarantined: number }): Promise<void>;
}
