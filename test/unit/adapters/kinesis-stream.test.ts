import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { KinesisFrameStream } from '../../../functions/adapters/stream/kinesis.ts';

const kinesis = mockClient(KinesisClient);
beforeEach(() => kinesis.reset());

const SIGNAL = new AbortController().signal;
const stream = () => new KinesisFrameStream(new KinesisClient({ region: 'us-east-1' }), 'frames');
const taken = (count: number) => ({
  Records: Array.from({ length: count }, (_, n) => ({ SequenceNumber: String(n), ShardId: 's' })),
});
const throttled = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' };
/** Sizes of the batches that were put. */
const batches = () =>
  kinesis.commandCalls(PutRecordsCommand).map(({ args }) => args[0].input.Records?.map(({ Data }) => Data?.length));

describe('putting frames into the stream', () => {
  it('puts them in one call, each under a partition key of its own', async () => {
    kinesis.on(PutRecordsCommand).resolves(taken(3));
    expect(await stream().put([Buffer.from('a'), Buffer.from('bb'), Buffer.from('ccc')], SIGNAL)).toEqual([
      true,
      true,
      true,
    ]);
    expect(batches()).toEqual([[1, 2, 3]]);
    const keys = kinesis
      .commandCalls(PutRecordsCommand)[0]
      ?.args[0].input.Records?.map(({ PartitionKey }) => PartitionKey);
    expect(new Set(keys).size).toBe(3);
  });

  it('puts again only what was throttled', async () => {
    kinesis
      .on(PutRecordsCommand)
      .resolvesOnce({ Records: [{ SequenceNumber: '1' }, throttled, { SequenceNumber: '2' }] })
      .resolves(taken(1));
    expect(await stream().put([Buffer.from('a'), Buffer.from('bb'), Buffer.from('ccc')], SIGNAL)).toEqual([
      true,
      true,
      true,
    ]);
    expect(batches()).toEqual([[1, 2, 3], [2]]);
  });

  it('puts all again where the call itself failed', async () => {
    kinesis.on(PutRecordsCommand).rejectsOnce(new Error('socket hang up')).resolves(taken(1));
    expect(await stream().put([Buffer.from('a')], SIGNAL)).toEqual([true]);
  });

  it('keeps calls within 500 records and 10 MiB', async () => {
    kinesis.on(PutRecordsCommand).callsFake((input: { Records: unknown[] }) => taken(input.Records.length));
    const many = Array.from({ length: 1_001 }, () => Buffer.alloc(10));
    expect((await stream().put(many, SIGNAL)).every(Boolean)).toBe(true);
    expect(batches().map((sizes) => sizes?.length)).toEqual([500, 500, 1]);
    kinesis.resetHistory();
    const large = Array.from({ length: 12 }, () => Buffer.alloc(1_000_000));
    await stream().put(large, SIGNAL);
    for (const sizes of batches())
      expect((sizes ?? []).reduce<number>((sum, size) => sum + (size ?? 0), 0)).toBeLessThan(10 * 1_048_576);
  });

  it('gives up when the request has no time left, and says what was taken', async () => {
    kinesis.on(PutRecordsCommand).resolves({ Records: [{ SequenceNumber: '1' }, throttled] });
    expect(await stream().put([Buffer.from('a'), Buffer.from('b')], AbortSignal.abort())).toEqual([true, false]);
  });
});
