import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  KinesisMapping,
  type KinesisMappingOptions,
} from '../../../../lib/local-cloud/event-sources/kinesis-mapping.ts';
import type { MappingSettings } from '../../../../lib/local-cloud/event-sources/mapping-settings.ts';
import type {
  ShardPosition,
  StreamReader,
  StreamRecord,
} from '../../../../lib/local-cloud/event-sources/stream-record.ts';
import type { InvocationResult } from '../../../../lib/local-cloud/workers/function-pool.ts';
import { temporaryFolder } from '../../../support/cloud-assembly.ts';

/** A busy machine is no failure. */
const PATIENCE = { timeout: 20_000 };

/** A stream in memory; iterators are `<shard>/<index>`. */
class MemoryStream implements StreamReader {
  readonly shards = new Map<string, StreamRecord[]>();
  readonly opened: [string, ShardPosition][] = [];
  failures = 0;

  put(shard: string, ...records: readonly (readonly [partitionKey: string, bytes: number])[]): void {
    const list = this.shards.get(shard) ?? [];
    this.shards.set(shard, list);
    for (const [partitionKey, bytes] of records) {
      list.push({
        sequenceNumber: String(list.length + 1).padStart(4, '0'),
        partitionKey,
        data: new Uint8Array(bytes),
        arrivedAt: 1_000,
      });
    }
  }

  async listShards() {
    return [...this.shards.keys()];
  }

  async openShard(shard: string, position: ShardPosition) {
    this.opened.push([shard, position]);
    const list = this.shards.get(shard) ?? [];
    const index =
      typeof position === 'string'
        ? position === 'LATEST'
          ? list.length
          : 0
        : list.findIndex((each) => each.sequenceNumber === position.after) + 1;
    return `${shard}/${index}`;
  }

  async read(iterator: string) {
    if (this.failures-- > 0) throw new Error('ExpiredIteratorException');
    const [shard = '', index = '0'] = iterator.split('/');
    const records = (this.shards.get(shard) ?? []).slice(Number(index), Number(index) + 50);
    return { records, iterator: `${shard}/${Number(index) + records.length}` };
  }
}

const SETTINGS: MappingSettings = {
  id: 'mapping-id',
  streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/in',
  functionName: 'f',
  enabled: true,
  batchSize: 10,
  windowMillis: 0,
  parallelization: 1,
  bisect: false,
  reportsItemFailures: false,
  maximumRetries: 0,
  maximumAgeMillis: undefined,
  startingPosition: 'TRIM_HORIZON',
  onFailureBucket: undefined,
};

interface Batch {
  readonly shard: string;
  readonly keys: readonly string[];
  readonly numbers: readonly string[];
  readonly event: string;
}

const running: KinesisMapping[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((mapping) => mapping.close()));
});

function start(
  stream: MemoryStream,
  over: Partial<MappingSettings> = {},
  options: Partial<KinesisMappingOptions> = {},
  answer?: (batch: Batch) => InvocationResult | Promise<InvocationResult>,
) {
  const batches: Batch[] = [];
  const checkpointPath = options.checkpointPath ?? join(temporaryFolder(), 'checkpoints.json');
  const mapping = new KinesisMapping({
    settings: { ...SETTINGS, ...over },
    functionArn: 'arn:function',
    roleArn: 'arn:role',
    region: 'us-east-1',
    reader: stream,
    invoke: async (event) => {
      const { Records } = JSON.parse(event) as {
        Records: { eventID: string; kinesis: { partitionKey: string; sequenceNumber: string } }[];
      };
      const batch = {
        shard: Records[0]?.eventID.split(':')[0] ?? '',
        keys: Records.map(({ kinesis }) => kinesis.partitionKey),
        numbers: Records.map(({ kinesis }) => kinesis.sequenceNumber),
        event,
      };
      batches.push(batch);
      return (await answer?.(batch)) ?? { requestId: 'r', payload: 'null' };
    },
    storeFailure: undefined,
    checkpointPath,
    maximumBackoffMillis: 1,
    now: () => 1_000,
    log: () => {},
    ...options,
  });
  running.push(mapping);
  mapping.start();
  const checkpoints = () => {
    try {
      return JSON.parse(readFileSync(checkpointPath, 'utf8')) as Record<string, string>;
    } catch {
      return {};
    }
  };
  return { mapping, batches, checkpoints, checkpointPath };
}

const records = (count: number, bytes = 10): [string, number][] =>
  Array.from({ length: count }, (_, i) => [`key${i % 7}`, bytes]);

