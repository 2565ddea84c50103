import { createHash, randomBytes } from 'node:crypto';
import {
  type _Record,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backing, refusal } from '../support/aws-engine.ts';

/** A stream made for one test. */
export interface KinesisBacking {
  readonly client: KinesisClient;
  /** Makes a provisioned stream. @returns its name */
  makeStream(shards: number): Promise<string>;
  stop(): Promise<void>;
}

const MAX_HASH_KEY = 2n ** 128n - 1n;

/** What the two backings do differently on purpose. */
const DIFFERENCES = [
  {
    title:
      'a record whose partition key takes it over 1 MiB is refused, as the API reference says; moto looks at the data alone',
    run: (client: KinesisClient, StreamName: string) =>
      client.send(new PutRecordCommand({ StreamName, PartitionKey: 'key', Data: Buffer.alloc(1024 * 1024) })).then(
        () => 'taken',
        (error: Error) => error.name,
      ),
    emulated: 'ValidationException',
    moto: 'taken',
  },
  {
    title: 'an iterator that was made up is an InvalidArgumentException; moto fails inside',
    run: (client: KinesisClient) =>
      client.send(new GetRecordsCommand({ ShardIterator: Buffer.from('{}').toString('base64') })).then(
        () => 'taken',
        (error: Error) => (error.name === 'InvalidArgumentException' ? error.name : 'something else'),
      ),
    emulated: 'InvalidArgumentException',
    moto: 'something else',
  },
  {
    title: 'the largest hash key of all may be named; moto fails inside',
    run: (client: KinesisClient, StreamName: string) =>
      client
        .send(
          new PutRecordCommand({
            StreamName,
            PartitionKey: 'key',
            ExplicitHashKey: String(MAX_HASH_KEY),
            Data: Buffer.from('x'),
          }),
        )
        .then(
          () => 'taken',
          () => 'refused',
        ),
    emulated: 'taken',
    moto: 'refused',
  },
  {
    title:
      'shards are listed on by the token alone, as AWS has it; moto wants the stream named again, which AWS refuses',
    run: async (client: KinesisClient, StreamName: string) => {
      const first = await client.send(new ListShardsCommand({ StreamName, MaxResults: 2 }));
      return client.send(new ListShardsCommand({ NextToken: first.NextToken, MaxResults: 2 })).then(
        ({ Shards, NextToken }) => `${Shards?.map(({ ShardId }) => ShardId)} ${NextToken}`,
        () => 'refused',
      );
    },
    emulated: 'shardId-000000000002 undefined',
    moto: 'refused',
  },
] as const;

