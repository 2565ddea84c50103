import { describe, expect, it } from 'vitest';
import {
  fromMillis,
  parseEpochNano,
  parseIsoNano,
  toIsoNano,
  toMillis,
  type UnixNano,
} from '../../../functions/core/unix-nano.ts';

describe('times in nanoseconds', () => {
  it.each([
    ['2026-11-21T07:40:00.123456789Z', '1795246800123456789'],
    ['2026-11-21T07:40:00Z', '1795246800000000000'],
    ['2026-11-21 07:40:00,5', '1795246800500000000'],
    ['2026-11-21T09:40:00+02:00', '1795246800000000000'],
    ['2026-11-21T09:40:00+0200', '1795246800000000000'],
    ['2026-11-21', '1795219200000000000'],
    ['1970-01-01T00:00:00Z', '0'],
    ['1970-01-01T00:00:00.000000001Z', '1'],
    ['2262-04-11T23:47:16.854775807Z', '9223372036854775807'],
    ['2016-12-31T23:59:60Z', '1483228799999999999'],
  ])('reads %s', (text, nano) => {
    expect(parseIsoNano(text)).toBe(nano);
  });

  it.each([
    '2262-04-11T23:47:16.854775808Z',
    '1969-12-31T23:59:59Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    'yesterday',
    '',
    '1e3',
    '2026-11-21T25:00:00Z',
  ])('refuses %s', (text) => {
    expect(parseIsoNano(text)).toBeUndefined();
  });

  it.each([
    [1_795_246_800, '1795246800000000000'],
    [1_795_246_800.097, '1795246800097000000'],
    [1_795_246_800_123, '1795246800123000000'],
    [1_795_246_800_123_456, '1795246800123456000'],
    ['1795246800123456789', '1795246800123456789'],
    [1795246800123456789n, '1795246800123456789'],
    [0, '0'],
  ])('tells the unit of %s by its size', (value, nano) => {
    expect(parseEpochNano(value)).toBe(nano);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '99999999999999999999', ''])('refuses the number %s', (value) => {
    expect(parseEpochNano(value)).toBeUndefined();
  });

  it('writes nine fraction digits', () => {
    expect(toIsoNano('1795246800123456789' as UnixNano)).toBe('2026-11-21T07:40:00.123456789Z');
    expect(toIsoNano('5' as UnixNano)).toBe('1970-01-01T00:00:00.000000005Z');
  });

  it('goes to milliseconds and back', () => {
    expect(toMillis(fromMillis(1_795_246_800_123))).toBe(1_795_246_800_123);
    expect(toMillis(fromMillis(0))).toBe(0);
  });
});
