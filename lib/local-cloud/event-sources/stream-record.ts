/** One record of a Kinesis stream. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Unix milliseconds. */
  readonly arrivedAt: number;
}

/** Where reading a shard begins. */
export type ShardPosition = { readonly after: string } | 'TRIM_HORIZON' | 'LATEST';

/** Reads shards as the function's role. Each method rejects with what AWS answers. */
export interface StreamReader {
  listShards(): Promise<readonly string[]>;
  /** @returns an iterator */
  openShard(shardId: string, position: ShardPosition): Promise<string>;
  /** The next records; waits a little at the tip when the stream offers it. `iterator` is undefined at the end of a closed shard. */
  read(iterator: string): Promise<{ readonly records: readonly StreamRecord[]; readonly iterator: string | undefined }>;
}
