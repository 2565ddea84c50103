import type { EndpointClass } from '../../core/route.ts';

/** How much of what class, for whom. */
export interface Take {
  /** Endpoint class, or what is metered besides requests. */
  readonly of: EndpointClass | 'events' | 'bytes';
  /** `user:<id>`, `key:<id>` or `ip:<address>`. */
  readonly who: string;
  /** Units taken, 1 unless given. */
  readonly amount?: number;
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
}
