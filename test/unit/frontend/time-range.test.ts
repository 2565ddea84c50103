import { describe, expect, it } from 'vitest';
import { parseRange } from '../../../frontend/src/lib/parse-range.ts';
import { describeRange, resolveRange, shiftRange, zoomOut } from '../../../frontend/src/lib/time-range.ts';

const NOW = Date.parse('2026-11-21T08:30:00.000Z');
const read = (text: string) => parseRange(text, NOW, 'utc');
const iso = (from: string, to: string) => ({ from: `2026-${from}:00.000Z`, to: `2026-${to}:00.000Z` });

describe('the time box', () => {
  it.each([
    ['15m', { from: '-15m', to: 'now' }],
    ['last 2 hours', { from: '-2h', to: 'now' }],
    ['-7d', { from: '-7d', to: 'now' }],
    ['2h ago', { from: '2026-11-21T06:22:30.000Z', to: '2026-11-21T06:37:30.000Z' }],
    ['yesterday 15:00', { from: '2026-11-20T14:52:30.000Z', to: '2026-11-20T15:07:30.000Z' }],
    ['yesterday', iso('11-20T00:00', '11-21T00:00')],
    ['today', iso('11-21T00:00', '11-22T00:00')],
    ['Nov 20 14:00 - 15:00', iso('11-20T14:00', '11-20T15:00')],
    ['Nov 20 2pm to 3:30pm', iso('11-20T14:00', '11-20T15:30')],
    ['nov 19 – nov 20', iso('11-19T00:00', '11-21T00:00')],
    ['2026-11-20 14:00 - 2026-11-20 15:00', iso('11-20T14:00', '11-20T15:00')],
    ['2026-11-20T14:00:00Z - now', { from: '2026-11-20T14:00:00.000Z', to: 'now' }],
    ['2026-11-20T16:00:00+02:00 - 2026-11-20T17:00:00+02:00', iso('11-20T14:00', '11-20T15:00')],
    ['1795183200', { from: '2026-11-20T13:52:30.000Z', to: '2026-11-20T14:07:30.000Z' }],
    ['1795183200000', { from: '2026-11-20T13:52:30.000Z', to: '2026-11-20T14:07:30.000Z' }],
    ['1795183200000000000', { from: '2026-11-20T13:52:30.000Z', to: '2026-11-20T14:07:30.000Z' }],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('takes the last such day when the year is not named', () => {
    expect(read('Dec 24')).toEqual({ from: '2025-12-24T00:00:00.000Z', to: '2025-12-25T00:00:00.000Z' });
  });

  it.each(['', 'soon', '0m', '99:99', 'Feb 30', 'Nov 20 15:00 - 14:00', '1 - 2 - 3', '12'])(
    'says that %j is no time',
    (text) => {
      expect(read(text)).toBeNull();
    },
  );
});

describe('a range', () => {
  it('is turned round when its ends are the wrong way', () => {
    expect(resolveRange({ from: 'now', to: '-15m' }, NOW)).toEqual({ from: NOW - 9e5, to: NOW });
  });
  it('falls back to the last hour when it is broken', () => {
    expect(resolveRange({ from: 'x', to: 'y' }, NOW)).toEqual({ from: NOW - 36e5, to: NOW });
  });
  it('shifts by its own width and widens to twice of it without reaching beyond now', () => {
    const range = { from: NOW - 20, to: NOW - 10 };
    expect(shiftRange(range, -1)).toEqual({ from: NOW - 30, to: NOW - 20 });
    const wide = zoomOut({ from: NOW - 100, to: NOW }, NOW);
    expect(wide).toEqual({ from: NOW - 200, to: NOW });
  });
  it('is described in words when it is relative and by its ends when it is not', () => {
    expect(describeRange({ from: '-24h', to: 'now' }, 'utc', NOW)).toBe('Last 24 h');
    expect(describeRange(iso('11-20T14:00', '11-20T15:00'), 'utc', NOW)).toBe('2026-11-20 14:00 – 15:00');
  });
});
