import type { EndpointClass } from '../../core/route.ts';

/** What a project is metered by besides requests, in windows of a minute and a day. */
export type Metered = 'events' | 'bytes' | 'events_day' | 'bytes_day';

/** How much of what class, for whom. */
export interface Take {
  /** Endpoint class, or what is metered besides requests. */
  readonly of: EndpointClass | 'account' | Metered;
  /** `user:<id>`, `key:<id>`, `ip:<address>`, `project:<id>`, `account:<name>` or `address:<e-mail address>`. */
  readonly who: string;
  /** Units taken, 1 unless given; more than a window has take the whole of one. */
  readonly amount?: number;
  /** Units of a window, where they are not those of the class. */
  readonly units?: number | undefined;
}

/** A limit after a take. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetSeconds: number;
}

export interface Limiter {
  /**
   * Takes from the current window.
   * @throws RetryLater `rate_limited`, or `unavailable` where the table is down and the class must not pass uncounted (sign-in)
   */
  take(take: Take): Promise<Allowance>;
  /** Takes all of them or none. @throws RetryLater as `take` does, for the first that is not granted. @returns in order */
  takeAll(takes: readonly Take[]): Promise<readonly Allowance[]>;
  /** Units of a window of this stage. */
  limitOf(of: Take['of']): number;
  /** What is left in the current window, without taking of it. */
  look(take: Pick<Take, 'of' | 'who' | 'units'>): Promise<Allowance>;
}

/** Units a window. */
export interface Limit {
  readonly units: number;
  readonly windowSeconds: number;
  /** As the seed words it: `50 per 1 minute`. */
  readonly text: string;
}

/** What is taken of a running window. */
export interface LimitUse {
  readonly of: Take['of'];
  /** As in `Take`. */
  readonly who: string;
  readonly limit: Limit;
  /** As instances took it from the table, a share at a time. */
  readonly taken: number;
  /** Unix milliseconds. */
  readonly endsAt: number;
}

/** What an administrator sees of limits, and takes back. */
export interface LimitUses {
  /** The limits themselves, as they are for sessions and addresses. */
  limits(): readonly { readonly of: Take['of']; readonly limit: Limit }[];
  list(): Promise<readonly LimitUse[]>;
  /** @returns how many counts were taken back */
  reset(take: Pick<Take, 'of' | 'who'>): Promise<number>;
  /** @returns how many counts were taken back */
  resetAll(): Promise<number>;
}
