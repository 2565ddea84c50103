import type { Mapping } from '../mapping.ts';
import { openSegment, type Segment } from '../segment/segment.ts';
import type { IndexState } from '../snapshot.ts';

/** One segment as a search sees it. */
export interface SegmentView {
  readonly id: string;
  readonly index: IndexView;
  readonly segment: Segment;
  /** Bit set of living documents; all of them when absent. */
  readonly live: Uint32Array | undefined;
  /** Number of the segment's first document among all of its index, for `_doc`. */
  readonly base: number;
}

/** One index as a search sees it: it never changes, a newer one takes its place. */
export interface IndexView {
  readonly name: string;
  readonly uuid: string;
  readonly folder: string;
  readonly shards: number;
  readonly maxResultWindow: number;
  readonly mapping: Mapping;
  readonly segments: readonly SegmentView[];
}

/** Opens what the writer published: views of shared memory, nothing is copied. Segments that `before` has are taken from it. */
export function openIndex({ segments: states, ...rest }: IndexState, before: IndexView | undefined): IndexView {
  const opened = new Map(before?.uuid === rest.uuid ? before.segments.map(({ id, segment }) => [id, segment]) : []);
  const segments: SegmentView[] = [];
  const view: IndexView = { ...rest, segments };
  let base = 0;
  for (const { id, memory, live } of states) {
    const segment = opened.get(id) ?? openSegment(memory);
    segments.push({ id, index: view, segment, live: live === undefined ? undefined : new Uint32Array(live), base });
    base += segment.documents;
  }
  return view;
}

/** Greatest time of a segment in Unix milliseconds, for visiting the newest first. */
export function newestOf({ segment }: SegmentView): number {
  if (segment.sortField === undefined) return Number.NEGATIVE_INFINITY;
  const millis = segment.dates.get(segment.sortField)?.millis[0];
  return millis === undefined || Number.isNaN(millis) ? Number.NEGATIVE_INFINITY : millis;
}
