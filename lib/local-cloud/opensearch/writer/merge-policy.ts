/** How many living documents a segment has, and how many it had. */
export interface SegmentSize {
  readonly id: string;
  readonly documents: number;
  readonly living: number;
}

/** Segments of like size are merged when there are this many: each document is merged about log₈(documents / 1000) times. */
const TIER_WIDTH = 8;
const FIRST_TIER = 1_000;
/** Bounds the memory and time of one merge. */
const MAX_DOCUMENTS = 500_000;

/** Which segments to merge next, or none. */
export function planMerge(segments: readonly SegmentSize[]): string[] {
  const hollow = segments.find(({ documents, living }) => living * 2 < documents);
  if (hollow !== undefined) return [hollow.id];
  const tiers = new Map<number, SegmentSize[]>();
  for (const segment of segments) {
    if (segment.living * 2 > MAX_DOCUMENTS) continue;
    const tier = Math.max(0, Math.ceil(Math.log(segment.living / FIRST_TIER) / Math.log(TIER_WIDTH)));
    tiers.set(tier, [...(tiers.get(tier) ?? []), segment]);
  }
  for (const [, members] of [...tiers].sort(([a], [b]) => a - b)) {
    if (members.length < TIER_WIDTH) continue;
    const chosen: string[] = [];
    let total = 0;
    for (const { id, living } of [...members].sort((a, b) => a.living - b.living)) {
      if (total + living > MAX_DOCUMENTS) break;
      total += living;
      chosen.push(id);
    }
    if (chosen.length > 1) return chosen;
  }
  return [];
}
