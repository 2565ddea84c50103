import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditTrail } from '../../../functions/adapters/audit-trail/dynamodb.ts';
import { MemoryEventStore } from '../../../functions/adapters/event-store/memory.ts';
import { DynamoDbTombstones } from '../../../functions/adapters/tombstones/dynamodb.ts';
import { RetryLater } from '../../../functions/core/errors.ts';
import { makeEventId } from '../../../functions/core/event-id.ts';
import { Reply } from '../../../functions/core/http.ts';
import type { LogRecord } from '../../../functions/core/log-record.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { ulid } from '../../../functions/core/ulid.ts';
import { DeletedLog, RestoredLog } from '../../../functions/deletion/api.ts';
import { makeDeleteLog } from '../../../functions/deletion/delete-log.ts';
import { makeRestoreLog } from '../../../functions/deletion/restore-log.ts';
import { makeSettleDeletions } from '../../../functions/deletion/settle-deletions.ts';
import { keepDeleted } from '../../../functions/ingest/keep-deleted.ts';
import { callOf } from '../../support/calls.ts';
import { lineOf, makeEventSpace } from '../../support/event-builder.ts';
import { readAuditTrail, startTables } from '../../support/tables.ts';

const DAY = 86_400_000;
let tables: Awaited<ReturnType<typeof startTables>>;
beforeAll(async () => {
  tables = await startTables('audit', ...Array.from({ length: 20 }, (_, n) => `tombstones-${n}`));
});
afterAll(() => tables.stop());

const signal = new AbortController().signal;
const stranger = ProjectId.parse('somebody-else');
/** What is due is due in a table of each test's own. */
let tests = 0;

/** The event builder's indices are of days far off; the clock of these tests stands there. */
function start({ bodies = ['one', 'two'], stored = true }: { bodies?: string[]; stored?: boolean } = {}) {
  const { project, index, anEvent } = makeEventSpace();
  const records = bodies.map((body) => anEvent({ body }));
  const [first] = records as [LogRecord];
  let now = Date.parse(`${index.slice('logs-365d-'.length).replaceAll('.', '-')}T12:00:00Z`);
  if (Number.isNaN(now)) now = Date.now();
  const store = new MemoryEventStore();
  const state = { storeIsAway: false };
  const whenThere = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => {
    return async (...args: A) => {
      if (state.storeIsAway) throw new RetryLater('unavailable', 'away', 1);
      return call(...args);
    };
  };
  const audit = new DynamoDbAuditTrail(tables.client, 'audit');
  const tombstones = new DynamoDbTombstones(tables.client, `tombstones-${tests++}`, audit);
  const parts = {
    events: { get: store.get.bind(store) },
    hider: { setHidden: whenThere(store.setHidden.bind(store)), remove: whenThere(store.remove.bind(store)) },
    tombstones,
    cache: {
      clear: async () => {
        throw new RetryLater('unavailable', 'the cache is away', 1);
      },
    },
    graceMillis: 7 * DAY,
    archiveDays: 365,
    now: () => now,
  };
  const group = { project, index, lines: records.map(lineOf) };
  const arrive = () => keepDeleted({ events: store, hider: store, tombstones }).create([group], signal);
  const answer = async <T>(given: Promise<T | Reply>, schema: { parse(value: unknown): T }) => {
    const result = await given;
    return result instanceof Reply
      ? { code: result.status, ...schema.parse(JSON.parse(String(result.body))) }
      : { code: 200, ...schema.parse(result) };
  };
  return {
    project,
    id: first.id,
    records,
    state,
    store,
    tombstones,
    /** *index* gets the events. */
    index: arrive,
    later: (millis: number) => {
      now += millis;
    },
    now: () => now,
    remove: (id: string = first.id, of: ProjectId = project) =>
      answer(makeDeleteLog(parts)({ id }, callOf(of, { scopes: ['write'] })), DeletedLog),
    restore: (id: string = first.id, of: ProjectId = project) =>
      answer(makeRestoreLog(parts)({ id }, callOf(of, { scopes: ['write'] })), RestoredLog),
    settle: () => makeSettleDeletions(parts)(signal),
    read: async () => Promise.all(records.map(async ({ id }) => (await store.get(project, id))?.record.body)),
    entries: async () => {
      const found = await readAuditTrail(tables.client, 'audit', project);
      return found.map(({ action, entity_id, actor }) => ({ action, entity_id, actor: actor.name }));
    },
    ready: stored ? arrive().then(() => undefined) : Promise.resolve(undefined),
  };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );

