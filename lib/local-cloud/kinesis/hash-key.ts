import { createHash } from 'node:crypto';

/** One past the largest hash key: keys are unsigned numbers of 128 bits. */
const SPACE = 1n << 128n;

/** Hash key of a partition key: its MD5 as a number. */
export function toHashKey(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey, 'utf8').digest('hex')}`);
}

/** The shard, of `count` that share the hash keys evenly, that `hashKey` falls into. */
export function shardOf(hashKey: bigint, count: number): number {
  const shard = Number(hashKey / (SPACE / BigInt(count)));
  // the last shard also has what the division leaves over
  return Math.min(shard, count - 1);
}

/** First and last hash key of a shard. */
export function hashKeyRange(shard: number, count: number): { StartingHashKey: string; EndingHashKey: string } {
  const width = SPACE / BigInt(count);
  const end = shard === count - 1 ? SPACE : width * BigInt(shard + 1);
  return {
    StartingHashKey: String(width * BigInt(shard)),
    EndingHashKey: String(end - 1n),
  };
}
