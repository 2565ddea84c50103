/** An attempt that was let through. */
export interface Attempt {
  failed(): Promise<void>;
  succeeded(): Promise<void>;
}

/** Makes whoever fails again and again wait longer each time. */
export interface BackOff {
  /**
   * @param who fails, for example an account from an address
   * @throws RetryLater `rate_limited` while they wait; `unavailable` where failures cannot be counted
   */
  begin(who: string): Promise<Attempt>;
}