/** What callers of Kinesis Data Streams rely on. */
export const kinesisContract = (backing: Backing, start: () => Promise<KinesisBacking>) =>
  describe(`kinesis ${backing}`, () => {
    let kinesis: KinesisBacking;
    beforeAll(async () => {
      kinesis = await start();
    });
    afterAll(() => kinesis.stop());

    const iterator = async (
      StreamName: string,
      ShardId: string,
      options: Partial<GetShardIteratorCommandInput> = {},
    ) => {
      const { ShardIterator } = await kinesis.client.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON', ...options }),
      );
      return ShardIterator as string;
    };
    const shardIds = async (StreamName: string) => {
      const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName }));
      return Shards.map(({ ShardId = '' }) => ShardId);
    };
    const readAll = async (StreamName: string, shardId: string, Limit?: number) => {
      const all: _Record[] = [];
      let next = await iterator(StreamName, shardId);
      for (;;) {
        const page = await kinesis.client.send(new GetRecordsCommand({ ShardIterator: next, ...(Limit && { Limit }) }));
        all.push(...(page.Records ?? []));
        if (page.MillisBehindLatest === 0 && (page.Records ?? []).length === 0) return all;
        next = page.NextShardIterator as string;
      }
    };

    it('gives back each record once, whole and in the order of its shard', async () => {
      const StreamName = await kinesis.makeStream(1);
      const bodies = Array.from({ length: 25 }, (_, index) => randomBytes(index * 100));
      for (let from = 0; from < 25; from += 5) {
        const Records = bodies
          .slice(from, from + 5)
          .map((Data, index) => ({ Data, PartitionKey: `key ${from + index}` }));
        const { FailedRecordCount } = await kinesis.client.send(new PutRecordsCommand({ StreamName, Records }));
        expect(FailedRecordCount).toBe(0);
      }
      const [shard = ''] = await shardIds(StreamName);
      const records = await readAll(StreamName, shard, 7);
      expect(records.map(({ Data }) => Buffer.from(Data ?? '').toString('hex'))).toEqual(
        bodies.map((body) => body.toString('hex')),
      );
      expect(records.map(({ PartitionKey }) => PartitionKey)).toEqual(bodies.map((_, index) => `key ${index}`));
      const numbers = records.map(({ SequenceNumber = '' }) => BigInt(SequenceNumber));
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => (a < b ? -1 : 1)));
      expect(
        records.every(
          ({ ApproximateArrivalTimestamp: at }) => at !== undefined && Math.abs(at.getTime() - Date.now()) < 3_600_000,
        ),
      ).toBe(true);
    });

    it('puts a record into the shard whose range holds the MD5 of its partition key, or the hash key it names', async () => {
      const StreamName = await kinesis.makeStream(3);
      const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName }));
      const shardFor = (hashKey: bigint) =>
        Shards.find(
          ({ HashKeyRange: range }) =>
            BigInt(range?.StartingHashKey ?? -1) <= hashKey && hashKey <= BigInt(range?.EndingHashKey ?? -1),
        )?.ShardId;
      for (const PartitionKey of ['a', 'b', 'c', 'd', 'e', 'ü', '漢字', 'x'.repeat(256)]) {
        const { ShardId } = await kinesis.client.send(
          new PutRecordCommand({ StreamName, PartitionKey, Data: Buffer.from('x') }),
        );
        expect(ShardId).toBe(shardFor(BigInt(`0x${createHash('md5').update(PartitionKey).digest('hex')}`)));
      }
      for (const hashKey of [1n, MAX_HASH_KEY / 2n, MAX_HASH_KEY - 1n]) {
        const { ShardId } = await kinesis.client.send(
          new PutRecordCommand({
            StreamName,
            PartitionKey: 'same',
            ExplicitHashKey: String(hashKey),
            Data: Buffer.from('x'),
          }),
        );
        expect(ShardId).toBe(shardFor(hashKey));
      }
    });

    it('divides all hash keys among its shards without gap or overlap', async () => {
      const StreamName = await kinesis.makeStream(3);
      const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName }));
      const ranges = Shards.map(
        ({ HashKeyRange }) =>
          [BigInt(HashKeyRange?.StartingHashKey ?? -1), BigInt(HashKeyRange?.EndingHashKey ?? -1)] as const,
      );
      expect(ranges[0]?.[0]).toBe(0n);
      expect(ranges.at(-1)?.[1]).toBe(MAX_HASH_KEY);
      ranges.slice(1).forEach(([start], index) => {
        expect(start).toBe((ranges[index]?.[1] ?? 0n) + 1n);
      });
    });

    it('starts at, after and behind a sequence number, at a time, and at the tip', async () => {
      const StreamName = await kinesis.makeStream(1);
      const [shard = ''] = await shardIds(StreamName);
      const put = async (text: string) => {
        const { SequenceNumber } = await kinesis.client.send(
          new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from(text) }),
        );
        return SequenceNumber as string;
      };
      const read = async (options: Partial<GetShardIteratorCommandInput>) => {
        const { Records = [] } = await kinesis.client.send(
          new GetRecordsCommand({ ShardIterator: await iterator(StreamName, shard, options) }),
        );
        return Records.map(({ Data }) => Buffer.from(Data ?? '').toString());
      };
      await put('one');
      const second = await put('two');
      await put('three');
      expect(await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: second })).toEqual([
        'two',
        'three',
      ]);
      expect(await read({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: second })).toEqual([
        'three',
      ]);
      expect(await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(Date.now() - 3_600_000) })).toEqual([
        'one',
        'two',
        'three',
      ]);
      expect(await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(Date.now() + 3_600_000) })).toEqual(
        [],
      );
      const tip = await iterator(StreamName, shard, { ShardIteratorType: 'LATEST' });
      await put('four');
      const { Records = [], NextShardIterator } = await kinesis.client.send(
        new GetRecordsCommand({ ShardIterator: tip }),
      );
      expect(Records.map(({ Data }) => Buffer.from(Data ?? '').toString())).toEqual(['four']);
      await put('five');
      const more = await kinesis.client.send(new GetRecordsCommand({ ShardIterator: NextShardIterator }));
      expect(more.Records?.map(({ Data }) => Buffer.from(Data ?? '').toString())).toEqual(['five']);
    });

    it('describes the stream and its shards', async () => {
      const StreamName = await kinesis.makeStream(2);
      const { StreamDescriptionSummary: summary } = await kinesis.client.send(
        new DescribeStreamSummaryCommand({ StreamName }),
      );
      expect(summary).toMatchObject({
        StreamName,
        StreamStatus: 'ACTIVE',
        OpenShardCount: 2,
        RetentionPeriodHours: 24,
      });
      const { StreamDescription } = await kinesis.client.send(new DescribeStreamCommand({ StreamName }));
      expect(StreamDescription).toMatchObject({ StreamName, StreamARN: summary?.StreamARN, HasMoreShards: false });
      expect(StreamDescription?.Shards?.map(({ ShardId }) => ShardId)).toEqual([
        'shardId-000000000000',
        'shardId-000000000001',
      ]);
      const byArn = await kinesis.client.send(new DescribeStreamSummaryCommand({ StreamARN: summary?.StreamARN }));
      expect(byArn.StreamDescriptionSummary?.StreamName).toBe(StreamName);
    });

    it('refuses what is not there and what is too much', async () => {
      const StreamName = await kinesis.makeStream(1);
      const put = (Records: { Data: Buffer; PartitionKey: string }[]) =>
        kinesis.client.send(new PutRecordsCommand({ StreamName, Records }));
      const record = { Data: Buffer.from('x'), PartitionKey: 'k' };
      expect(
        (await refusal(kinesis.client.send(new PutRecordCommand({ StreamName: 'nowhere', ...record })))).name,
      ).toBe('ResourceNotFoundException');
      expect((await refusal(iterator(StreamName, 'shardId-000000000009'))).name).toBe('ResourceNotFoundException');
      expect((await refusal(put(Array.from({ length: 501 }, () => record)))).name).toMatch(
        /^(ValidationException|InvalidArgumentException)$/,
      );
      expect((await refusal(put([{ Data: Buffer.alloc(1024 * 1024 + 1), PartitionKey: 'k' }]))).name).toMatch(
        /^(ValidationException|InvalidArgumentException)$/,
      );
    });

    describe('differences', () => {
      for (const difference of DIFFERENCES) {
        it(difference.title, async () => {
          const stream = await kinesis.makeStream(3);
          expect(await difference.run(kinesis.client, stream)).toBe(difference[backing]);
        });
      }
    });
  });
