import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SegmentState } from './snapshot.ts';

/** Shared memory let go of before a collection is worth its pause. */
const WORTH_COLLECTING = 64 * 2 ** 20;
const DELAY_MILLIS = 500;

let released = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * Notes that this thread refers to `bytes` of shared memory no longer. V8 counts shared memory to no thread, so a thread that rests would
 * keep merged segments for good; when enough is gone, it is made to collect.
 */
export function release(bytes: number): void {
  released += bytes;
  if (released < WORTH_COLLECTING || timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    released = 0;
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  }, DELAY_MILLIS);
  timer.unref();
}

/** Releases the segments that a newer state of an index does not have any more. */
export function releaseDropped(before: readonly SegmentState[], after: readonly SegmentState[]): void {
  const kept = new Set(after.map(({ id }) => id));
  const dropped = before.filter(({ id }) => !kept.has(id));
  if (dropped.length > 0) release(dropped.reduce((sum, { memory }) => sum + memory.byteLength, 0));
}
