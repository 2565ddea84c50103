import type { Delivery } from '../../core/kinesis.ts';

/** Knows records that ended the function before it could say so (out of memory, out of time). */
export interface Attempts {
  /** Notes that work on a record begins. @returns true where it began three times before and never came to an end */
  exhausted(delivery: Delivery, batchSize: number): Promise<boolean>;
  /** Notes that all work that began here came to an end, whatever became of it: waiting for a store that is away ends no function. */
  survived(): Promise<void>;
}
