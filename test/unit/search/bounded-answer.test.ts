import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbPlaces } from '../../../functions/adapters/places/dynamodb.ts';
import { ProjectId } from '../../../functions/core/project.ts';
import { boundedAnswer } from '../../../functions/search/bounded-answer.ts';
import type { ReadCall } from '../../../functions/search/search-logs.ts';
import { callOf } from '../../support/calls.ts';
import { startTables } from '../../support/tables.ts';

const MINE = ProjectId.parse('mine');
const THEIRS = ProjectId.parse('theirs');
const PATIENCE = { momentMillis: 30, waitMillis: 400 };

/** A project with so many places. */
function given(most: number) {
  const held = new Map<ProjectId, number>();
  const seen = { taken: 0, most: 0 };
  const places = {
    take: async (project: ProjectId) => {
      const now = held.get(project) ?? 0;
      if (now >= most) return undefined;
      seen.taken++;
      seen.most = Math.max(seen.most, now + 1);
      held.set(project, now + 1);
      return async () => void held.set(project, (held.get(project) ?? 0) - 1);
    },
  };
  return { places, seen, left: () => [...held.values()].reduce((sum, count) => sum + count, 0) };
}

/** A read that takes so long, and ends at once where it is cancelled. */
function reading() {
  const runs = { begun: 0, cancelled: 0 };
  const answer = async (millis: number, { signal }: ReadCall) => {
    runs.begun++;
    try {
      await sleep(millis, undefined, { signal });
    } catch (error) {
      runs.cancelled++;
      throw error;
    }
    return millis;
  };
  return { runs, answer };
}

describe('a read that is bounded', () => {
  it('takes no place while it is done within a moment', async () => {
    const { places, seen } = given(1);
    const { answer } = reading();
    const read = boundedAnswer(places, answer, { momentMillis: 5_000 });
    expect(await Promise.all(Array.from({ length: 20 }, () => read(1, callOf(MINE))))).toHaveLength(20);
    expect(seen.taken).toBe(0);
  });

  it('that takes longer runs in a place of its project, as many as there are, and gives it back', async () => {
    const { places, seen, left } = given(2);
    const { answer, runs } = reading();
    const read = boundedAnswer(places, answer, { ...PATIENCE, waitMillis: 60_000 });
    const all = await Promise.all(Array.from({ length: 6 }, () => read(80, callOf(MINE))));
    expect(all).toEqual(Array(6).fill(80));
    expect(seen.most).toBe(2);
    expect(runs).toEqual({ begun: 10, cancelled: 4 });
    expect(left()).toBe(0);
  });

  it('is refused with a time to come back where no place comes free, and keeps nobody else from theirs', async () => {
    const { places, left } = given(1);
    const { answer, runs } = reading();
    const read = boundedAnswer(places, answer, PATIENCE);
    const long = read(3_000, callOf(MINE));
    await sleep(60);
    await expect(read(3_000, callOf(MINE))).rejects.toMatchObject({
      code: 'rate_limited',
      headers: { 'retry-after': '5' },
    });
    expect(runs).toEqual({ begun: 2, cancelled: 1 });
    expect(await read(100, callOf(THEIRS))).toBe(100);
    await long;
    expect(left()).toBe(0);
  });

  it('that is heavy is not even begun without a place', async () => {
    const { places, seen, left } = given(1);
    const { answer, runs } = reading();
    const read = boundedAnswer(places, answer, { ...PATIENCE, waitMillis: 60_000, isHeavy: (millis) => millis > 10 });
    const all = [read(11, callOf(MINE)), read(11, callOf(MINE)), read(11, callOf(MINE)), read(1, callOf(MINE))];
    expect(await Promise.all(all)).toEqual([11, 11, 11, 1]);
    expect(seen).toEqual({ taken: 3, most: 1 });
    expect(runs).toEqual({ begun: 4, cancelled: 0 });
    expect(left()).toBe(0);
  });

  it('gives its place back when it fails', async () => {
    const { places, left } = given(1);
    const read = boundedAnswer(
      places,
      async () => {
        await sleep(80);
        throw new Error('broken');
      },
      PATIENCE,
    );
    await expect(read(undefined, callOf(MINE))).rejects.toThrow('broken');
    expect(left()).toBe(0);
  });
});

describe('places in the table of limits', () => {
  let tables: Awaited<ReturnType<typeof startTables>>;
  beforeAll(async () => {
    tables = await startTables('limits');
  });
  afterAll(() => tables.stop());

  it('are as many over all instances as there may be, each project its own, and free again when given back', async () => {
    let now = 1_000_000;
    const instances = [1, 2].map(() => new DynamoDbPlaces(tables.client, 'limits', 3, () => now));
    const takeAll = (project: ProjectId) => Promise.all([0, 1, 0, 1, 0].map((at) => instances[at]?.take(project)));
    const taken = (await takeAll(MINE)).filter((place) => place !== undefined);
    expect(taken).toHaveLength(3);
    expect((await takeAll(THEIRS)).filter((place) => place !== undefined)).toHaveLength(3);
    await taken[0]?.();
    expect((await takeAll(MINE)).filter((place) => place !== undefined)).toHaveLength(1);
    // what nobody gave back ends with its window
    now += 60_000;
    expect((await takeAll(MINE)).filter((place) => place !== undefined)).toHaveLength(3);
  });

  it('let every read through where the table is away', async () => {
    const places = new DynamoDbPlaces(tables.client, 'nowhere', 1);
    expect(await places.take(MINE)).toBeDefined();
    expect(await places.take(MINE)).toBeDefined();
  });
});
