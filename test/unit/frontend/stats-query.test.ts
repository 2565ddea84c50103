import { describe, expect, it } from 'vitest';
import { FIRST_NUMBERS, readNumbers, withNumbers } from '../../../frontend/src/features/logs/stats-query.ts';
import { toSeries } from '../../../frontend/src/features/logs/stats-series.ts';

const numbersOf = (text: string) => {
  const numbers = readNumbers(text)?.numbers;
  if (!numbers) throw new Error(`no numbers in ${text}`);
  return numbers;
};

describe('numbers of a query', () => {
  it('are asked for beside conditions that stay as they were written', () => {
    expect(withNumbers('level:>=warn  timeout', FIRST_NUMBERS)).toBe('level:>=warn  timeout | stats count by service');
    expect(withNumbers('', FIRST_NUMBERS)).toBe('| stats count by service');
  });
  it('are taken away whole', () => {
    expect(withNumbers('a | stats avg(x), count by host, time(5m) | sort count desc', null)).toBe('a');
  });
  it('are read from `top`, which is short for a sorted count', () => {
    const text = 'a | top 3 host';
    expect(withNumbers(text, numbersOf(text))).toBe('a | stats count by host | sort count desc | limit 3');
  });
  it('keep what sorts columns that stay, and drop what sorts others', () => {
    const text = 'a | stats count, p95(ms) by host | sort p95(ms) desc | limit 5';
    const numbers = numbersOf(text);
    expect(withNumbers(text, numbers)).toBe(text);
    expect(withNumbers(text, { ...numbers, measures: [{ fn: 'count', field: null }] })).toBe(
      'a | stats count by host | limit 5',
    );
  });
  it('leave a text that is no query alone', () => {
    expect(withNumbers('service:(', FIRST_NUMBERS)).toBe('service:(');
  });
});

describe('numbers over time', () => {
  const at = (minute: number) => `2026-11-21T08:0${minute}:00.000Z`;
  const time = { name: 'time(1m)', kind: 'time' } as const;
  const whole = { omitted: 0, approximate: false };

  it('are a line for each of the six largest groups, in the order of time', () => {
    const groups = Array.from({ length: 8 }, (_, index) => `g${index}`);
    const course = toSeries({
      ...whole,
      columns: [{ name: 'host', kind: 'group' }, time, { name: 'count', kind: 'measure' }],
      rows: groups.flatMap((group, index) => [
        [group, at(2), index],
        [group, at(1), 1],
      ]),
    });
    expect(course?.series.map(({ name }) => name)).toEqual(['g7', 'g6', 'g5', 'g4', 'g3', 'g2']);
    expect(course?.further).toBe(2);
    expect(course?.series[0]?.points.map(({ value }) => value)).toEqual([1, 7]);
  });
  it('are a line for each number where there are no groups', () => {
    const columns = [time, { name: 'count', kind: 'measure' }, { name: 'p95(ms)', kind: 'measure' }] as const;
    const course = toSeries({ ...whole, columns: [...columns], rows: [[at(1), 4, null]] });
    expect(course?.series.map(({ name, points }) => [name, points.length])).toEqual([['count', 1]]);
  });
  it('are not drawn for a table without time', () => {
    expect(toSeries({ ...whole, columns: [{ name: 'count', kind: 'measure' }], rows: [[1]] })).toBeNull();
  });
});
