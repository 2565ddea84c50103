import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbAttempts } from '../../../functions/adapters/attempts/dynamodb.ts';
import { toDelivery } from '../../support/fakes.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const MINUTE = 60_000;
const old = toDelivery(Buffer.from('a'), 1, NOW - 2 * MINUTE);
const fresh = toDelivery(Buffer.from('b'), 2, NOW);

const table = mockClient(DynamoDBDocumentClient);
/** Environments by key, as the table keeps them. */
const begun = new Map<string, ReadonlySet<string>>();
interface Update {
  readonly Key: { readonly pk: string };
  readonly UpdateExpression: string;
  readonly ExpressionAttributeValues?: { readonly ':this': ReadonlySet<string> };
}
let isAway = false;
beforeEach(() => {
  table.reset();
  begun.clear();
  table.on(UpdateCommand).callsFake(({ Key, UpdateExpression, ExpressionAttributeValues }: Update) => {
    if (isAway) throw new Error('the table is away');
    if (UpdateExpression.startsWith('REMOVE')) return { removed: begun.delete(Key.pk) };
    const environments = new Set([...(begun.get(Key.pk) ?? []), ...(ExpressionAttributeValues?.[':this'] ?? [])]);
    begun.set(Key.pk, environments);
    return { Attributes: { environments } };
  });
});

/** An execution environment of the function. */
const start = () => new DynamoDbAttempts(table as never, 'ledger', () => NOW);

describe('attempts at a record', () => {
  it('are exhausted when work on it began three times and never came to an end', async () => {
    for (let death = 1; death <= 3; death++) expect(await start().exhausted(old, 1)).toBe(false);
    expect(await start().exhausted(old, 1)).toBe(true);
  });

  it('are not exhausted by waiting for a store that is away, in however many environments', async () => {
    for (let run = 1; run <= 10; run++) {
      const attempts = start();
      expect(await attempts.exhausted(old, 1)).toBe(false);
      await attempts.survived();
    }
  });

  it('are not exhausted by an environment that lives, however often it begins and cannot tell of the end', async () => {
    const attempts = start();
    for (let run = 1; run <= 10; run++) expect(await attempts.exhausted(old, 1)).toBe(false);
    expect(await start().exhausted(old, 1)).toBe(false);
  });

  it('are told to have ended by the next work of an environment that could not tell at once', async () => {
    for (let run = 1; run <= 5; run++) {
      const attempts = start();
      expect(await attempts.exhausted(old, 1)).toBe(false);
      isAway = true;
      await expect(attempts.survived()).rejects.toThrow('away');
      isAway = false;
      // it goes on with other records
      await attempts.survived();
    }
  });

  it('cost no call for a record that is fresh or has company', async () => {
    const attempts = start();
    expect(await attempts.exhausted(fresh, 1)).toBe(false);
    expect(await attempts.exhausted(old, 2)).toBe(false);
    await attempts.survived();
    expect(table.calls()).toHaveLength(0);
  });
});
