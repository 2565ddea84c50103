import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import type { AuditEvent, StoredEntry } from '../../../functions/adapters/audit-trail/port.ts';
import { DynamoDbAuditReader } from '../../../functions/adapters/audit-trail/reader.ts';
import { hashOf, NO_HASH } from '../../../functions/core/audit-entry.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { readAuditTrail, startTables } from '../../support/tables.ts';

let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  tables = await startTables('things', 'audit');
});
afterAll(() => tables.stop());

let projects = 0;
function start() {
  const project = ProjectId.parse(`project-${projects++}`);
  const clock = { now: Date.parse('2026-11-21T12:00:00Z') };
  const trail = () => new DynamoDbAuditTrail(tables.client, 'audit', () => clock.now);
  const event = (entityId: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
    project,
    actor: { type: 'user', id: 'ann', name: 'Ann' },
    action: 'thing.created',
    entityType: 'thing',
    entityId,
    result: 'success',
    ...more,
  });
  const reader = new DynamoDbAuditReader(tables.client, 'audit');
  const stored = async () => {
    const found: StoredEntry[] = [];
    for await (const each of reader.range(project, 1)) found.push(each);
    return found;
  };
  return { project, clock, trail, event, reader, stored, read: () => readAuditTrail(tables.client, 'audit', project) };
}

const putThing = (id: string) => ({
  Put: { TableName: 'things', Item: { pk: id, sk: '-' }, ConditionExpression: 'attribute_not_exists(pk)' },
});
const thing = async (id: string) =>
  (await tables.client.send(new GetCommand({ TableName: 'things', Key: { pk: id, sk: '-' } }))).Item;

describe('the chain of a project', () => {
  it('binds each entry to the one before it by the hash of its text', async () => {
    const { trail, event, stored, reader, project } = start();
    const writer = trail();
    for (const id of ['a', 'b', 'c']) await writer.record(event(id));
    const entries = await stored();
    expect(entries.map(({ key }) => key)).toEqual(['000000000001', '000000000002', '000000000003']);
    const previous = entries.map(({ text }) => JSON.parse(text).previous_hash);
    expect(previous).toEqual([NO_HASH, entries[0]?.hash, entries[1]?.hash]);
    expect(entries.map(({ text }) => hashOf(text))).toEqual(entries.map(({ hash }) => hash));
    expect(await reader.head(project)).toMatchObject({ seq: 3, hash: entries[2]?.hash });
  });

  it('has no gap, no double and no broken link after forty writers at once in ten instances', async () => {
    const { trail, event, stored } = start();
    const writers = Array.from({ length: 10 }, trail);
    await Promise.all(Array.from({ length: 40 }, (_, n) => writers[n % 10]?.record(event(`thing ${n}`))));
    const entries = await stored();
    const contents = entries.map(({ text }) => JSON.parse(text));
    expect(contents.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(new Set(contents.map(({ entity_id }) => entity_id)).size).toBe(40);
    for (const [n, { previous_hash }] of contents.entries())
      expect(previous_hash).toBe(n === 0 ? NO_HASH : hashOf(entries[n - 1]?.text ?? ''));
  });

  it('never goes back in time, whatever the clocks of its writers say', async () => {
    const { trail, event, clock, read } = start();
    await trail().record(event('a'));
    clock.now -= 60_000;
    await trail().record(event('b'));
    const [a, b] = await read();
    expect(b?.timestamp).toBe(a?.timestamp);
  });

  it('is made in one step with the change it tells of, or neither is', async () => {
    const { trail, event, read, project } = start();
    await trail().write([putThing(`${project} once`)], event('once'));
    const again = trail().write([putThing(`${project} once`), putThing(`${project} other`)], event('twice'));
    await expect(again).rejects.toThrow(TransactionCanceledException);
    expect((await read()).map(({ entity_id }) => entity_id)).toEqual(['once']);
    expect(await thing(`${project} other`)).toBeUndefined();
  });

  it('lets one of several who make the same change through, and tells the others theirs is not', async () => {
    const { trail, event, read, project } = start();
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => trail().write([putThing(`${project} wanted`)], event('wanted'))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await read()).toHaveLength(1);
  });

  it('keeps no secret: neither by the name of its member nor by its form', async () => {
    const { trail, event, stored } = start();
    const key = `trb_test_${'a'.repeat(40)}`;
    await trail().record(
      event('a', {
        oldValues: { password: 'hunter2hunter2', nested: { apiKey: 'k-12345', clientSecret: ['s-9'] } },
        newValues: {
          url: 'https://ann:opensesame@example.com/',
          note: `use ${key}`,
          header: 'Bearer abcdefghijklmnop',
        },
        metadata: { 'X-API-Key': 'x-999', tokens_used: 7, name: 'kept' },
      }),
    );
    const [{ text } = { text: '' }] = await stored();
    for (const secret of ['hunter2', 'k-12345', 's-9', 'opensesame', key, 'abcdefghijklmnop', 'x-999'])
      expect(text).not.toContain(secret);
    expect(JSON.parse(text).metadata).toEqual({ 'X-API-Key': '[masked]', tokens_used: 7, name: 'kept' });
  });

  it('refuses values that are too large to keep', async () => {
    const { trail, event, read } = start();
    const large = trail().record(event('a', { newValues: { text: 'x'.repeat(200_000) } }));
    await expect(large).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await read()).toEqual([]);
  });
});

describe('a change elsewhere', () => {
  const about = (event: AuditEvent) => {
    const { result: _result, ...rest } = event;
    return rest;
  };

  it('has an entry before and one of its outcome after', async () => {
    const { trail, event, read, reader, project } = start();
    const during: string[] = [];
    const made = await trail().around(about(event('a')), async () => {
      during.push(...(await read()).map(({ result }) => result));
      return 7;
    });
    const [intent, outcome] = await read();
    expect([made, during]).toEqual([7, ['pending']]);
    expect(outcome).toMatchObject({ result: 'success', intent_id: intent?.id });
    expect([...(await reader.unfinished(project))]).toEqual([]);
  });

  it('that fails says so in the outcome and to its caller', async () => {
    const { trail, event, read } = start();
    await expect(
      trail().around(about(event('a')), async () => {
        throw new Error('no such bucket');
      }),
    ).rejects.toThrow('no such bucket');
    expect((await read()).map(({ result }) => result)).toEqual(['pending', 'failure']);
  });

  it('that nobody lived to finish stays open', async () => {
    const { trail, event, reader, project } = start();
    void trail().around(about(event('a')), () => new Promise(() => undefined));
    while ((await reader.head(project)) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await trail().around(about(event('b')), async () => undefined);
    expect([...(await reader.unfinished(project))]).toEqual([1]);
  });
});
