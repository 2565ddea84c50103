import { AwsError } from '../aws-server/aws-error.ts';

/** A place to read on from: the next record is the first at or after `position`. */
export interface ShardPlace {
  readonly stream: string;
  readonly shard: number;
  readonly position: number;
}

const LIFETIME_MILLIS = 5 * 60_000;

export function toShardIterator({ stream, shard, position }: ShardPlace, nowMillis: number): string {
  return Buffer.from(JSON.stringify([stream, shard, position, nowMillis])).toString('base64');
}

/** @throws AwsError `ExpiredIteratorException` after five minutes, `InvalidArgumentException` for what was not made here */
export function fromShardIterator(iterator: string, nowMillis: number): ShardPlace {
  const [stream, shard, position, madeMillis] = decode(iterator);
  if (typeof stream !== 'string' || !isCount(shard) || !isCount(position) || !isCount(madeMillis)) {
    throw new AwsError('InvalidArgumentException', 'Invalid ShardIterator.');
  }
  if (nowMillis - madeMillis > LIFETIME_MILLIS) {
    throw new AwsError(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${new Date(madeMillis).toISOString()} while right now it is ${new Date(nowMillis).toISOString()} which is further in the future than the tolerated delay of ${LIFETIME_MILLIS} milliseconds.`,
    );
  }
  return { stream, shard, position };
}

function decode(iterator: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(iterator, 'base64').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
