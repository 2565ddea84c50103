import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slotOf } from '../../functions/adapters/event-store/mapping.ts';
import { MemoryEventStore } from '../../functions/adapters/event-store/memory.ts';
import {
  type EventPoints,
  type EventStore,
  type FacetRequest,
  type PageRequest,
  PointExpired,
  type Selection,
  type Stats,
  type StatsRequest,
} from '../../functions/adapters/event-store/port.ts';
import type { LogRecord } from '../../functions/core/log-record.ts';
import type { ProjectId } from '../../functions/core/project.ts';
import type { UnixNano } from '../../functions/core/unix-nano.ts';
import { parse } from '../../functions/search/language/parser.ts';
import { print } from '../../functions/search/language/printer.ts';
import { type EventMembers, lineOf, MOMENT, makeEventSpace } from '../support/event-builder.ts';
import { type Draw, drawEvent, drawFilter, makeDraw, withoutSpans } from '../support/random-queries.ts';

/** A backing under test. */
export interface StoreUnderTest {
  readonly store: EventStore & EventPoints;
  /** Makes what was written visible. */
  refresh(): Promise<void>;
  remove(index: string): Promise<void>;
  /** Ends what was started. */
  stop(): Promise<void>;
}

const never = new AbortController().signal;
const PAGE: PageRequest = { order: 'desc', limit: 1000, count: true };

