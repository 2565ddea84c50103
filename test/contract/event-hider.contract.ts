import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventHider, EventStore, Selection } from '../../functions/adapters/event-store/port.ts';
import type { EventId } from '../../functions/core/event-id.ts';
import { ProjectId } from '../../functions/core/project.ts';
import { parse } from '../../functions/search/language/parser.ts';
import { type EventMembers, lineOf, MOMENT, makeEventSpace } from '../support/event-builder.ts';

/** A backing under test. */
export interface HiderUnderTest {
  readonly store: EventStore;
  readonly hider: EventHider;
  /** Makes what was written visible. */
  refresh(): Promise<void>;
  /** Removes an index. */
  remove(index: string): Promise<void>;
}

const never = new AbortController().signal;
const stranger = ProjectId.parse('somebody-else');

/** What every backing promises of events that are hidden, shown again and removed. */
export function eventHiderContract(name: string, start: () => Promise<HiderUnderTest>) {
  describe(`event hider on ${name}`, () => {
    let under: HiderUnderTest;
    const indices = new Set<string>();
    beforeAll(async () => {
      under = await start();
    });
    afterAll(async () => {
      for (const index of indices) await under?.remove(index);
    });

    const MEMBERS: readonly EventMembers[] = [
      { body: 'first one', attributes: { user: 'ann', n: 1 } },
      {
        body: 'second one',
        attributes: { user: 'bob', n: 2, only: 'here' },
        severityNumber: 17,
        severityText: 'ERROR',
      },
      { body: 'third one', attributes: { user: 'bob', n: 3 } },
    ];

    async function given(hidden: readonly number[] = []) {
      const space = makeEventSpace();
      indices.add(space.index);
      const records = MEMBERS.map((members, at) => space.anEvent({ millis: MOMENT + at, ...members }));
      const ids = records.map(({ id }) => id);
      const lines = records.map(lineOf);
      const group = { project: space.project, index: space.index, lines, hidden: new Set(hidden.map((at) => ids[at])) };
      const write = async () => (await under.store.create([group as never], never))[0];
      await write();
      await under.refresh();
      return { ...space, ids: ids as [EventId, EventId, EventId], lines, write };
    }

    /** Every kind of read, as one value. */
    async function readAll(project: ProjectId, ids: readonly EventId[], query = '') {
      const selection: Selection = { filter: parse(query).filter, now: MOMENT };
      const { store } = under;
      const page = await store.page(project, selection, { order: 'asc', limit: 10, count: true });
      const facets = await store.facets(project, selection, [{ group: { by: 'attribute', key: 'user' }, limit: 5 }]);
      const histogram = await store.histogram(project, selection, { intervalMillis: 60_000 });
      const { keys } = await store.keys(project, selection, 100);
      const extent = await store.extent(project, selection);
      const stats = await store.stats(project, selection, {
        measures: [{ fn: 'sum', key: 'n' }],
        groups: [],
        limit: 1,
      });
      const got = await Promise.all(ids.map((id) => store.get(project, id)));
      return {
        bodies: page.events.map(({ record }) => record.body),
        totals: [page.total?.value, facets.total, histogram.total, extent.total],
        users: facets.facets[0]?.values,
        only: keys.find(({ key }) => key === 'only')?.count ?? 0,
        sum: stats.rows[0]?.values[0] ?? null,
        byId: got.map((event) => event?.record.body),
      };
    }

    const ALL = {
      bodies: ['first one', 'second one', 'third one'],
      totals: [3, 3, 3, 3],
      users: [
        { value: 'bob', count: 2 },
        { value: 'ann', count: 1 },
      ],
      only: 1,
      sum: 6,
      byId: ['first one', 'second one', 'third one'],
    };
    const WITHOUT_SECOND = {
      bodies: ['first one', 'third one'],
      totals: [2, 2, 2, 2],
      users: [
        { value: 'ann', count: 1 },
        { value: 'bob', count: 1 },
      ],
      only: 0,
      sum: 4,
      byId: ['first one', undefined, 'third one'],
    };

    it('hides an event from every kind of read at once, and shows it again whole', async () => {
      const { project, ids, lines } = await given();
      expect(await readAll(project, ids)).toEqual(ALL);
      expect(await under.hider.setHidden(project, [ids[1]], true, never)).toEqual(new Set([ids[1]]));
      expect(await readAll(project, ids)).toEqual(WITHOUT_SECOND);
      expect(await under.hider.setHidden(project, [ids[1]], false, never)).toEqual(new Set([ids[1]]));
      expect(await readAll(project, ids)).toEqual(ALL);
      expect((await under.store.get(project, ids[1]))?.line).toBe(lines[1]);
    });

    it.each(['NOT first', 'second OR n:>2', 'id:* -first', '/.*one/', 'level:error OR only:* OR third', 'user:b*'])(
      'keeps it hidden from the query %s',
      async (query) => {
        const { project, ids } = await given();
        await under.hider.setHidden(project, [ids[1]], true, never);
        const found = await readAll(project, ids, query);
        expect(found.bodies).not.toContain('second one');
        expect(found.bodies).toContain('third one');
        expect(found.only).toBe(0);
      },
    );

    it('keeps it hidden when the event is delivered again', async () => {
      const { project, ids, write } = await given();
      await under.hider.setHidden(project, [ids[1]], true, never);
      expect(await write()).toEqual([{ kind: 'exists' }, { kind: 'exists' }, { kind: 'exists' }]);
      await under.refresh();
      expect(await readAll(project, ids)).toEqual(WITHOUT_SECOND);
    });

    it('creates an event hidden where that is asked for', async () => {
      const { project, ids } = await given([1]);
      expect(await readAll(project, ids)).toEqual(WITHOUT_SECOND);
      await under.hider.setHidden(project, [ids[1]], false, never);
      expect(await readAll(project, ids)).toEqual(ALL);
    });

    it('removes an event for good', async () => {
      const { project, ids } = await given();
      await under.hider.setHidden(project, [ids[1]], true, never);
      expect(await under.hider.remove(project, [ids[1]], never)).toEqual(new Set([ids[1]]));
      expect(await under.hider.setHidden(project, [ids[1]], false, never)).toEqual(new Set());
      expect(await readAll(project, ids)).toEqual(WITHOUT_SECOND);
    });

    it('leaves events of other projects alone, and says so as of what is nowhere', async () => {
      const { project, ids, anEvent } = await given();
      expect(await under.hider.setHidden(stranger, ids, true, never)).toEqual(new Set());
      expect(await under.hider.remove(stranger, ids, never)).toEqual(new Set());
      expect(await under.hider.setHidden(project, [anEvent().id], true, never)).toEqual(new Set());
      expect(await readAll(project, ids)).toEqual(ALL);
    });
  });
}
