import type { LedgerReader, OpenMinute } from '../../adapters/ledger/port.ts';
import { log } from '../../core/log.ts';
import { judge } from './balance.ts';

/** What checking stands on. */
export interface CheckParts {
  readonly ledger: LedgerReader;
  readonly now: () => number;
}

/** What the ledger of all projects says now. */
export interface LedgerState {
  /** Frames that one side alone has told of for more than ten minutes, or whose counts differ. */
  readonly unsettled: number;
  /** Seconds since the oldest of them was received, 0 where there is none. */
  readonly oldestSeconds: number;
  /** Minutes that were looked at. */
  readonly minutes: number;
}

const CONCURRENCY = 8;

/** Looks at every minute that is open, closes those that balance, and tells how many frames do not. */
export function makeCheckLedger({ ledger, now }: CheckParts) {
  return async (signal: AbortSignal): Promise<LedgerState> => {
    const state = { unsettled: 0, oldestSeconds: 0, minutes: 0 };
    let batch: OpenMinute[] = [];
    const flush = async () => {
      await Promise.all(batch.map((minute) => look(minute, state)));
      batch = [];
    };
    for await (const minute of ledger.openMinutes()) {
      if (signal.aborted) break;
      batch.push(minute);
      if (batch.length === CONCURRENCY) await flush();
    }
    await flush();
    return state;
  };

  async function look(
    minute: OpenMinute,
    state: { unsettled: number; oldestSeconds: number; minutes: number },
  ): Promise<void> {
    const frames = await ledger.frames(minute.project, minute.minute, minute.minute + 60_000);
    const moment = now();
    const states = frames.map((frame) => ({ frame, state: judge(frame, moment) }));
    state.minutes++;
    const unsettled = states.filter(({ state: each }) => each === 'overdue' || each === 'unequal');
    for (const { frame, state: why } of unsettled) {
      state.unsettled++;
      state.oldestSeconds = Math.max(state.oldestSeconds, Math.floor((moment - frame.received) / 1000));
      if (state.unsettled > MAX_NAMED) continue;
      log('warn', UNSETTLED, {
        'tributary.project': minute.project,
        'tributary.frame.id': frame.id,
        'tributary.frame.state': why,
        'tributary.frame.missing': frame.accepted === undefined ? 'accepted' : frame.stored === undefined && 'stored',
      });
    }
    // empty: the marker was written and the page was not, so its frames come again
    if (frames.length > 0 && states.every(({ state: each }) => each === 'balanced')) await ledger.close(minute);
  }
}

/** Frames that a run names in the log; the API lists all. */
const MAX_NAMED = 20;
const UNSETTLED = 'a frame does not balance';
