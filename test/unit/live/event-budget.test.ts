import { describe, expect, it } from 'vitest';
import { EVENTS_PER_SECOND, EventBudget, MOST_EVENTS } from '../../../functions/live/event-budget.ts';

describe('the budget of events for a viewer', () => {
  it.each([
    ['evenly', 250],
    ['in batches of two seconds', 2_000],
    ['in batches of four seconds', 4_000],
  ])('hides nothing of 500 events a second that come %s', (_how, everyMillis) => {
    let now = 0;
    const budget = new EventBudget(() => now);
    for (; now < 60_000; now += everyMillis) {
      const events = everyMillis / 2;
      expect(budget.take('a', events)).toBe(events);
    }
  });

  it('gives a thousand a second of a lasting flood, after a start of five seconds', () => {
    let now = 0;
    const budget = new EventBudget(() => now);
    let sent = 0;
    for (; now < 60_000; now += 250) sent += budget.take('a', 10_000);
    expect(sent).toBe(MOST_EVENTS + (60_000 - 250) * (EVENTS_PER_SECOND / 1_000));
  });

  it('fills up to five seconds and not beyond, for each key alone', () => {
    let now = 0;
    const budget = new EventBudget(() => now);
    expect(budget.take('a', 9_999)).toBe(MOST_EVENTS);
    expect(budget.take('b', 9_999)).toBe(MOST_EVENTS);
    now = 2_000;
    expect(budget.take('a', 9_999)).toBe(2_000);
    now = 3_600_000;
    expect(budget.take('a', 9_999)).toBe(MOST_EVENTS);
  });

  it('is not confused by a clock that goes back', () => {
    let now = 10_000;
    const budget = new EventBudget(() => now);
    budget.take('a', MOST_EVENTS);
    now = 5_000;
    expect(budget.take('a', 1)).toBe(0);
  });
});