/** What every event store promises, checked against the evaluator where a query is involved. */
export function eventStoreContract(
  name: string,
  start: () => Promise<StoreUnderTest>,
  { seeds = 2, queriesPerSeed = 150, firstSeed = 1 } = {},
) {
  describe(`event store on ${name}`, () => {
    let under: StoreUnderTest;
    const indices = new Set<string>();

    beforeAll(async () => {
      under = await start();
    });
    afterAll(async () => {
      for (const index of indices) await under?.remove(index);
      await under?.stop();
    });

    async function given(events: readonly EventMembers[]) {
      const space = makeEventSpace();
      indices.add(space.index);
      const records = events.map((members) => space.anEvent(members));
      const write = () =>
        under.store.create([{ project: space.project, index: space.index, lines: records.map(lineOf) }], never);
      const [outcomes = []] = await write();
      await under.refresh();
      return { ...space, records, outcomes, write };
    }
    const select = (query: string): Selection => ({ filter: parse(query).filter, now: MOMENT });
    async function bodies(project: ProjectId, query: string, order: 'asc' | 'desc' = 'asc') {
      const page = await under.store.page(project, select(query), { ...PAGE, order });
      expect(page.total).toEqual({ value: page.events.length, relation: 'eq' });
      return page.events.map(({ record }) => record.body);
    }

    it('creates each event once and says which were there', async () => {
      const { outcomes, write, project } = await given([{ body: 'one' }, { body: 'two' }]);
      expect(outcomes).toEqual([{ kind: 'created' }, { kind: 'created' }]);
      expect(await write()).toEqual([[{ kind: 'exists' }, { kind: 'exists' }]]);
      await under.refresh();
      expect((await bodies(project, '')).length).toBe(2);
    });

    it('refuses a line that is no event and takes those beside it', async () => {
      const space = makeEventSpace();
      indices.add(space.index);
      const lines = [lineOf(space.anEvent()), 'no json', lineOf(space.anEvent())];
      const [outcomes] = await under.store.create([{ project: space.project, index: space.index, lines }], never);
      expect(outcomes?.map(({ kind }) => kind)).toEqual(['created', 'refused', 'created']);
    });

    it('gives lines back byte for byte, by id at once and by search after a refresh', async () => {
      const members = {
        body: 'x',
        attributes: {
          big: 9007199254740993n,
          small: 1e-7,
          text: '\u2028 "\\ \ud800 é e\u0301',
          nested: { a: [null, { b: [] }] },
        },
      };
      const { project, records } = await given([members]);
      const [record] = records as [LogRecord];
      expect((await under.store.get(project, record.id))?.line).toBe(lineOf(record));
      const page = await under.store.page(project, select(''), PAGE);
      expect(page.events.map(({ line }) => line)).toEqual([lineOf(record)]);
    });

    it('reads a point in time as it was, in pages, until it is closed', async () => {
      const { project, index, anEvent } = await given([
        { body: 'one', millis: MOMENT - 1 },
        { body: 'two' },
        { body: 'three' },
      ]);
      const point = await under.store.openPoint(never);
      if (point === undefined) throw new Error('there are events, and no point in time of them');
      await under.store.create(
        [{ project, index, lines: [lineOf(anEvent({ body: 'late', millis: MOMENT - 2 }))] }],
        never,
      );
      await under.refresh();
      const other = makeEventSpace();
      const read = (of: ProjectId, after?: PageRequest['after']) =>
        under.store.page(of, select(''), { order: 'desc', limit: 2, count: true, ...(after && { after }) }, { point });
      const first = await read(project);
      expect(first.total).toEqual({ value: 3, relation: 'eq' });
      const second = await read(project, first.next);
      expect(second.events.map(({ record }) => record.body)).toEqual(['one']);
      expect(second.next).toBeUndefined();
      expect((await read(other.project)).events).toEqual([]);
      expect((await bodies(project, '')).length).toBe(4);
      await under.store.closePoint(point, never);
      await under.store.closePoint(point, never);
      await expect(read(project)).rejects.toBeInstanceOf(PointExpired);
    });

    it('takes a value of 1 MiB and finds the event by its words', async () => {
      const { project, outcomes } = await given([
        { body: `start ${'lorem ipsum '.repeat(87_000)} finish`, attributes: { blob: 'z'.repeat(200_000) } },
      ]);
      expect(outcomes).toEqual([{ kind: 'created' }]);
      expect((await bodies(project, 'finish blob:zzz*')).length).toBe(1);
    });

    it('knows no event of another project, by id, search, count, facet, key, histogram or statistics', async () => {
      const mine = await given([{ body: 'mine', attributes: { only: 'mine' } }]);
      const other = await given([{ body: 'theirs', attributes: { only: 'theirs' }, severityNumber: 17 }]);
      const { project } = mine;
      expect(await under.store.get(project, (other.records[0] as LogRecord).id)).toBeUndefined();
      for (const query of [
        '',
        'theirs',
        'NOT mine',
        'only:theirs OR only:mine',
        `id:${other.records[0]?.id} OR mine`,
        '/theirs|mine/',
      ]) {
        const page = await under.store.page(project, select(query), PAGE);
        expect(page.events.every(({ record }) => record.body === 'mine')).toBe(true);
        expect(page.total?.value).toBe(page.events.length);
      }
      const facets = await under.store.facets(project, select(''), [
        { group: { by: 'attribute', key: 'only' }, limit: 10 },
        { group: { by: 'errorMessage' }, limit: 10 },
      ]);
      expect(facets.facets.map(({ values }) => values)).toEqual([[{ value: 'mine', count: 1 }], []]);
      expect((await under.store.extent(project, select(''))).total).toBe(1);
      expect((await under.store.histogram(project, select('NOT mine'), { intervalMillis: 60_000 })).total).toBe(0);
      const stats = await under.store.stats(project, select(''), {
        groups: [{ by: 'attribute', key: 'only' }],
        measures: [],
        limit: 10,
      });
      expect(stats.rows.map(({ keys }) => keys)).toEqual([['mine']]);
    });

    it('pages in both directions without skipping or repeating equal times, while events arrive', async () => {
      const at = (n: number) => ({
        timeUnixNano: `${BigInt(MOMENT) * 1_000_000n + BigInt(n >> 2)}` as UnixNano,
        body: `e${n}`,
      });
      const { project, records, index, anEvent } = await given(Array.from({ length: 25 }, (_, n) => at(n)));
      for (const order of ['asc', 'desc'] as const) {
        const seen: string[] = [];
        let after: PageRequest['after'];
        for (let arrivals = 5; ; arrivals--) {
          const page = await under.store.page(project, select('e*'), {
            order,
            limit: 4,
            count: false,
            ...(after && { after }),
          });
          seen.push(...page.events.map(({ record }) => record.id));
          after = page.next;
          if (after === undefined) break;
          if (arrivals <= 0) continue;
          // matching ones before and behind all, and among those already shown: none may shift the pages
          const times = ['5', `${MOMENT + 1}000000`, after.time] as UnixNano[];
          const lines = times.map((timeUnixNano) => lineOf(anEvent({ timeUnixNano, body: 'e late' })));
          await under.store.create([{ project, index, lines }], never);
          await under.refresh();
        }
        const known = new Set(records.map(({ id }) => id));
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((id) => known.has(id as LogRecord['id']))).toEqual(
          inOrder(records, order).map(({ id }) => id),
        );
      }
    });

    it('has no next page where a page that was counted holds all', async () => {
      const { project } = await given(Array.from({ length: 4 }, (_, n) => ({ millis: MOMENT + n, body: `e${n}` })));
      for (const query of ['', '/^e/']) {
        const page = (limit: number, skip: number) =>
          under.store.page(project, select(query), { order: 'desc', limit, skip, count: true });
        expect((await page(4, 0)).next).toBeUndefined();
        expect((await page(2, 2)).next).toBeUndefined();
        expect((await page(3, 0)).next).toBeDefined();
      }
    });

    it('finishes what it cannot decide within a budget, says where it stopped, and goes on from there', async () => {
      const { project, records } = await given(
        Array.from({ length: 50 }, (_, n) => ({ millis: MOMENT + n * 1000, body: `e${n}` })),
      );
      const seen: unknown[] = [];
      let after: PageRequest['after'];
      do {
        const page = await under.store.page(
          project,
          select('/^e\\d*[05]$/'),
          { order: 'desc', limit: 3, count: false, ...(after && { after }) },
          { maxCandidates: 7 },
        );
        seen.push(...page.events.map(({ record }) => record.body));
        if (page.partial !== undefined) {
          expect(page.partial.code).toBe('candidate_limit');
          expect(page.partial.searchedFrom).toBe(page.next?.time);
        }
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual([45, 40, 35, 30, 25, 20, 15, 10, 5, 0].map((n) => `e${n}`));
      const all = await under.store.histogram(project, select('/^e/'), { intervalMillis: 10_000 });
      expect(all).toMatchObject({ total: records.length });
      expect(all.partial).toBeUndefined();
    });

    it('gives up a read whose caller is gone', async () => {
      const { project } = await given([{}]);
      const signal = AbortSignal.abort(new Error('gone'));
      await expect(under.store.page(project, select('/x/'), PAGE, { signal })).rejects.toThrow('gone');
      await expect(
        under.store.facets(project, select(''), [{ group: { by: 'level' }, limit: 1 }], { signal }),
      ).rejects.toThrow('gone');
    });

    it('answers with nothing where no index is left, and goes on paging when one is dropped', async () => {
      const first = await given(Array.from({ length: 6 }, (_, n) => ({ millis: MOMENT + n, body: `kept ${n}` })));
      const page = await under.store.page(first.project, select('kept'), { order: 'desc', limit: 2, count: true });
      await under.remove(first.index);
      const rest = await under.store.page(first.project, select('kept'), {
        order: 'desc',
        limit: 2,
        count: false,
        ...(page.next && { after: page.next }),
      });
      expect(rest.partial).toBeUndefined();
      expect(await under.store.extent(makeEventSpace().project, select(''))).toEqual({ total: 0 });
    });

    it('adds no field for new keys and no loss for values of any type by turns', async () => {
      const { project } = await given([
        ...['text', 7, { deep: 1 }, [1, 'a'], true, null].map((mixed, n) => ({ body: `m${n}`, attributes: { mixed } })),
        { body: 'many', attributes: Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`key${n}`, n])) },
      ]);
      expect(await bodies(project, 'mixed:7')).toEqual(['m1']);
      expect(await bodies(project, 'mixed.deep:1')).toEqual(['m2']);
      expect(await bodies(project, 'mixed:a')).toEqual(['m3']);
      expect(await bodies(project, 'key2999:>2998')).toEqual(['many']);
    });

    it('counts facets in the spelling of the newest event, with what is left over', async () => {
      const { project } = await given([
        { millis: MOMENT, attributes: { city: 'köln' } },
        { millis: MOMENT + 1, attributes: { city: 'KÖLN' } },
        { millis: MOMENT + 2, attributes: { city: ['Berlin', 'BERLIN', 'Köln'] } },
        { millis: MOMENT + 3, attributes: { city: 'Bonn' } },
        { millis: MOMENT + 4 },
      ]);
      const group = { by: 'attribute', key: 'city' } as const;
      const found = await under.store.facets(project, select(''), [
        { group, limit: 2 },
        { group, limit: 5, prefix: 'B' },
      ]);
      expect(found.total).toBe(5);
      expect(found.facets[0]).toEqual({
        values: [
          { value: 'Köln', count: 3 },
          { value: 'Berlin', count: 1 },
        ],
        other: 1,
        distinct: { value: 3, relation: 'eq' },
        missing: 1,
        errorBound: 0,
      });
      expect(found.facets[1]?.values).toEqual([
        { value: 'Berlin', count: 1 },
        { value: 'Bonn', count: 1 },
      ]);
    });

    it('computes statistics by value, class and time, and says how exact they are', async () => {
      const lap = (n: number, members: EventMembers = {}) => ({
        millis: MOMENT + n * 60_000,
        attributes: { ms: n, 'plan.name': n % 2 ? 'Pro' : 'free', text: String(n * 2) },
        ...members,
      });
      const { project } = await given([
        ...Array.from({ length: 20 }, (_, n) => lap(n)),
        lap(3, { severityNumber: 18, attributes: { ms: [1, 100], 'plan.name': 'PRO' } }),
        lap(4, { attributes: {} }),
      ]);
      const plan = { by: 'attribute', key: 'plan.name' } as const;
      const measures = [
        { fn: 'count', key: null },
        { fn: 'count', key: 'text' },
        { fn: 'sum', key: 'ms' },
        { fn: 'avg', key: 'ms' },
        { fn: 'min', key: 'text' },
        { fn: 'max', key: 'ms' },
        { fn: 'distinct', key: 'ms' },
      ] as const;
      const byPlan = await under.store.stats(project, select(''), { groups: [plan], measures, limit: 10 });
      expect(byPlan.rows).toEqual([
        { keys: ['Pro'], count: 11, values: [11, 10, 201, 16.75, 2, 100, 11] },
        { keys: ['free'], count: 10, values: [10, 10, 90, 9, 0, 18, 10] },
      ]);
      expect(byPlan.approximations).toBeUndefined();
      const byTime = await under.store.stats(project, select('level:info'), {
        groups: [{ by: 'time', stepMillis: 600_000 }, plan],
        measures: [{ fn: 'max', key: 'ms' }],
        limit: 3,
      });
      expect(byTime.rows.map(({ keys, values }) => [...keys, ...values])).toEqual([
        [MOMENT, 'free', 8],
        [MOMENT, 'Pro', 9],
        [MOMENT + 600_000, 'free', 18],
      ]);
      expect(byTime.omitted).toBe(1);
      const byLevel = await under.store.stats(project, select(''), {
        groups: [{ by: 'level' }],
        measures: [
          { fn: 'p50', key: 'ms' },
          { fn: 'avg', key: 'nothing' },
        ],
        limit: 3,
      });
      expect(byLevel.rows.map(({ keys, count }) => [...keys, count])).toEqual([
        ['INFO', 21],
        ['ERROR', 1],
      ]);
      expect(byLevel.rows[0]?.values[0]).toBeCloseTo(9.5, 0);
      expect(byLevel.rows[0]?.values[1]).toBeNull();
    });

    it('computes statistics of keys that share a column of an event', async () => {
      // both hash to the same column
      const [a, b] = collidingKeys();
      const { project } = await given([{ attributes: { [a]: 1, [b]: 10 } }, { attributes: { [b]: 20 } }]);
      const measures = [
        { fn: 'sum', key: a },
        { fn: 'sum', key: b },
      ] as const;
      expect(
        (await under.store.stats(project, select(''), { groups: [], measures, limit: 1 })).rows[0]?.values,
      ).toEqual([1, 30]);
    });

    for (const seed of Array.from({ length: seeds }, (_, n) => firstSeed + n)) {
      it(`agrees with the evaluator on ${queriesPerSeed} drawn queries (seed ${seed})`, {
        timeout: 120_000,
      }, async () => {
        const draw = makeDraw(seed);
        const { project, index, records } = await given(Array.from({ length: 120 }, () => drawEvent(draw)));
        const memory = new MemoryEventStore();
        await memory.create([{ project, index, lines: records.map(lineOf) }]);
        const byId = new Map(records.map((record) => [record.id, record]));
        let telling = 0;
        const compare = async (query: DrawnQuery, n: number) => {
          const { text, selection, order, numbers } = query;
          const ask = async (store: EventStore) => {
            const page = await store.page(project, selection, { order, limit: 1000, count: true });
            return { total: page.total, ids: page.events.map(({ record }) => record.id) };
          };
          const [actual, expected] = [await ask(under.store), await ask(memory)];
          if (expected.ids.length > 0 && expected.ids.length < records.length) telling++;
          const differing = [...new Set([...actual.ids, ...expected.ids])]
            .filter((id) => actual.ids.includes(id) !== expected.ids.includes(id))
            .map((id) => lineOf(byId.get(id) as LogRecord));
          expect({ ...actual, differing }, `seed ${seed}, query ${n}: ${text}`).toEqual({ ...expected, differing: [] });
          if (numbers === undefined) return;
          for (const read of readsOfNumbers(project, selection, numbers))
            expect(await read(under.store), `seed ${seed}, query ${n}: ${text}`).toEqual(await read(memory));
        };
        const queries = Array.from({ length: queriesPerSeed }, (_, n) => drawQuery(draw, n % 5 === 0));
        for (let n = 0; n < queries.length; n += AT_ONCE)
          await Promise.all(queries.slice(n, n + AT_ONCE).map((query, at) => compare(query, n + at)));
        expect(telling / queriesPerSeed).toBeGreaterThan(0.4); // queries that keep all or nothing tell little
      });
    }
  });
}

