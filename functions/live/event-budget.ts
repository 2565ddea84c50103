/** Events a second that a viewer is sent of one shard; a person reads no more, and search has the rest. */
export const EVENTS_PER_SECOND = 1_000;
/** Seconds whose events can come late together without a gap. */
const BURST_SECONDS = 5;
export const MOST_EVENTS = EVENTS_PER_SECOND * BURST_SECONDS;
/** Budgets that are remembered; forgetting one only fills it again. */
const MAX_KEPT = 10_000;

/** How many events may be sent now, by who or what they are sent for: a thousand a second, and what a few quiet seconds left over. */
export class EventBudget {
  readonly #kept = new Map<string, { left: number; at: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns how many of `wanted` may be sent; they count as sent */
  take(key: string, wanted: number): number {
    const at = this.#now();
    const before = this.#kept.get(key);
    const earned = before === undefined ? MOST_EVENTS : (Math.max(0, at - before.at) / 1_000) * EVENTS_PER_SECOND;
    const left = Math.min(MOST_EVENTS, (before?.left ?? 0) + earned);
    const taken = Math.min(wanted, Math.floor(left));
    if (before === undefined && this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(key, { left: left - taken, at });
    return taken;
  }
}
