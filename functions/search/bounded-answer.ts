import { setTimeout as sleep } from 'node:timers/promises';
import type { Places } from '../adapters/places/port.ts';
import { RetryLater } from '../core/errors.ts';
import type { ReadCall } from './search-logs.ts';

export interface Patience<Input> {
  /** Whether a read is such that it needs a place from its beginning. @default none is */
  readonly isHeavy?: (input: Input) => boolean;
  /** How long a read needs no place: most are done by then, and cost no count. @default 300 ms */
  readonly momentMillis?: number;
  /** How long is waited for a place. @default 6 s */
  readonly waitMillis?: number;
}

const RETRY_SECONDS = 5;

/**
 * Lets a read that takes longer than a moment go on only in one of its project's places. Where none is free it is cancelled, in the store
 * too, and begun again when there is one: so a project's slow reads stand in line behind each other, and not before those of others. What
 * is heavy stands in line at once, for a store does not end at the moment it is told to.
 * @throws RetryLater `rate_limited` where no place came free in time
 */
export function boundedAnswer<Input, Output>(
  places: Places,
  answer: (input: Input, call: ReadCall) => Promise<Output>,
  { isHeavy = () => false, momentMillis = 300, waitMillis = 6_000 }: Patience<Input> = {},
) {
  return async (input: Input, call: ReadCall): Promise<Output> => {
    const { project } = call.caller;
    if (!isHeavy(input)) {
      const stop = new AbortController();
      const first = answer(input, { ...call, signal: AbortSignal.any([call.signal, stop.signal]) });
      if (await endsWithin(first, momentMillis)) return first;
      const place = await places.take(project);
      if (place !== undefined) return first.finally(place);
      stop.abort();
    }
    const place = await waitFor(() => places.take(project), momentMillis, waitMillis, call.signal);
    return answer(input, call).finally(place);
  };
}

/** Whether it comes to an end, good or bad, within this time. */
async function endsWithin(work: Promise<unknown>, millis: number): Promise<boolean> {
  const isOver = new AbortController();
  const over = () => {
    isOver.abort();
    return true;
  };
  const late = sleep(millis, false, { signal: isOver.signal }).catch(() => true);
  return Promise.race([work.then(over, over), late]);
}

async function waitFor<Taken>(
  take: () => Promise<Taken | undefined>,
  stepMillis: number,
  waitMillis: number,
  signal: AbortSignal,
): Promise<Taken> {
  for (const end = performance.now() + waitMillis; performance.now() < end; ) {
    const taken = await take();
    if (taken !== undefined) return taken;
    // not all at the same moment
    await sleep(stepMillis * (0.5 + Math.random()), undefined, { signal });
  }
  throw new RetryLater('rate_limited', 'this project runs as many long searches as it may at a time', RETRY_SECONDS);
}
