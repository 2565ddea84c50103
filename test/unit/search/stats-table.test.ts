import { expect, it } from 'vitest';
import { toTable } from '../../../functions/search/stats-table.ts';

const plan: Parameters<typeof toTable>[0] = {
  kind: 'stats',
  request: { groups: [], measures: [], limit: 10 },
  columns: [],
  steps: [],
};

it('tells in a sentence how far a number may be off', () => {
  const stats = {
    rows: [],
    omitted: 0,
    approximations: [
      { reason: 'percentiles are estimated', bound: 0.0019000000000000017 },
      { reason: 'others are left out' },
    ],
  };
  const { approximate, approximation } = toTable(plan, stats);
  expect(approximate).toBe(true);
  expect(approximation?.reason).toBe('percentiles are estimated: at most 0.0019; others are left out');
});
