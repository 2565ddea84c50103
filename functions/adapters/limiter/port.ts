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
