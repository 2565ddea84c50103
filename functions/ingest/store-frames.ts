import type { EventWriter, WriteOutcome } from '../adapters/event-store/port.ts';
import type { Ledger, StoredFrame } from '../adapters/ledger/port.ts';
import type { FrameHeader } from '../core/frame.ts';
import { log } from '../core/log.ts';
import type { Quarantine } from './quarantine/quarantine.ts';

/** What storing frames stands on. */
export interface StoreParts {
  readonly events: EventWriter;
  readonly ledger: Ledger;
  readonly quarantine: Quarantine;
}

/** A frame with its lines. */
export interface OpenedFrame {
  readonly header: FrameHeader;
  readonly lines: readonly string[];
}

/** What became of a frame's events. */
export interface Stored {
  readonly created: number;
  /** Were there already. */
  readonly existing: number;
  readonly quarantined: number;
}

/** Lines stored in one go; bounds what is in memory once inflated. */
export const MAX_LINES_BYTES = 24 * 1_048_576;

/**
 * Stores the events of frames: each is created, was there already, or goes to quarantine; then the ledger is told of them all at once, when
 * they can be searched and wait for nothing.
 * @returns for each frame, in order, what became of it; undefined where it must be stored again
 */
export function makeStoreFrames({ events, ledger, quarantine }: StoreParts) {
  return async (frames: readonly OpenedFrame[], signal: AbortSignal): Promise<readonly (Stored | undefined)[]> => {
    if (frames.length === 0) return [];
    const outcomes = await events.create(
      frames.map(({ header: { project, index }, lines }) => ({ project, index, lines })),
      signal,
    );
    const retry = outcomes
      .map((group) => group.find(({ kind }) => kind === 'retry'))
      .find((found) => found !== undefined);
    if (retry?.kind === 'retry')
      log('warn', 'events cannot be stored now, their frames will come again', {}, retry.reason);
    const settled = await Promise.all(frames.map((frame, at) => settle(frame, outcomes[at] ?? [])));
    const done = frames.flatMap(({ header }, at) => toEntry(header, settled[at]));
    return (await enter(done)) ? settled : frames.map(() => undefined);
  };

  async function settle(
    { header, lines }: OpenedFrame,
    outcomes: readonly WriteOutcome[],
  ): Promise<Stored | undefined> {
    if (outcomes.length !== lines.length || outcomes.some(({ kind }) => kind === 'retry')) return undefined;
    const refused = outcomes.flatMap((outcome, at) =>
      outcome.kind === 'refused' ? [{ line: lines[at] ?? '', reason: outcome.reason }] : [],
    );
    try {
      if (refused.length > 0) await quarantine.events(header, refused);
    } catch (error) {
      log(
        'error',
        'events cannot be put aside, their frame will come again',
        { 'tributary.frame.id': header.id },
        error,
      );
      return undefined;
    }
    const created = outcomes.filter(({ kind }) => kind === 'created').length;
    return { created, existing: lines.length - created - refused.length, quarantined: refused.length };
  }

  /** @returns whether the ledger took it */
  async function enter(done: readonly StoredFrame[]): Promise<boolean> {
    try {
      if (done.length > 0) await ledger.stored(done);
      return true;
    } catch (error) {
      log(
        'error',
        'the ledger does not take outcomes, their frames will come again',
        { 'messaging.batch.message_count': done.length },
        error,
      );
      return false;
    }
  }
}

const toEntry = (header: FrameHeader, stored: Stored | undefined): StoredFrame[] =>
  stored === undefined ? [] : [{ header, indexed: stored.created + stored.existing, quarantined: stored.quarantined }];