describe('deleting an event', () => {
  it('hides it until it is restored, and says how long that can be done and what of the archive', async () => {
    const { ready, remove, restore, read, now, id } = start();
    await ready;
    expect(await remove()).toEqual({
      code: 200,
      id,
      status: 'deleted',
      deleted_at: new Date(now()).toISOString(),
      restorable_until: new Date(now() + 7 * DAY).toISOString(),
      archive_retention_days: 365,
    });
    expect(await read()).toEqual([undefined, 'two']);
    expect(await restore()).toEqual({ code: 200, id, status: 'restored' });
    expect(await read()).toEqual(['one', 'two']);
  });

  it('can be asked for again, keeps its first date, and again after a restore', async () => {
    const { ready, remove, restore, read, later } = start();
    await ready;
    const first = await remove();
    later(DAY);
    expect(await remove()).toEqual(first);
    await restore();
    later(DAY);
    expect((await remove()).deleted_at > first.deleted_at).toBe(true);
    expect(await read()).toEqual([undefined, 'two']);
  });

  it('is told in the audit trail with who did it, once for each change', async () => {
    const { ready, remove, restore, settle, later, entries, id } = start();
    await ready;
    await remove();
    await remove();
    await restore();
    await remove();
    later(8 * DAY);
    await settle();
    expect((await entries()).map(({ action, actor }) => `${action} by ${actor}`)).toEqual([
      'log.deleted by u-1',
      'log.restored by u-1',
      'log.deleted by u-1',
      'log.purged by purge',
    ]);
    expect((await entries()).every(({ entity_id }) => entity_id === id)).toBe(true);
  });

  it('finds no event of another project, nor does restoring', async () => {
    const { ready, remove, restore, read, id } = start();
    await ready;
    expect(await codeOf(restore())).toBe('not_found');
    await remove(id, stranger);
    expect(await read()).toEqual(['one', 'two']);
    await remove();
    expect(await codeOf(restore(id, ProjectId.parse('a-third')))).toBe('not_found');
    expect(await read()).toEqual([undefined, 'two']);
  });

  it('refuses an id that is none, and one whose event would have been stored long ago', async () => {
    const { remove, now } = start();
    expect(await codeOf(remove('nonsense'))).toBe('not_found');
    expect(await codeOf(remove(makeEventId('30d', Math.floor(now() / DAY) - 9, ulid(0), 0)))).toBe('not_found');
  });
});

describe('an event that is deleted before it is stored', () => {
  it('is never found once it is, and can be restored', async () => {
    const { ready, remove, index, read, restore } = start({ stored: false });
    await ready;
    expect(await remove()).toMatchObject({ code: 202, status: 'pending' });
    await index();
    expect(await read()).toEqual([undefined, 'two']);
    expect(await restore()).toMatchObject({ status: 'restored' });
    expect(await read()).toEqual(['one', 'two']);
  });

  it('is stored as ever where it was restored before, too', async () => {
    const { ready, remove, index, read, restore } = start({ stored: false });
    await ready;
    await remove();
    expect(await restore()).toMatchObject({ code: 202, status: 'pending' });
    await index();
    expect(await read()).toEqual(['one', 'two']);
  });
});

describe('what is due', () => {
  it('is removed after the grace period, can no longer be restored, and nothing brings it back', async () => {
    const { ready, remove, restore, settle, later, index, read, store, project, id } = start();
    await ready;
    await remove();
    later(7 * DAY - 1);
    expect(await settle()).toEqual({ purged: 0, failed: 0 });
    later(1);
    expect(await codeOf(restore())).toBe('not_found');
    expect(await settle()).toEqual({ purged: 1, failed: 0 });
    expect(await store.setHidden(project, [id], false)).toEqual(new Set());
    expect(await codeOf(restore())).toBe('not_found');
    expect(await codeOf(remove())).toBe('not_found');
    // redrive and replay go by *index*, as a delivery that comes again does
    await index();
    expect(await read()).toEqual([undefined, 'two']);
    expect(await settle()).toEqual({ purged: 0, failed: 0 });
  });

  it('hides what the store could not hide when it was deleted', async () => {
    const { ready, remove, settle, later, read, state } = start();
    await ready;
    state.storeIsAway = true;
    expect(await remove()).toMatchObject({ code: 202, status: 'pending' });
    expect(await read()).toEqual(['one', 'two']);
    later(60_000);
    expect(await settle()).toEqual({ purged: 0, failed: 1 });
    state.storeIsAway = false;
    expect(await settle()).toEqual({ purged: 0, failed: 0 });
    expect(await read()).toEqual([undefined, 'two']);
  });

  it('shows what the store could not show when it was restored', async () => {
    const { ready, remove, restore, settle, later, read, state } = start();
    await ready;
    await remove();
    state.storeIsAway = true;
    expect(await restore()).toMatchObject({ code: 202, status: 'pending' });
    state.storeIsAway = false;
    later(60_000);
    await settle();
    expect(await read()).toEqual(['one', 'two']);
    later(30 * DAY);
    expect(await settle()).toEqual({ purged: 0, failed: 0 });
    expect(await read()).toEqual(['one', 'two']);
  });

  it('goes on with others where one fails', async () => {
    const { ready, remove, settle, later, records, read, tombstones } = start({ bodies: ['one', 'two', 'three'] });
    await ready;
    for (const { id } of records) await remove(id);
    later(8 * DAY);
    const { find } = tombstones;
    tombstones.find = async (...args: Parameters<typeof find>) => {
      if (args[1] === records[1]?.id) throw new Error('this one fails');
      return find.apply(tombstones, args);
    };
    expect(await settle()).toEqual({ purged: 2, failed: 1 });
    tombstones.find = find;
    expect(await settle()).toEqual({ purged: 1, failed: 0 });
    expect(await read()).toEqual([undefined, undefined, undefined]);
  });
});
