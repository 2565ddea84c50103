import { afterAll, beforeAll, expect, it } from 'vitest';
import { DynamoDbBackOff } from '../../../functions/adapters/back-off/dynamodb.ts';
import { RetryLater } from '../../../functions/core/errors.ts';
import { startTables } from '../../support/tables.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
let now = Date.parse('2026-11-21T12:00:00Z');
beforeAll(async () => {
  tables = await startTables('limits');
});
afterAll(() => tables.stop());

const backOff = () => new DynamoDbBackOff(tables.client, 'limits', () => now);
/** Seconds that somebody still waits. */
const waitOf = (who: string): Promise<number> =>
  backOff()
    .begin(who)
    .then(
      () => 0,
      (error: unknown) => {
        if (error instanceof RetryLater && error.code === 'rate_limited') return error.extensions.retry_after;
        throw error;
      },
    );

it('makes each failure wait twice as long as the one before, up to a quarter of an hour', async () => {
  const waits: number[] = [];
  for (let failures = 0; failures < 17; failures++) {
    await (await backOff().begin('ada|1')).failed();
    const wait = await waitOf('ada|1');
    waits.push(wait);
    if (wait > 1) {
      now += (wait - 1) * 1000;
      expect(await waitOf('ada|1')).toBe(1);
      now -= (wait - 1) * 1000;
    }
    now += wait * 1000;
  }
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  expect(await waitOf('ada|2')).toBe(0);
});

it('forgets failures with a success, and an hour after the last', async () => {
  for (const who of ['succeeds', 'stays away'])
    for (let failures = 0; failures < 5; failures++) await (await backOff().begin(who)).failed();
  now += 2_000;
  await (await backOff().begin('succeeds')).succeeded();
  await (await backOff().begin('succeeds')).failed();
  expect(await waitOf('succeeds')).toBe(0);
  now += 3_600_000;
  await (await backOff().begin('stays away')).failed();
  expect(await waitOf('stays away')).toBe(0);
});

it('lets nobody through while failures cannot be counted', async () => {
  const nowhere = new DynamoDbBackOff(tables.client, 'no-such-table', () => now);
  await expect(nowhere.begin('ada')).rejects.toMatchObject({ code: 'unavailable' });
});
