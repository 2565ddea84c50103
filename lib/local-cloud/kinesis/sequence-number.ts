import { AwsError } from '../aws-server/aws-error.ts';

/** Where a shard stands in time and order: what its sequence numbers are made of. */
export interface ShardOrigin {
  /** Unix milliseconds of the stream's creation. */
  readonly createdMillis: number;
  readonly shard: number;
}

/**
 * 56 digits, as the real ones have: `49`, creation in milliseconds (13), shard (5), position (36).
 * Within a shard they rise strictly; as numbers and as text they sort alike.
 */
export function toSequenceNumber({ createdMillis, shard }: ShardOrigin, position: number): string {
  return `49${pad(createdMillis, 13)}${pad(shard, 5)}${pad(position, 36)}`;
}

/** Position within the shard that `sequenceNumber` names. @throws AwsError when it is not of this shard */
export function toPosition(origin: ShardOrigin, sequenceNumber: string): number {
  const prefix = toSequenceNumber(origin, 0).slice(0, 20);
  const position = Number(sequenceNumber.slice(20));
  if (!/^\d{56}$/.test(sequenceNumber) || !sequenceNumber.startsWith(prefix) || !Number.isSafeInteger(position)) {
    throw new AwsError(
      'InvalidArgumentException',
      `StartingSequenceNumber ${sequenceNumber} used in GetShardIterator on shard ${toShardId(origin.shard)} is invalid because it did not come from this stream.`,
    );
  }
  return position;
}

export const toShardId = (shard: number): string => `shardId-${pad(shard, 12)}`;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
