import type { Mapping } from './mapping.ts';

/** A segment as it crosses to another thread: both buffers are shared, nothing is copied. */
export interface SegmentState {
  /** Unlike any other of its index, ever. */
  readonly id: string;
  readonly memory: SharedArrayBuffer;
  /** Bit set of living documents; all of them when absent. */
  readonly live: SharedArrayBuffer | undefined;
}

/** What a reader needs of one index. A newer one replaces it whole; searches under way keep the one they began with. */
export interface IndexState {
  readonly name: string;
  readonly uuid: string;
  readonly folder: string;
  readonly shards: number;
  readonly maxResultWindow: number;
  readonly mapping: Mapping;
  readonly segments: readonly SegmentState[];
}

/** One change of what is visible. */
export interface Publication {
  readonly changed: readonly IndexState[];
  /** Names of indices that are no more. */
  readonly removed: readonly string[];
}