/** Queries asked at once: a real engine is waited for more than it works. */
const AT_ONCE = 4;

interface DrawnQuery {
  readonly text: string;
  readonly selection: Selection;
  readonly order: 'asc' | 'desc';
  /** What else is asked of it. */
  readonly numbers?: { readonly facets: readonly FacetRequest[]; readonly stats: StatsRequest };
}

function drawQuery(draw: Draw, withNumbers: boolean): DrawnQuery {
  const drawn = drawFilter(draw);
  const text = print({ filter: drawn, pipes: [] });
  const { filter } = parse(text);
  expect(withoutSpans(filter), text).toEqual(withoutSpans(drawn));
  const selection: Selection = {
    filter,
    now: MOMENT,
    ...(draw.chance(0.2) && { from: `${MOMENT - 7_200_000}000000` as UnixNano }),
    ...(draw.chance(0.2) && { to: `${MOMENT + 3_600_000}000000` as UnixNano }),
  };
  const order = draw.pick(['asc', 'desc'] as const);
  if (!withNumbers) return { text, selection, order };
  const facets: readonly FacetRequest[] = [
    { group: { by: 'attribute', key: draw.pick(['code', 'user', 'service.name', 'tags', 'user.id']) }, limit: 4 },
    { group: { by: 'level' }, limit: 3 },
    { group: { by: 'errorMessage' }, limit: 3 },
  ];
  const stats: StatsRequest = {
    groups: [
      { by: 'attribute', key: draw.pick(['code', 'user']) },
      ...(draw.chance(0.5) ? [{ by: 'time', stepMillis: 3_600_000 } as const] : []),
    ],
    measures: [
      { fn: 'sum', key: 'code' },
      { fn: 'distinct', key: 'user' },
    ],
    limit: 5,
  };
  return { text, selection, order, numbers: { facets, stats } };
}

