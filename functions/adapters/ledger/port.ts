import type { FrameHeader } from '../../core/frame.ts';
import type { ProjectId } from '../../core/project.ts';

/** What became of a frame's events. */
export interface StoredFrame {
  readonly header: FrameHeader;
  readonly indexed: number;
  readonly quarantined: number;
}

/** Both sides of the ledger write on their own, any number of times with the same outcome. */
export interface Ledger {
  /** The archive's side: what the headers say was accepted and dropped. */
  accepted(headers: readonly FrameHeader[]): Promise<void>;
  /** The index's side. Told twice of a frame, the time that indexed more of it counts. */
  stored(frames: readonly StoredFrame[]): Promise<void>;
}

/** A frame as the two sides tell of it; a side that has not told yet is absent. */
export interface FrameEntry {
  readonly id: string;
  /** Receive time, Unix milliseconds. */
  readonly received: number;
  /** Events that came, those that rules dropped among them. */
  readonly accepted?: { readonly events: number; readonly dropped: number };
  readonly stored?: { readonly indexed: number; readonly quarantined: number };
}

/** A minute of a project in which frames were told of and that nobody has found balanced since. */
export interface OpenMinute {
  readonly project: ProjectId;
  /** Its beginning, Unix milliseconds. */
  readonly minute: number;
  /** Tells this opening from later ones. */
  readonly openedAt: number;
}

/** The reading side. */
export interface LedgerReader {
  /** Frames received in whole minutes of `[from, to)`, both in Unix milliseconds. */
  frames(project: ProjectId, from: number, to: number): Promise<readonly FrameEntry[]>;
  /** Open minutes of all projects, the oldest first. */
  openMinutes(): AsyncIterable<OpenMinute>;
  /** Closes a minute, unless it was opened again meanwhile or a short while ago. */
  close(minute: OpenMinute): Promise<void>;
}
