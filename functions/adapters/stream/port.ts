/** Where accepted frames go: accepted means that it took them. */
export interface FrameStream {
  /**
   * Puts records, trying again those that were throttled while there is time.
   * @returns per record whether the stream took it
   */
  put(records: readonly Buffer[], signal: AbortSignal): Promise<readonly boolean[]>;
}
