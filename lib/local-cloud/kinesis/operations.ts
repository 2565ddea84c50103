import { z } from 'zod';
import { AwsError } from '../aws-server/aws-error.ts';
import { type Call, type Operation, operation } from '../aws-server/json-service.ts';
import type { Faults } from './faults.ts';
import { hashKeyRange, shardOf, toHashKey } from './hash-key.ts';
import { toPosition, toSequenceNumber, toShardId } from './sequence-number.ts';
import { fromShardIterator, type ShardPlace, toShardIterator } from './shard-iterator.ts';
import type { NewRecord, StoredRecord, Stream, StreamStore } from './stream-store.ts';

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const MAX_ANSWER_BYTES = 10 * 1024 * 1024;
const MAX_WAIT_MILLIS = 1000;

const StreamName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[a-zA-Z0-9_.-]+$/);
const Target = {
  StreamName: StreamName.optional(),
  StreamARN: z.string().min(1).max(2048).optional(),
};
const Entry = {
  Data: z.string(),
  PartitionKey: z.string().min(1).max(256),
  ExplicitHashKey: z
    .string()
    .regex(/^(0|[1-9]\d{0,38})$/)
    .optional(),
};

interface Context {
  readonly store: StreamStore;
  readonly faults: Faults;
  readonly now: () => number;
  readonly toArn: (name: string) => string;
}
type Target = {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
};
type Entry = {
  readonly Data: string;
  readonly PartitionKey: string;
  readonly ExplicitHashKey?: string | undefined;
};