const readsOfNumbers = (
  project: ProjectId,
  selection: Selection,
  { facets, stats }: NonNullable<DrawnQuery['numbers']>,
): readonly ((store: EventStore) => Promise<unknown>)[] => [
  (store) => store.facets(project, selection, facets),
  async (store) => rounded(await store.stats(project, selection, stats)),
  (store) => store.histogram(project, selection, { intervalMillis: 1_800_000, by: 'level' }),
  (store) => store.keys(project, selection, 100),
  (store) => store.extent(project, selection),
];

/** Sums in another order differ in their last digits. */
const rounded = (stats: Stats): Stats => ({
  ...stats,
  rows: stats.rows.map((row) => ({ ...row, values: row.values.map((value) => value && Number(value.toPrecision(9))) })),
});

function collidingKeys(): [string, string] {
  const first = 'key0';
  for (let n = 1; ; n++) if (slotOf(`key${n}`) === slotOf(first)) return [first, `key${n}`];
}

const inOrder = (records: readonly LogRecord[], order: 'asc' | 'desc') =>
  records.toSorted(
    (a, b) =>
      (order === 'asc' ? 1 : -1) * (Number(BigInt(a.timeUnixNano) - BigInt(b.timeUnixNano)) || (a.id < b.id ? -1 : 1)),
  );
