import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbLimiter } from '../../../functions/adapters/limiter/dynamodb.ts';
import { LIMITS } from '../../../functions/adapters/limiter/limits.ts';
import { RetryLater } from '../../../functions/core/errors.ts';
import { startTables } from '../../support/tables.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  tables = await startTables('limits');
});
afterAll(() => tables.stop());

const START = Date.parse('2026-11-21T12:00:00Z');
const makeLimiter = (now = () => START, factor = 1) => new DynamoDbLimiter(tables.client, 'limits', { factor }, now);
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the limiter', () => {
  it('gives what the class allows and refuses the next, in the words of the seed', async () => {
    const limiter = makeLimiter();
    for (let n = 0; n < LIMITS.search.units; n++) await limiter.take({ of: 'search', who: 'user:a' });
    const error = await refusal(limiter.take({ of: 'search', who: 'user:a' }));
    expect(error).toBeInstanceOf(RetryLater);
    expect(error).toMatchObject({
      code: 'rate_limited',
      message: 'Rate limit exceeded: 50 per 1 minute',
      extensions: { retry_after: 60 },
    });
  });

  it('begins anew with the next window', async () => {
    let now = START;
    const limiter = makeLimiter(() => now);
    for (let n = 0; n < 10; n++) await limiter.take({ of: 'register', who: 'ip:1' });
    expect(await refusal(limiter.take({ of: 'register', who: 'ip:1' }))).toBeInstanceOf(RetryLater);
    now += 3_600_000;
    expect(await limiter.take({ of: 'register', who: 'ip:1' })).toMatchObject({ limit: 10 });
  });

  it('keeps callers and classes apart', async () => {
    const limiter = makeLimiter();
    for (let n = 0; n < 10; n++) await limiter.take({ of: 'register', who: 'ip:2' });
    await limiter.take({ of: 'register', who: 'ip:3' });
    await limiter.take({ of: 'login', who: 'ip:2' });
  });

  it.each([1, 20])('never gives more than the limit to %d instances together', async (instances) => {
    const limiters = Array.from({ length: instances }, () => makeLimiter());
    const who = `user:many-${instances}`;
    let given = 0;
    await Promise.all(
      limiters.map(async (limiter) => {
        for (let n = 0; n < 300; n++) {
          if ((await refusal(limiter.take({ of: 'lookup', who }))) !== undefined) break;
          given++;
        }
      }),
    );
    expect(given).toBeLessThanOrEqual(LIMITS.lookup.units);
    expect(given).toBeGreaterThanOrEqual(LIMITS.lookup.units * 0.95);
  });

  it('lets reads and ingest through while its table is down, and refuses sign-in', async () => {
    const limiter = new DynamoDbLimiter(tables.client, 'no-such-table', { factor: 1 }, () => START);
    await limiter.take({ of: 'search', who: 'user:a' });
    await limiter.take({ of: 'ingest', who: 'key:a' });
    expect(await refusal(limiter.take({ of: 'login', who: 'ip:1' }))).toMatchObject({ code: 'unavailable' });
  });

  it('gives a stage its multiple', async () => {
    const limiter = makeLimiter(() => START, 20);
    expect(await limiter.take({ of: 'register', who: 'ip:factor' })).toMatchObject({ limit: 200 });
  });
});