/** The operations of Kinesis Data Streams that are known here, over the streams of `store`. */
export function kinesisOperations({ store, faults, now, toArn }: Context): Readonly<Record<string, Operation>> {
  const nameOf = ({ StreamName, StreamARN }: Target): string => {
    const name = StreamName ?? StreamARN?.split(':stream/')[1];
    if (name === undefined)
      throw new AwsError('ValidationException', 'Either StreamName or StreamARN must be provided.');
    if (StreamARN !== undefined && StreamARN !== toArn(name)) {
      throw new AwsError(
        'InvalidArgumentException',
        `StreamARN ${StreamARN} does not name stream ${name} of this account.`,
      );
    }
    return name;
  };
  const streamOf = (target: Target): Stream => {
    const name = nameOf(target);
    const stream = store.get(name);
    if (stream === undefined) {
      const account = toArn(name).split(':')[4];
      throw new AwsError('ResourceNotFoundException', `Stream ${name} under account ${account} not found.`);
    }
    return stream;
  };
  const need = (action: string) => (target: Target) => [
    { action: `kinesis:${action}`, resource: toArn(nameOf(target)) },
  ];
  const on = <Shape extends z.core.$ZodShape>(
    action: string,
    shape: Shape,
    run: (input: z.output<z.ZodObject<Shape, z.core.$strict>>, call: Call) => object | Promise<object>,
  ) => operation(z.strictObject(shape), (input) => need(action)(input as Target), run);

  const shardsOf = (stream: Stream) =>
    Array.from({ length: stream.shards }, (_, shard) => ({
      ShardId: toShardId(shard),
      HashKeyRange: hashKeyRange(shard, stream.shards),
      SequenceNumberRange: {
        StartingSequenceNumber: toSequenceNumber({ createdMillis: stream.createdMillis, shard }, 0),
      },
    }));
  const describe = (stream: Stream) => ({
    StreamName: stream.name,
    StreamARN: toArn(stream.name),
    StreamStatus: 'ACTIVE',
    StreamModeDetails: {
      StreamMode: stream.onDemand ? 'ON_DEMAND' : 'PROVISIONED',
    },
    RetentionPeriodHours: stream.retentionMillis / 3_600_000,
    StreamCreationTimestamp: stream.createdMillis / 1000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
  });

  const put = async (stream: Stream, entries: readonly Entry[], places: readonly string[]) => {
    const records = entries.map((entry, index) => toRecord(entry, stream, places[index] ?? ''));
    const size = records.reduce(
      (sum, { data, partitionKey }) => sum + data.length + Buffer.byteLength(partitionKey),
      0,
    );
    if (size > MAX_REQUEST_BYTES) {
      throw new AwsError('InvalidArgumentException', 'Records size exceeds 10 MB limit');
    }
    const refusals = records.map(() => faults.next(stream.name));
    const accepted = records.filter((_, index) => refusals[index] === undefined);
    const positions = await store.append(stream, accepted, now());
    return records.map(({ shard }, index) => {
      const code = refusals[index];
      if (code !== undefined) {
        return {
          code,
          message: `Rate exceeded for shard ${toShardId(shard)} in stream ${stream.name} under account ${toArn('').split(':')[4]}.`,
        };
      }
      const position = positions.shift() ?? 0;
      return {
        sequenceNumber: toSequenceNumber({ createdMillis: stream.createdMillis, shard }, position),
        shardId: toShardId(shard),
      };
    });
  };

  return {
    PutRecord: on(
      'PutRecord',
      { ...Target, ...Entry, SequenceNumberForOrdering: z.string().optional() },
      async (input) => {
        const [outcome] = await put(streamOf(input), [input], ['data']);
        if (outcome?.code !== undefined) throw new AwsError(outcome.code, outcome.message);
        return {
          SequenceNumber: outcome?.sequenceNumber,
          ShardId: outcome?.shardId,
        };
      },
    ),

    PutRecords: on(
      'PutRecords',
      { ...Target, Records: z.array(z.strictObject(Entry)).min(1).max(500) },
      async (input) => {
        const places = input.Records.map((_, index) => `records.${index + 1}.member.data`);
        const outcomes = await put(streamOf(input), input.Records, places);
        return {
          FailedRecordCount: outcomes.filter(({ code }) => code !== undefined).length,
          Records: outcomes.map(({ code, message, sequenceNumber, shardId }) =>
            code === undefined
              ? { SequenceNumber: sequenceNumber, ShardId: shardId }
              : { ErrorCode: code, ErrorMessage: message },
          ),
        };
      },
    ),

    DescribeStream: on(
      'DescribeStream',
      {
        ...Target,
        Limit: z.number().int().min(1).max(10_000).default(100),
        ExclusiveStartShardId: z.string().optional(),
      },
      (input) => {
        const stream = streamOf(input);
        const page = after(shardsOf(stream), input.ExclusiveStartShardId, input.Limit);
        return {
          StreamDescription: {
            ...describe(stream),
            Shards: page.shards,
            HasMoreShards: page.more,
          },
        };
      },
    ),

    DescribeStreamSummary: on('DescribeStreamSummary', Target, (input) => {
      const stream = streamOf(input);
      return {
        StreamDescriptionSummary: {
          ...describe(stream),
          OpenShardCount: stream.shards,
          ConsumerCount: 0,
        },
      };
    }),

    ListStreams: operation(
      z.strictObject({
        Limit: z.number().int().min(1).max(10_000).default(100),
        ExclusiveStartStreamName: StreamName.optional(),
      }),
      () => [{ action: 'kinesis:ListStreams', resource: '*' }],
      ({ Limit, ExclusiveStartStreamName: start }) => {
        const names = store.names().filter((name) => start === undefined || name > start);
        return {
          StreamNames: names.slice(0, Limit),
          HasMoreStreams: names.length > Limit,
        };
      },
    ),

    ListShards: operation(
      z.strictObject({
        ...Target,
        NextToken: z.string().optional(),
        ExclusiveStartShardId: z.string().optional(),
        MaxResults: z.number().int().min(1).max(10_000).default(1000),
      }),
      (input) => need('ListShards')(input.NextToken === undefined ? input : shardsToken(input.NextToken)),
      (input) => {
        const token = input.NextToken === undefined ? undefined : shardsToken(input.NextToken);
        const stream = streamOf(token ?? input);
        const { shards, more } = after(shardsOf(stream), token?.shard ?? input.ExclusiveStartShardId, input.MaxResults);
        const next = Buffer.from(JSON.stringify([stream.name, shards.at(-1)?.ShardId])).toString('base64');
        return { Shards: shards, ...(more ? { NextToken: next } : {}) };
      },
    ),

    GetShardIterator: on(
      'GetShardIterator',
      {
        ...Target,
        ShardId: z.string().min(1).max(128),
        ShardIteratorType: z.enum([
          'AT_SEQUENCE_NUMBER',
          'AFTER_SEQUENCE_NUMBER',
          'TRIM_HORIZON',
          'LATEST',
          'AT_TIMESTAMP',
        ]),
        StartingSequenceNumber: z.string().optional(),
        Timestamp: z.number().optional(),
      },
      (input) => {
        const stream = streamOf(input);
        const shard = shardsOf(stream).findIndex(({ ShardId }) => ShardId === input.ShardId);
        if (shard < 0) {
          throw new AwsError(
            'ResourceNotFoundException',
            `Shard ${input.ShardId} in stream ${stream.name} under account ${toArn('').split(':')[4]} does not exist`,
          );
        }
        const position = startPosition(store, stream, shard, input);
        return {
          ShardIterator: toShardIterator({ stream: stream.name, shard, position }, now()),
        };
      },
    ),

    GetRecords: operation(
      z.strictObject({
        ShardIterator: z.string().min(1).max(512),
        Limit: z.number().int().min(1).max(10_000).default(10_000),
        StreamARN: Target.StreamARN,
      }),
      ({ ShardIterator }) =>
        need('GetRecords')({
          StreamName: fromShardIterator(ShardIterator, now()).stream,
        }),
      async ({ ShardIterator, Limit }, { headers }) => {
        const place = fromShardIterator(ShardIterator, now());
        const stream = streamOf({ StreamName: place.stream });
        await waitForRecord(store, stream, place, headers['x-tributary-wait']);
        return readRecords(store, stream, place, Limit, now());
      },
    ),
  };
}

