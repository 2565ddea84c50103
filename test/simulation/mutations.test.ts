import { afterAll, describe, expect, it, vi } from 'vitest';
import { REAL } from './functions.ts';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';

vi.mock('../../functions/core/log.ts', () => ({ log: () => {} }));

const SEEDS = 30;
const EVENTS = 500;

describe('the oracle sees', () => {
  const caught: string[] = [];
  afterAll(() => {
    process.stdout.write(`mutations caught:\n${caught.map((line) => `  ${line}\n`).join('')}`);
  });

  it.each(MUTATIONS)(
    'that $name',
    async ({ name, found, make }) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { violations } = await simulate(seed, { events: EVENTS, useCases: { ...REAL, ...make() } });
        const violation = violations.find((each) => each.startsWith(`${found}:`));
        if (violation === undefined) continue;
        caught.push(`${name}: seed ${seed}: ${violation}`);
        return;
      }
      expect.fail(`${SEEDS} seeds of ${EVENTS} events found nothing ${found}`);
    },
    300_000,
  );
});
