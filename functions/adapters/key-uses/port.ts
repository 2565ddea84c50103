/** When API keys were last used, to the minute. */
export interface KeyUses {
  /** Notes a use; writes at most once a minute for each key and instance. Never fails. */
  note(id: string): Promise<void>;
  /** ISO 8601 by key id; those that were never used are left out. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
