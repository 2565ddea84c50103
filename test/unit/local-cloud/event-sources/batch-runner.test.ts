import { describe, expect, it } from 'vitest';
import {
  type BatchRunnerOptions,
  type FailedBatch,
  runBatch,
} from '../../../../lib/local-cloud/event-sources/batch-runner.ts';
import type { MappingSettings } from '../../../../lib/local-cloud/event-sources/mapping-settings.ts';
import type { StreamRecord } from '../../../../lib/local-cloud/event-sources/stream-record.ts';
import type { InvocationResult } from '../../../../lib/local-cloud/workers/function-pool.ts';

const SETTINGS: MappingSettings = {
  id: 'mapping',
  streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/in',
  functionName: 'f',
  enabled: true,
  batchSize: 100,
  windowMillis: 0,
  parallelization: 1,
  bisect: false,
  reportsItemFailures: false,
  maximumRetries: undefined,
  maximumAgeMillis: undefined,
  startingPosition: 'TRIM_HORIZON',
  onFailureBucket: undefined,
};

const record = (n: number, arrivedAt = 1_000): StreamRecord => ({
  sequenceNumber: String(n),
  partitionKey: 'p',
  data: Buffer.from(`r${n}`),
  arrivedAt,
});
const numbers = (records: readonly StreamRecord[]) => records.map(({ sequenceNumber }) => Number(sequenceNumber));
const ok = (answer: unknown = null): InvocationResult => ({ requestId: 'r', payload: JSON.stringify(answer) });
const failed = (): InvocationResult => ({ ...ok(), error: { errorType: 'Error', errorMessage: 'no' } });
const reports = (...n: unknown[]) =>
  ok({ batchItemFailures: n.map((itemIdentifier) => ({ itemIdentifier: String(itemIdentifier) })) });

/** Runs records through a function that `answer` stands for. */
async function run(
  records: readonly StreamRecord[],
  answer: (batch: number[], call: number) => InvocationResult | Promise<InvocationResult>,
  settings: Partial<MappingSettings> = {},
  over: Partial<BatchRunnerOptions> = {},
) {
  const calls: number[][] = [];
  const done: number[] = [];
  const stored: FailedBatch[] = [];
  await runBatch(records, {
    settings: { ...SETTINGS, ...settings },
    invoke: async (batch) => {
      calls.push(numbers(batch));
      return answer(numbers(batch), calls.length);
    },
    storeFailure: async (batch) => {
      stored.push(batch);
    },
    onDone: (finished) => done.push(...numbers(finished)),
    maximumBackoffMillis: 1,
    now: () => 2_000,
    log: () => {},
    signal: new AbortController().signal,
    ...over,
  });
  return { calls, done, stored };
}

const four = [1, 2, 3, 4].map((n) => record(n));

describe('a batch', () => {
  it('is done when the function succeeds', async () => {
    expect(await run(four, () => ok())).toEqual({ calls: [[1, 2, 3, 4]], done: [1, 2, 3, 4], stored: [] });
  });

  it('comes again whole when the function fails, without limit unless one is set', async () => {
    const { calls, done } = await run(four, (_batch, call) => (call < 6 ? failed() : ok()));
    expect(calls).toEqual(Array(6).fill([1, 2, 3, 4]));
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('is given up after its retries, with the records and the count of invocations', async () => {
    const { calls, done, stored } = await run(four, failed, { maximumRetries: 2 });
    expect(calls).toHaveLength(3);
    expect(done).toEqual([1, 2, 3, 4]);
    expect(stored).toMatchObject([{ reason: 'RetryAttemptsExhausted', invocations: 3 }]);
    expect(numbers(stored[0]?.records ?? [])).toEqual([1, 2, 3, 4]);
  });

  it('is cut in two down to the poison record, without spending its retries on that', async () => {
    const { calls, done, stored } = await run(four, (batch) => (batch.includes(3) ? failed() : ok()), {
      bisect: true,
      maximumRetries: 1,
    });
    expect(calls).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [3], [4]]);
    expect(done).toEqual([1, 2, 3, 4]);
    expect(stored.map((batch) => numbers(batch.records))).toEqual([[3]]);
  });

  it('begins again at the lowest item that is reported', async () => {
    const { calls, done } = await run(four, (batch, call) => (call === 1 ? reports(4, 3) : ok(batch)), {
      reportsItemFailures: true,
    });
    expect(calls).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('spends no retry on reported items while it gets on, if it may be bisected', async () => {
    const answer = (batch: number[]) => (batch.length > 1 ? reports(batch[1]) : ok());
    const { calls, stored } = await run(four, answer, { reportsItemFailures: true, bisect: true, maximumRetries: 0 });
    expect(calls).toEqual([[1, 2, 3, 4], [2, 3, 4], [3, 4], [4]]);
    expect(stored).toEqual([]);
  });

  it.each([[{ batchItemFailures: [] }], [{ batchItemFailures: null }], [null], [{}]])(
    'is done when the report is %j',
    async (answer) => {
      expect((await run(four, () => ok(answer), { reportsItemFailures: true })).done).toEqual([1, 2, 3, 4]);
    },
  );

  it('fails whole when the report names what it does not hold', async () => {
    const { calls } = await run(four, (_batch, call) => (call === 1 ? reports(99) : ok()), {
      reportsItemFailures: true,
    });
    expect(calls).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it('does not look at a report that it did not ask for', async () => {
    expect((await run(four, () => reports(3))).done).toEqual([1, 2, 3, 4]);
  });

  it('gives up records older than the age without running them, and runs the rest', async () => {
    const old = [record(1, 0), record(2, 100), record(3, 1_900)];
    const { calls, done, stored } = await run(old, () => ok(), { maximumAgeMillis: 1_000 });
    expect(calls).toEqual([[3]]);
    expect(done).toEqual([1, 2, 3]);
    expect(stored).toMatchObject([{ reason: 'RecordAgeExceeded', invocations: 0 }]);
  });

  it('gives up what grows too old while it is retried', async () => {
    let now = 1_500;
    const { calls, stored } = await run(
      [record(1)],
      () => {
        now += 400;
        return failed();
      },
      { maximumAgeMillis: 1_000 },
      { now: () => now },
    );
    expect(calls).toHaveLength(2);
    expect(stored).toMatchObject([{ reason: 'RecordAgeExceeded', invocations: 2 }]);
  });

  it('spends no retry when the function cannot be invoked', async () => {
    const { calls, stored } = await run(
      four,
      (_batch, call) => {
        if (call < 4) throw new Error('throttled');
        return ok();
      },
      { maximumRetries: 0 },
    );
    expect(calls).toHaveLength(4);
    expect(stored).toEqual([]);
  });

  it('is not done until what was given up is stored', async () => {
    let attempts = 0;
    const { done } = await run(
      [record(1)],
      failed,
      { maximumRetries: 0 },
      {
        storeFailure: async () => {
          if (++attempts < 3) throw new Error('no bucket');
        },
      },
    );
    expect([attempts, done]).toEqual([3, [1]]);
  });

  it('stays undone when it is stopped between tries', async () => {
    const stop = new AbortController();
    const { calls, done } = await run(
      four,
      () => {
        stop.abort();
        return failed();
      },
      {},
      { signal: stop.signal },
    );
    expect([calls.length, done]).toEqual([1, []]);
  });
});
