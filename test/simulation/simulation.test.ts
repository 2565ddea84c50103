import { describe, expect, it, vi } from 'vitest';
import { simulate } from './simulate.ts';

vi.mock('../../functions/core/log.ts', () => ({ log: () => {} }));

const FULL = process.env.TRIBUTARY_TEST_FULL !== undefined;
const SEEDS = Number(process.env.SEEDS ?? (FULL ? 500 : 12));
const EVENTS = 2_000;
/** One seed again: `SEED=17`. */
const ONLY = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

describe('the pipeline under faults', () => {
  const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, at) => at + 1) : [ONLY];

  it('goes the same way again with the same seed', async () => {
    expect(await simulate(7, { events: 500 })).toEqual(await simulate(7, { events: 500 }));
  });

  it(`keeps every acknowledged event once, unchanged and in its project (${seeds.length} seeds of ${EVENTS} events)`, async () => {
    let acknowledged = 0;
    for (const seed of seeds) {
      const report = await simulate(seed, { events: EVENTS });
      acknowledged += report.acknowledged;
      expect(report.violations.slice(0, 10), `SEED=${seed} runs it again`).toEqual([]);
    }
    process.stdout.write(
      `simulation: ${seeds.length} seeds, ${acknowledged} events acknowledged, none lost, doubled, foreign or changed\n`,
    );
    expect(acknowledged).toBeGreaterThan((seeds.length * EVENTS) / 2);
  }, 3_600_000);
});