function toRecord(entry: Entry, { shards, maxRecordBytes }: Stream, place: string): NewRecord {
  const data = Buffer.from(entry.Data, 'base64');
  const padding = entry.Data.endsWith('==') ? 2 : entry.Data.endsWith('=') ? 1 : 0;
  if (entry.Data.length % 4 !== 0 || data.length !== (entry.Data.length / 4) * 3 - padding) {
    throw new AwsError('SerializationException', `${place} is not base64`);
  }
  if (data.length + Buffer.byteLength(entry.PartitionKey) > maxRecordBytes) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at '${place}' failed to satisfy constraint: Member must have length less than or equal to ${maxRecordBytes}`,
    );
  }
  const hashKey = entry.ExplicitHashKey === undefined ? toHashKey(entry.PartitionKey) : BigInt(entry.ExplicitHashKey);
  if (hashKey >= 1n << 128n) {
    throw new AwsError(
      'InvalidArgumentException',
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${hashKey}`,
    );
  }
  return {
    shard: shardOf(hashKey, shards),
    partitionKey: entry.PartitionKey,
    data,
  };
}

function after<T extends { readonly ShardId: string }>(shards: readonly T[], start: string | undefined, limit: number) {
  const rest = shards.filter(({ ShardId }) => start === undefined || ShardId > start);
  return { shards: rest.slice(0, limit), more: rest.length > limit };
}

function shardsToken(token: string): { StreamName: string; shard: string } {
  try {
    const [StreamName, shard] = z
      .tuple([z.string(), z.string()])
      .parse(JSON.parse(Buffer.from(token, 'base64').toString('utf8')));
    return { StreamName, shard };
  } catch {
    throw new AwsError('InvalidArgumentException', 'NextToken is invalid.');
  }
}

function startPosition(
  store: StreamStore,
  stream: Stream,
  shard: number,
  input: {
    ShardIteratorType: string;
    StartingSequenceNumber?: string | undefined;
    Timestamp?: number | undefined;
  },
): number {
  const { ShardIteratorType: type, StartingSequenceNumber: number, Timestamp: seconds } = input;
  const origin = { createdMillis: stream.createdMillis, shard };
  switch (type) {
    case 'TRIM_HORIZON':
      return 0;
    case 'LATEST':
      return store.lastPosition(stream, shard) + 1;
    case 'AT_TIMESTAMP':
      if (seconds === undefined) {
        throw new AwsError(
          'InvalidArgumentException',
          `Must either specify timestamp parameter for iterator of type ${type}.`,
        );
      }
      return store.firstPositionSince(stream, shard, seconds * 1000);
    default:
      if (number === undefined) {
        throw new AwsError(
          'InvalidArgumentException',
          `Must either specify startingSequenceNumber parameter for iterator of type ${type}.`,
        );
      }
      return toPosition(origin, number) + (type === 'AFTER_SEQUENCE_NUMBER' ? 1 : 0);
  }
}

/** Holds an answer back until there is something to read, so that a record is seen as it comes; only for who asks by `x-tributary-wait`. */
async function waitForRecord(
  store: StreamStore,
  stream: Stream,
  place: ShardPlace,
  header: string | string[] | undefined,
): Promise<void> {
  const until = performance.now() + Math.min(Number(header ?? 0) || 0, MAX_WAIT_MILLIS);
  while (store.lastPosition(stream, place.shard) < place.position) {
    const left = until - performance.now();
    if (left <= 0 || !(await store.waitForAppend(left))) return;
  }
}

function readRecords(store: StreamStore, stream: Stream, place: ShardPlace, limit: number, nowMillis: number) {
  const records: StoredRecord[] = [];
  let size = 0;
  for (const record of store.read(stream, place, limit, nowMillis)) {
    size += record.data.length;
    if (size > MAX_ANSWER_BYTES && records.length > 0) break;
    records.push(record);
  }
  const last = records.at(-1);
  // nothing read means that all from here on is past its retention
  const next =
    last === undefined ? Math.max(place.position, store.lastPosition(stream, place.shard) + 1) : last.position + 1;
  const behind = last !== undefined && last.position < store.lastPosition(stream, place.shard);
  return {
    Records: records.map(({ position, arrivedMillis, partitionKey, data }) => ({
      SequenceNumber: toSequenceNumber({ createdMillis: stream.createdMillis, shard: place.shard }, position),
      ApproximateArrivalTimestamp: arrivedMillis / 1000,
      PartitionKey: partitionKey,
      Data: Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64'),
    })),
    NextShardIterator: toShardIterator({ ...place, position: next }, nowMillis),
    MillisBehindLatest: behind ? Math.max(nowMillis - last.arrivedMillis, 1) : 0,
  };
}