describe('an event source mapping', () => {
  it('gives each shard its own batches, in order, no larger than the batch size', async () => {
    const stream = new MemoryStream();
    stream.put('a', ...records(25));
    stream.put('b', ...records(3));
    const { batches, checkpoints } = start(stream);
    await expect.poll(checkpoints, PATIENCE).toEqual({ a: '0025', b: '0003' });
    const ofA = batches.filter(({ shard }) => shard === 'a');
    expect(ofA.map(({ numbers }) => numbers.length)).toEqual([10, 10, 5]);
    expect(ofA.flatMap(({ numbers }) => numbers)).toEqual([...ofA.flatMap(({ numbers }) => numbers)].sort());
  });

  it('keeps an event under 6 MB of JSON', async () => {
    const stream = new MemoryStream();
    stream.put('a', ...records(9, 1_000_000));
    const { batches, checkpoints } = start(stream, { batchSize: 1_000 });
    await expect.poll(checkpoints, PATIENCE).toEqual({ a: '0009' });
    expect(batches.map(({ numbers }) => numbers.length)).toEqual([4, 4, 1]);
    for (const { event } of batches) expect(Buffer.byteLength(event)).toBeLessThan(6 * 1024 * 1024);
  });

  it('waits for the window to fill a batch', async () => {
    const stream = new MemoryStream();
    stream.put('a', ['k', 1]);
    const { batches, checkpoints } = start(stream, { windowMillis: 300 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(batches).toEqual([]);
    stream.put('a', ['k', 1]);
    await expect.poll(checkpoints, PATIENCE).toEqual({ a: '0002' });
    expect(batches.map(({ numbers }) => numbers)).toEqual([['0001', '0002']]);
  });

  it('runs lanes side by side in the order of each key, and moves the checkpoint over what is all done', async () => {
    const stream = new MemoryStream();
    stream.put('a', ...records(40));
    let slowKey: string | undefined;
    const gate = Promise.withResolvers<void>();
    const { batches, checkpoints } = start(
      stream,
      { parallelization: 4, batchSize: 5 },
      {},
      async ({ numbers, keys }) => {
        if (!numbers.includes('0001')) return { requestId: 'r', payload: 'null' };
        slowKey = keys[0];
        await gate.promise;
        return { requestId: 'r', payload: 'null' };
      },
    );
    await expect.poll(() => batches.length, PATIENCE).toBeGreaterThan(4);
    // the lane of the first record holds everything back, though others are long done
    expect(checkpoints()).toEqual({});
    gate.resolve();
    await expect.poll(checkpoints, PATIENCE).toEqual({ a: '0040' });
    const byKey = new Map<string, string[]>();
    for (const { keys, numbers } of batches) {
      for (const [i, key] of keys.entries()) byKey.set(key, [...(byKey.get(key) ?? []), numbers[i] ?? '']);
    }
    expect(slowKey).toBe('key0');
    for (const order of byKey.values()) expect(order).toEqual([...order].sort());
  });

  it('goes on after the checkpoint when it is started again, and runs again what was not done', async () => {
    const stream = new MemoryStream();
    stream.put('a', ...records(15));
    const blocked = Promise.withResolvers<void>();
    const first = start(stream, {}, {}, async ({ numbers }) => {
      if (numbers.includes('0011')) await blocked.promise;
      return numbers.includes('0011')
        ? { requestId: 'r', payload: '{}', error: { errorType: 'E', errorMessage: 'killed' } }
        : { requestId: 'r', payload: 'null' };
    });
    await expect.poll(first.checkpoints, PATIENCE).toEqual({ a: '0010' });
    const closed = first.mapping.close();
    blocked.resolve();
    await closed;
    const second = start(stream, {}, { checkpointPath: first.checkpointPath });
    await expect.poll(second.checkpoints, PATIENCE).toEqual({ a: '0015' });
    expect(second.batches.flatMap(({ numbers }) => numbers)).toEqual(['0011', '0012', '0013', '0014', '0015']);
  });

  it('opens the shard again where it stood when reading fails', async () => {
    const stream = new MemoryStream();
    stream.put('a', ...records(3));
    const { checkpoints } = start(stream);
    await expect.poll(checkpoints, PATIENCE).toEqual({ a: '0003' });
    stream.failures = 1;
    stream.put('a', ...records(1));
    await expect.poll(checkpoints, PATIENCE).toEqual({ a: '0004' });
    expect(stream.opened.at(-1)).toEqual(['a', { after: '0003' }]);
  });

  it('begins at the tip when it is told LATEST', async () => {
    const stream = new MemoryStream();
    stream.put('a', ...records(3));
    const { checkpoints, batches } = start(stream, { startingPosition: 'LATEST' });
    await expect.poll(() => stream.opened.length, PATIENCE).toBe(1);
    stream.put('a', ['new', 1]);
    await expect.poll(checkpoints, PATIENCE).toEqual({ a: '0004' });
    expect(batches.flatMap(({ keys }) => keys)).toEqual(['new']);
  });

  it('stores what is given up with its records, under the key that Lambda makes', async () => {
    const stream = new MemoryStream();
    stream.put('shardId-000000000000', ['k', 3]);
    const stored: [string, Record<string, unknown>][] = [];
    const { checkpoints } = start(
      stream,
      {},
      { storeFailure: async (prefix, content) => void stored.push([prefix, content as Record<string, unknown>]) },
      () => ({ requestId: 'request', payload: '{}', error: { errorType: 'E', errorMessage: 'no' } }),
    );
    await expect.poll(checkpoints, PATIENCE).toEqual({ 'shardId-000000000000': '0001' });
    const [prefix, content] = stored[0] ?? [];
    expect(prefix).toBe('aws/lambda/mapping-id/shardId-000000000000');
    expect(content).toMatchObject({
      requestContext: {
        requestId: 'request',
        functionArn: 'arn:function',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 1,
      },
      KinesisBatchInfo: {
        shardId: 'shardId-000000000000',
        startSequenceNumber: '0001',
        endSequenceNumber: '0001',
        batchSize: 1,
      },
    });
    const { Records } = JSON.parse(String(content?.payload)) as { Records: { kinesis: { data: string } }[] };
    expect(Records.map(({ kinesis }) => kinesis.data)).toEqual(['AAAA']);
  });
});
