import { describe, expect, it } from 'vitest';
import {
  cutMiddle,
  formatAgo,
  formatDuration,
  formatIso,
  formatShare,
  formatTimestamp,
  plural,
} from '../../../frontend/src/lib/format.ts';
import { visibleText } from '../../../frontend/src/lib/visible-text.ts';

describe('formatting', () => {
  it('keeps all nine digits of a time and names its zone', () => {
    expect(formatIso('2026-11-21T07:40:00.123456789Z', 'utc')).toBe('2026-11-21T07:40:00.123456789Z');
    expect(formatIso('2026-11-21T07:40:00.123456789Z', 'local')).toMatch(
      /^2026-11-2\dT\d\d:\d0:00\.123456789[+-]\d\d:\d\d$/,
    );
  });
  it('writes rows with one width, and what is no time as it came', () => {
    expect(formatTimestamp('2026-11-21T07:40:00.120Z', 'utc')).toBe('Nov 21 07:40:00.120');
    expect(formatTimestamp('never', 'utc')).toBe('never');
  });
  it('keeps small shares from becoming nothing', () => {
    expect([0, 0.0004, 0.034, 0.5, 1].map(formatShare)).toEqual(['0 %', '<0.1 %', '3.4 %', '50 %', '100 %']);
  });
  it('says durations in at most two units', () => {
    expect([230, 14_000, 7_500_000, 90_061_000].map(formatDuration)).toEqual(['230 ms', '14 s', '2 h 5 m', '1 d 1 h']);
    expect(formatAgo('2026-11-21T07:00:00Z', Date.parse('2026-11-21T21:30:00Z'))).toBe('14 h ago');
  });
  it('counts in words and cuts ids in the middle', () => {
    expect([plural(1, 'event'), plural(1284, 'event')]).toEqual(['1 event', '1,284 events']);
    expect(cutMiddle('29322339-8963-4a92-a273-0c1d2e3f4a5b', 13)).toBe('293223…3f4a5b');
  });
});

describe('text of logs', () => {
  it('shows what would hide or reorder it, and drops colours of a terminal', () => {
    expect(visibleText('a\u0000b\u202Ec\u200Bd\u001b[31mred\u001b[0m')).toBe('a␀b⟨U+202E⟩c⟨U+200B⟩dred');
  });
  it('leaves tabs, line feeds and every script alone', () => {
    const text = 'one\ttwo\nдва 日本語 🌊 é';
    expect(visibleText(text)).toBe(text);
  });
});
