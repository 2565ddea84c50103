/** Objects of one bucket. */
export interface ObjectStore {
  /** Puts an object; the same key twice holds the later one. */
  put(key: string, body: Buffer, options?: { readonly contentType?: string }): Promise<void>;
  /** @returns undefined where there is none */
  get(key: string): Promise<Buffer | undefined>;
  /** Bytes `[start, end)` of an object, fewer where it ends before. @returns undefined where there is none */
  getRange(key: string, start: number, end: number): Promise<Buffer | undefined>;
  delete(key: string): Promise<void>;
  /** One page of keys in UTF-8 order, at most 1,000. */
  list(prefix: string, after?: string): Promise<{ readonly keys: readonly string[]; readonly more: boolean }>;
}

/** A link by which one object of exactly so many bytes can be put without credentials, for so many seconds. */
export type LinkPut = (key: string, bytes: number, seconds: number) => Promise<string>;
