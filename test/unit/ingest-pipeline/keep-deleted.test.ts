import { describe, expect, it } from 'vitest';
import { MemoryEventStore } from '../../../functions/adapters/event-store/memory.ts';
import type { EventGroup } from '../../../functions/adapters/event-store/port.ts';
import type { EventId } from '../../../functions/core/event-id.ts';
import { keepDeleted } from '../../../functions/ingest/keep-deleted.ts';
import { lineOf, makeEventSpace } from '../../support/event-builder.ts';

const never = new AbortController().signal;

function start() {
  const { project, index, anEvent } = makeEventSpace();
  const store = new MemoryEventStore();
  const states = new Map<EventId, 'deleted' | 'purged'>();
  const asked: string[] = [];
  let now = 0;
  /** What happens while the store creates. */
  const during: (() => void)[] = [];
  const parts = {
    events: {
      create: async (groups: readonly EventGroup[]) => {
        const outcomes = await store.create(groups);
        for (const happen of during.splice(0)) happen();
        return outcomes;
      },
    },
    hider: store,
    tombstones: {
      listIn: async (...[of, at]: [string, string]) => {
        asked.push(`${of} ${at}`);
        return new Map(states);
      },
    },
    now: () => now,
  };
  const writer = keepDeleted(parts);
  const records = [anEvent({ body: 'one' }), anEvent({ body: 'two' }), anEvent({ body: 'three' })];
  const group = { project, index, lines: records.map(lineOf) };
  return {
    parts,
    states,
    during,
    asked,
    ids: records.map(({ id }) => id) as [EventId, EventId, EventId],
    later: (millis: number) => {
      now += millis;
    },
    create: () => writer.create([group], never),
    group,
    read: async () => Promise.all(records.map(async ({ id }) => (await store.get(project, id))?.record.body)),
    show: (id: EventId) => store.setHidden(project, [id], false),
  };
}

describe('a writer that keeps deleted events out', () => {
  it('creates what is deleted hidden, so that it can be restored', async () => {
    const { states, ids, create, read, show } = start();
    states.set(ids[1], 'deleted');
    expect(await create()).toEqual([[{ kind: 'created' }, { kind: 'created' }, { kind: 'created' }]]);
    expect(await read()).toEqual(['one', undefined, 'three']);
    await show(ids[1]);
    expect(await read()).toEqual(['one', 'two', 'three']);
  });

  it('does not create what was purged, and is done with it', async () => {
    const { states, ids, create, read, show } = start();
    states.set(ids[0], 'purged');
    expect(await create()).toEqual([[{ kind: 'exists' }, { kind: 'created' }, { kind: 'created' }]]);
    await show(ids[0]);
    expect(await read()).toEqual([undefined, 'two', 'three']);
  });

  it('hides what is deleted while it is being created', async () => {
    const { states, during, ids, create, read } = start();
    during.push(() => states.set(ids[2], 'deleted'));
    await create();
    expect(await read()).toEqual(['one', 'two', undefined]);
  });

  it('hides what was deleted since it last looked, within its memory of what was deleted', async () => {
    const { states, ids, create, read } = start();
    await create();
    states.set(ids[0], 'deleted');
    expect(await create()).toEqual([[{ kind: 'exists' }, { kind: 'exists' }, { kind: 'exists' }]]);
    expect(await read()).toEqual([undefined, 'two', 'three']);
  });

  it('removes again what is purged while it is being created', async () => {
    const { states, during, ids, create, read, show } = start();
    during.push(() => states.set(ids[2], 'purged'));
    await create();
    await show(ids[2]);
    expect(await read()).toEqual(['one', 'two', undefined]);
  });

  it('lets events come again while deletions cannot be looked up, and loses none', async () => {
    const { parts, create, read } = start();
    const { listIn } = parts.tombstones;
    parts.tombstones.listIn = async () => {
      throw new Error('the table is away');
    };
    const [outcomes] = await create();
    expect(outcomes).toHaveLength(3);
    expect(outcomes?.every(({ kind }) => kind === 'retry')).toBe(true);
    expect(await read()).toEqual([undefined, undefined, undefined]);
    parts.tombstones.listIn = listIn;
    expect(await create()).toEqual([[{ kind: 'created' }, { kind: 'created' }, { kind: 'created' }]]);
  });

  it('lets events come again where the table goes away while they are created', async () => {
    const { parts, during, create } = start();
    const { listIn } = parts.tombstones;
    during.push(() => {
      parts.tombstones.listIn = async () => {
        throw new Error('the table is away');
      };
    });
    expect((await create())[0]?.map(({ kind }) => kind)).toEqual(['retry', 'retry', 'retry']);
    parts.tombstones.listIn = listIn;
    expect((await create())[0]?.map(({ kind }) => kind)).toEqual(['exists', 'exists', 'exists']);
  });

  it('asks once after each write, and once in five seconds before', async () => {
    const { parts, group, asked, later } = start();
    const writer = keepDeleted(parts);
    await writer.create([group, group], never);
    await writer.create([group], never);
    expect(asked).toHaveLength(3);
    later(5_001);
    await writer.create([group], never);
    expect(asked).toHaveLength(5);
  });
});
