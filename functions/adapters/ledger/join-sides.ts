import type { FrameEntry } from './port.ts';

/** What one side told of one frame: events and dropped ones, or indexed and quarantined ones. */
export interface Told {
  readonly side: 'accepted' | 'stored';
  readonly id: string;
  readonly received: number;
  readonly counts: readonly [number, number];
}

/** Frames with both their sides, by id. Of what a side told of a frame twice, the larger first count stands: more was indexed later. */
export function joinSides(told: readonly Told[]): readonly FrameEntry[] {
  const frames = new Map<string, FrameEntry>();
  for (const { side, id, received, counts } of told) {
    const known = frames.get(id);
    const [first, second] = counts;
    if (side === 'accepted') frames.set(id, { ...known, id, received, accepted: { events: first, dropped: second } });
    else if (known?.stored === undefined || known.stored.indexed < first)
      frames.set(id, { ...known, id, received, stored: { indexed: first, quarantined: second } });
  }
  return [...frames.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
