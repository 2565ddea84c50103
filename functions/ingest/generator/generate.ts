import { makeIncidentEntries } from './incident.ts';
import { Random } from './random.ts';
import { makeRequest, makeWorkflow, type SampleEntry } from './shop.ts';

/** What to generate. Times in Unix milliseconds. */
export interface SampleSettings {
  readonly from: number;
  readonly to: number;
  /** About how many events. */
  readonly events: number;
  readonly seed: number;
}

/** A day has its busy hours: relative load by hour, UTC. */
const LOAD = [3, 2, 2, 2, 3, 4, 6, 8, 10, 11, 12, 12, 11, 12, 12, 11, 11, 12, 13, 12, 10, 8, 6, 4];
/** An incident takes this share of the range, beginning at this share of it. */
const INCIDENT = { at: 0.78, length: 0.03 };

/**
 * Sample logs of a shop of six services: requests with traces, background work, workflow executions, and one incident to find: the
 * payment database runs out of connections, checkouts fail, a deploy is rolled back. Sorted by time; the same for the same seed.
 */
export function generateSample({ from, to, events, seed }: SampleSettings): SampleEntry[] {
  const random = new Random(seed);
  const incident = { from: from + (to - from) * INCIDENT.at, to: from + (to - from) * (INCIDENT.at + INCIDENT.length) };
  const entries: SampleEntry[] = makeIncidentEntries(incident, random);
  while (entries.length < events) {
    const at = busyMoment(from, to, random);
    const failing = at >= incident.from && at < incident.to;
    entries.push(...(random.chance(0.04) ? [makeWorkflow(at, failing, random)] : makeRequest(at, failing, random)));
  }
  return entries
    .map((entry) => ({ entry, at: Date.parse(String(entry.timestamp ?? entry.executed_at)) }))
    .filter(({ at }) => at <= to)
    .sort((a, b) => a.at - b.at)
    .slice(-events)
    .map(({ entry }) => entry);
}

function busyMoment(from: number, to: number, random: Random): number {
  const busiest = Math.max(...LOAD);
  for (;;) {
    const at = random.int(from, to);
    if (random.chance((LOAD[new Date(at).getUTCHours()] ?? busiest) / busiest)) return at;
  }
}
