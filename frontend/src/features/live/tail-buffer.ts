import type { LogEvent } from '../../lib/log-event.ts';
import { type Severity, severityOf } from '../../lib/severity.ts';

/** A stretch of events that exist and are not shown. */
export interface Gap {
  readonly kind: 'gap';
  readonly key: string;
  readonly count: number;
  readonly from: string;
  readonly to: string;
}
/** Where the reader was when the tail went on. */
export interface Resumed {
  readonly kind: 'resumed';
  readonly key: string;
  readonly at: number;
}
export type TailRow = { readonly kind: 'event'; readonly key: string; readonly event: LogEvent } | Gap | Resumed;

export const CAPACITY = 10_000;
/** Arrivals are counted in buckets of five seconds over five minutes. */
export const BUCKET_MILLIS = 5_000;
const BUCKETS = 60;

export interface RateBucket {
  /** Start, epoch milliseconds. */
  readonly time: number;
  total: number;
  readonly counts: Partial<Record<Severity, number>>;
}

/**
 * The rows of a tail, outside React: at most 10,000 shown, and as many held back while the reader has paused.
 * What is dropped becomes a gap row, so that shown + gaps is what was sent.
 */
export class TailBuffer {
  rows: TailRow[] = [];
  /** New events since the pause, those beyond the hold included. */
  waiting = 0;
  /** Events received since the start, and errors among them. */
  received = 0;
  errors = 0;
  #held: TailRow[] = [];
  #paused = false;
  #incoming: TailRow[] = [];
  readonly #known = new Set<string>();
  #positions: Map<string, number> | null = null;
  #serial = 0;
  readonly #rate = new Map<number, RateBucket>();
  readonly #capacity: number;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Takes events in; those already known, as after a resume, are left out. */
  add(events: readonly LogEvent[], now: number): void {
    const bucket = this.#bucket(now);
    for (const event of events) {
      if (this.#known.has(event.id)) continue;
      this.#known.add(event.id);
      this.#incoming.push({ kind: 'event', key: event.id, event });
      this.received += 1;
      const severity = severityOf(event.severity);
      bucket.total += 1;
      bucket.counts[severity] = (bucket.counts[severity] ?? 0) + 1;
      if (this.#paused) this.waiting += 1;
      if (severity === 'ERROR' || severity === 'FATAL') this.errors += 1;
    }
  }

  addGap(gap: { count: number; from: string; to: string }): void {
    this.#serial += 1;
    this.#incoming.push({ kind: 'gap', key: `gap-${this.#serial}`, ...gap });
    if (this.#paused) this.waiting += gap.count;
  }

  /** Moves what came in to where it is seen. Returns whether shown rows changed. */
  flush(): boolean {
    if (this.#incoming.length === 0) return false;
    const batch = this.#incoming;
    this.#incoming = [];
    if (!this.#paused) {
      this.#append(batch);
      return true;
    }
    this.#held.push(...batch);
    this.#trimHeld();
    return false;
  }

  pause(): void {
    this.flush();
    this.#paused = true;
    this.waiting = 0;
  }

  /** Shows what was held back, after a line that marks the place. */
  resume(now: number): void {
    this.flush();
    this.#paused = false;
    const held = this.#held;
    this.#held = [];
    this.waiting = 0;
    if (held.length === 0) return;
    this.#serial += 1;
    this.#append([{ kind: 'resumed', key: `resumed-${this.#serial}`, at: now }, ...held]);
  }

  /** Hides what is shown; nothing is forgotten about what was seen, so a resume brings none of it back. */
  clear(): void {
    this.rows = [];
    this.#positions = null;
  }

  /** Puts loaded events where their gap is; what the gap still misses stays as a smaller gap. */
  fill(key: string, events: readonly LogEvent[], left: number): void {
    const at = this.rows.findIndex((row) => row.key === key);
    const gap = this.rows[at];
    if (gap?.kind !== 'gap') return;
    const fresh = events.filter(({ id }) => !this.#known.has(id));
    for (const { id } of fresh) this.#known.add(id);
    const filled: TailRow[] = fresh.map((event) => ({ kind: 'event', key: event.id, event }));
    if (left > 0) filled.push({ ...gap, count: left, from: events.at(-1)?.timestamp ?? gap.from });
    this.rows.splice(at, 1, ...filled);
    this.#positions = null;
  }

  indexOf(key: string): number {
    this.#positions ??= new Map(this.rows.map((row, index) => [row.key, index]));
    return this.#positions.get(key) ?? -1;
  }

  events(): readonly LogEvent[] {
    return this.rows.flatMap((row) => (row.kind === 'event' ? [row.event] : []));
  }

  /** Arrivals of the last five minutes, oldest first. */
  rate(now: number): readonly RateBucket[] {
    const last = this.#bucket(now).time;
    for (const time of this.#rate.keys()) if (time <= last - BUCKETS * BUCKET_MILLIS) this.#rate.delete(time);
    return Array.from({ length: BUCKETS }, (_, index) => {
      const time = last - (BUCKETS - 1 - index) * BUCKET_MILLIS;
      return this.#rate.get(time) ?? { time, total: 0, counts: {} };
    });
  }

  /** Events a second, by the last whole bucket. */
  perSecond(now: number): number {
    return Math.round(((this.#rate.get(this.#bucket(now).time - BUCKET_MILLIS)?.total ?? 0) * 1_000) / BUCKET_MILLIS);
  }

  #bucket(now: number): RateBucket {
    const time = Math.floor(now / BUCKET_MILLIS) * BUCKET_MILLIS;
    const bucket = this.#rate.get(time) ?? { time, total: 0, counts: {} };
    this.#rate.set(time, bucket);
    return bucket;
  }

  #append(batch: readonly TailRow[]): void {
    // appended one by one: spreading a long batch into push would overflow the stack
    for (const row of batch) this.rows.push(row);
    const excess = this.rows.length - this.#capacity;
    if (excess > 0) for (const row of this.rows.splice(0, excess)) this.#known.delete(row.key);
    this.#positions = null;
  }

  #trimHeld(): void {
    const excess = this.#held.length - this.#capacity;
    if (excess <= 0) return;
    const dropped = this.#held.splice(0, excess + 1);
    const gap = { count: 0, from: '\uffff', to: '' };
    for (const row of dropped) {
      this.#known.delete(row.key);
      if (row.kind === 'resumed') continue;
      const [count, from, to] =
        row.kind === 'gap' ? [row.count, row.from, row.to] : [1, row.event.timestamp, row.event.timestamp];
      gap.count += count;
      if (from < gap.from) gap.from = from;
      if (to > gap.to) gap.to = to;
    }
    this.#serial += 1;
    this.#held.unshift({ kind: 'gap', key: `gap-${this.#serial}`, ...gap });
  }
}
