import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../../functions/core/project.ts';
import { SearchInput } from '../../functions/search/api.ts';
import { makeSearchLogs } from '../../functions/search/search-logs.ts';
import { callOf } from '../support/calls.ts';
import { lineOf, MOMENT, makeEventSpace } from '../support/event-builder.ts';
import type { StoreUnderTest } from './event-store.contract.ts';

const never = new AbortController().signal;
/** What a hostile search may end as; anything else is a bug that it found. */
const CIVIL = ['answered', 'partial', 'query_limit', 'rate_limited', 'unavailable'];

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] as number;
const p95 = (times: readonly number[]): number => quantile(times, 0.95);
const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Searches of the other project, one behind the other, that a p95 is taken of. */
const SEARCHES = 200;

/**
 * Fifty hostile searches of one project while another one searches, in rounds. Each round first measures the other's searches alone, then
 * beside the hostile ones, and compares the two, so that what slows the machine for longer slows both; the median of the rounds decides,
 * so that what slows it for a moment does not. A first round only warms the store. The process that asks the hostile searches then
 * yields the processor to the store and to the other's searches: functions run on machines of their own.
 * @param count events of each project
 * @param bound how much longer the other's searches may take at p95; unless given, they need only be answered
 * @param waitMillis how long a hostile search waits for its turn
 */
export function hostileQueriesContract(
  name: string,
  start: () => Promise<StoreUnderTest & { readonly url: string }>,
  {
    count,
    waitMillis,
    bound,
  }: {
    readonly count: number;
    readonly waitMillis: number;
    readonly bound?: { readonly ratio: number; readonly rounds: number };
  },
) {
  describe(`50 hostile searches at once, on ${name}`, () => {
    let under: StoreUnderTest & { readonly url: string };
    const spaces = [makeEventSpace(), makeEventSpace()] as const;
    const [hostile, victim] = spaces.map(({ project }) => project) as [ProjectId, ProjectId];

    beforeAll(async () => {
      under = await start();
      for (const { project, index, anEvent } of spaces) {
        for (let from = 0; from < count; from += 2_000) {
          const lines = Array.from({ length: 2_000 }, (_, at) => {
            const n = from + at;
            const attributes = {
              n,
              user: `u${n % 997}`,
              text: `aa ab ac ${n} ${(n * 7919) % count} ${'a'.repeat(40)}`,
            };
            return lineOf(anEvent({ millis: MOMENT - n * 10, body: `request ${n} took ${n % 700} ms`, attributes }));
          });
          await under.store.create([{ project, index, lines }], never);
        }
      }
      await under.refresh();
    }, 180_000);
    afterAll(async () => {
      for (const { index } of spaces) await under?.remove(index);
      await under?.stop();
    });

    it('end civilly, and keep another project from its answers hardly longer than usual', async () => {
      const search = makeSearchLogs({ events: under.store, now: () => MOMENT + 1 });
      const time = async () => {
        const startedAt = performance.now();
        const answer = await search(SearchInput.parse({ query: 'took 50', limit: 50 }), callOf(victim));
        expect(answer.partial).toBe(false);
        expect(answer.logs.length).toBeGreaterThan(5);
        return performance.now() - startedAt;
      };
      const timesWhile = async (isGoingOn: (count: number) => boolean): Promise<number[]> => {
        const times: number[] = [];
        while (isGoingOn(times.length)) times.push(await time());
        return times;
      };
      const round = async () => {
        const alone = p95(await timesWhile((count) => count < SEARCHES));
        const work = runHostile(under.url, hostile, waitMillis, bound !== undefined);
        let isOver = false;
        void work.finally(() => (isOver = true)).catch(() => undefined);
        const times = await timesWhile(() => !isOver);
        const outcomes = await work;
        expect(outcomes).toHaveLength(50);
        expect(outcomes.filter((outcome) => !CIVIL.includes(outcome))).toEqual([]);
        expect(times.length).toBeGreaterThan(20);
        const beside = p95(times);
        process.stdout.write(
          `hostile searches on ${name}: p95 ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside (${times.length} answers), ${JSON.stringify(
            Object.groupBy(outcomes, (outcome) => outcome),
            (_key, value) => (Array.isArray(value) ? value.length : value),
          )}\n`,
        );
        return beside / alone;
      };
      await round();
      if (bound === undefined) return;
      const ratios: number[] = [];
      while (ratios.length < bound.rounds) ratios.push(await round());
      expect(median(ratios)).toBeLessThanOrEqual(bound.ratio);
    }, 300_000);
  });
}

async function runHostile(
  url: string,
  project: string,
  waitMillis: number,
  yields: boolean,
): Promise<readonly string[]> {
  const file = fileURLToPath(new URL('../support/hostile.process.ts', import.meta.url));
  const child: ChildProcess = fork(file, [url, project, String(MOMENT + 1), String(waitMillis)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (yields) setPriority(child.pid as number, constants.priority.PRIORITY_LOW);
  const [outcomes] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the hostile process ended with ${code} and no answer`);
    }),
  ])) as [string[]];
  child.kill();
  return outcomes;
}
