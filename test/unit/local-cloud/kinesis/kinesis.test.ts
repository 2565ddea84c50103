import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../../../lib/local-cloud/emulator.ts';
import type { PolicyStatement } from '../../../../lib/local-cloud/iam/principals.ts';
import { type KinesisOptions, startKinesis } from '../../../../lib/local-cloud/kinesis/kinesis.ts';
import { allow } from '../../../support/allow.ts';
import { refusal } from '../../../support/aws-engine.ts';
import { emulatorOptions, LIMITED, OPERATOR, REGION, temporaryFolder } from '../../../support/emulated-aws.ts';

const ARN = 'arn:aws:kinesis:eu-central-1:123456789012:stream/stream';
const HOUR_MILLIS = 3_600_000;
const stream = (properties: object = { ShardCount: 1, RetentionPeriodHours: 72 }) => ({
  logicalId: 'Stream',
  type: 'AWS::Kinesis::Stream',
  name: 'stream',
  arn: ARN,
  properties: { ...properties },
});

describe('the local Kinesis', () => {
  const StreamName = 'stream';
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let emulator: Emulator;
  let clients: KinesisClient[] = [];
  let nowMillis = Date.UTC(2026, 0, 1);
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients = [];
    await emulator.close();
    await folder.remove();
  });

  const start = async (
    declared = stream(),
    limited: readonly PolicyStatement[] = [],
    more: Partial<KinesisOptions> = {},
  ) => {
    emulator = await startKinesis({
      ...emulatorOptions(folder.path, [declared], limited),
      now: () => nowMillis,
      ...more,
    });
  };
  const client = (credentials = OPERATOR) => {
    const made = new KinesisClient({
      endpoint: emulator.url,
      region: REGION,
      credentials,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    });
    clients.push(made);
    return made;
  };
  const put = async (text: string) =>
    (await client().send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from(text) })))
      .SequenceNumber as string;
  const iterator = async (ShardIteratorType: 'TRIM_HORIZON' | 'LATEST' = 'TRIM_HORIZON') =>
    (
      await client().send(
        new GetShardIteratorCommand({ StreamName, ShardId: 'shardId-000000000000', ShardIteratorType }),
      )
    ).ShardIterator;
  const read = async (ShardIterator: string | undefined) => client().send(new GetRecordsCommand({ ShardIterator }));
  const texts = (records: readonly { Data?: Uint8Array | undefined }[] = []) =>
    records.map(({ Data }) => Buffer.from(Data ?? '').toString());

  it('forgets records after the retention of the stream, and goes on counting', async () => {
    await start();
    const first = await put('old');
    nowMillis += 71 * HOUR_MILLIS;
    const second = await put('new');
    expect(texts((await read(await iterator())).Records)).toEqual(['old', 'new']);
    nowMillis += 2 * HOUR_MILLIS;
    expect(texts((await read(await iterator())).Records)).toEqual(['new']);
    nowMillis += 72 * HOUR_MILLIS;
    const page = await read(await iterator());
    expect(page).toMatchObject({ Records: [], MillisBehindLatest: 0 });
    await emulator.close();
    await start();
    const third = await put('third');
    expect([first, second, third].toSorted()).toEqual([first, second, third]);
    expect(texts((await read(await iterator())).Records)).toEqual(['third']);
  });

  it('lets an iterator expire after five minutes', async () => {
    await start();
    const made = await iterator();
    nowMillis += 5 * 60_000;
    await read(made);
    nowMillis += 1;
    expect((await refusal(read(made))).name).toBe('ExpiredIteratorException');
  });

  it('says how far a reader is behind', async () => {
    await start();
    for (const text of ['a', 'b', 'c']) await put(text);
    nowMillis += 10_000;
    const first = await client().send(new GetRecordsCommand({ ShardIterator: await iterator(), Limit: 2 }));
    expect(first).toMatchObject({ MillisBehindLatest: 10_000 });
    const second = await read(first.NextShardIterator);
    expect(texts(second.Records)).toEqual(['c']);
    expect(second.MillisBehindLatest).toBe(0);
  });

  it('keeps records, their numbers and open iterators over a restart', async () => {
    await start();
    await put('a');
    const page = await read(await iterator());
    await emulator.close();
    await start();
    await put('b');
    expect(texts((await read(page.NextShardIterator)).Records)).toEqual(['b']);
    expect(texts((await read(await iterator())).Records)).toEqual(['a', 'b']);
  });

  it('gives a stream on demand four shards, or as many as it is told to', async () => {
    const declared = stream({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    await start(declared);
    expect((await client().send(new ListShardsCommand({ StreamName }))).Shards).toHaveLength(4);
    await expect(startKinesis({ ...emulatorOptions(folder.path, [declared]), onDemandShards: 1 })).rejects.toThrow(
      /created with 4 shards and cannot be opened with 1/,
    );
  });

  it('refuses some records of a request when a test orders it, and takes the others', async () => {
    await start();
    const order = (body: object) =>
      fetch(`${emulator.url}/_local/faults`, { method: 'POST', body: JSON.stringify(body) });
    expect((await order({ stream: StreamName, every: 2, count: 3 })).status).toBe(200);
    const Records = Array.from({ length: 10 }, (_, index) => ({ PartitionKey: 'k', Data: Buffer.from(String(index)) }));
    const outcome = await client().send(new PutRecordsCommand({ StreamName, Records }));
    expect(outcome.FailedRecordCount).toBe(3);
    expect(outcome.Records?.map(({ ErrorCode }) => ErrorCode === 'ProvisionedThroughputExceededException')).toEqual(
      [0, 1, 0, 1, 0, 1, 0, 0, 0, 0].map(Boolean),
    );
    expect(texts((await read(await iterator())).Records)).toEqual(['0', '2', '4', '6', '7', '8', '9']);
    await order({ stream: StreamName });
    expect((await refusal(put('x'))).name).toBe('ProvisionedThroughputExceededException');
    await fetch(`${emulator.url}/_local/faults`, { method: 'DELETE' });
    await put('x');
    expect((await order({ stream: StreamName, never: 1 })).status).toBe(400);
  });

  it('holds back an answer at the tip for who asks, until there is something', async () => {
    await start();
    const waiting = client();
    waiting.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-tributary-wait'] = '1000';
        return next(args);
      },
      { step: 'build' },
    );
    const tip = await iterator('LATEST');
    let answered = false;
    const reading = waiting.send(new GetRecordsCommand({ ShardIterator: tip })).then((page) => {
      answered = true;
      return page;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    await put('here');
    expect(texts((await reading).Records)).toEqual(['here']);
    expect(texts((await read(tip)).Records)).toEqual(['here']);
  });

  it('does not let a waiting reader delay its end', async () => {
    await start();
    const waiting = client();
    waiting.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-tributary-wait'] = '1000';
        return next(args);
      },
      { step: 'build' },
    );
    const reading = waiting.send(new GetRecordsCommand({ ShardIterator: await iterator('LATEST') }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await emulator.close();
    expect((await reading).Records).toEqual([]);
    await start();
  });

  it('gives no two records one number when many write at once', async () => {
    await start();
    const writer = client();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, writerId) =>
        writer.send(
          new PutRecordsCommand({
            StreamName,
            Records: Array.from({ length: 20 }, (_, index) => ({
              PartitionKey: 'k',
              Data: Buffer.from(`${writerId} ${index}`),
            })),
          }),
        ),
      ),
    );
    const numbers = outcomes.flatMap(({ Records = [] }) => Records.map(({ SequenceNumber }) => SequenceNumber));
    expect(new Set(numbers).size).toBe(600);
    const { Records = [] } = await read(await iterator());
    expect(Records.map(({ SequenceNumber }) => SequenceNumber)).toEqual(numbers.toSorted());
    for (const [writerId, { Records: put = [] }] of outcomes.entries()) {
      const own = put.map(({ SequenceNumber }) => Records.find((record) => record.SequenceNumber === SequenceNumber));
      expect(texts(own.map((record) => ({ Data: record?.Data })))).toEqual(
        Array.from({ length: 20 }, (_, index) => `${writerId} ${index}`),
      );
    }
  });

  it('answers who is not allowed with the sentence of AWS', async () => {
    await start(stream(), [allow(['kinesis:putrecords'], [ARN])]);
    const Records = [{ PartitionKey: 'k', Data: Buffer.from('x') }];
    await client(LIMITED).send(new PutRecordsCommand({ StreamName, Records }));
    expect(
      await refusal(
        client(LIMITED).send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from('x') })),
      ),
    ).toEqual({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::123456789012:assumed-role/limited/limited is not authorized to perform: kinesis:PutRecord on resource: ${ARN} because no identity-based policy allows the kinesis:PutRecord action`,
    });
    const made = await iterator();
    expect((await refusal(client(LIMITED).send(new GetRecordsCommand({ ShardIterator: made })))).name).toBe(
      'AccessDeniedException',
    );
  });
});
