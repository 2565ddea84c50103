import { describe, expect, it } from 'vitest';
import {
  EventId,
  indexOf,
  makeEventId,
  makeStableEventId,
  toDay,
  toIndexName,
} from '../../../functions/core/event-id.ts';

const DAY = toDay(Date.parse('2026-11-21T12:00:00Z'));
const ULID = '01KAJV7X1Q6G3Z8W5R9T2M4N0P';

describe('event ids', () => {
  it('name the index they are in', () => {
    expect(indexOf(makeEventId('30d', DAY, ULID, 7))).toBe('logs-30d-2026.11.21');
    expect(indexOf(makeStableEventId('7d', DAY, ['demo'], 0, 'x'))).toBe('logs-7d-2026.11.21');
    expect(toIndexName('365d', 0)).toBe('logs-365d-1970.01.01');
  });

  it('have 35 characters that a URL takes as they are', () => {
    for (const id of [makeEventId('90d', DAY, ULID, 1_048_575), makeStableEventId('30d', DAY, ['a'], 1, 'b')]) {
      expect(EventId.safeParse(id).success).toBe(true);
      expect(encodeURIComponent(id)).toBe(id);
    }
  });

  it('of one request sort by position', () => {
    const ids = [0, 1, 31, 32, 1000, 1_048_575].map((position) => makeEventId('30d', DAY, ULID, position));
    expect([...ids].sort()).toEqual(ids);
  });

  it('repeat for the same event sent again and differ for other content', () => {
    const make = (event: string) => makeStableEventId('30d', DAY, ['project', 'ingest', 'client-1'], 0, event);
    expect(make('line')).toBe(make('line'));
    expect(make('other')).not.toBe(make('line'));
  });

  it('from a client of one request sort by position too', () => {
    const ids = [0, 1, 40, 5_000].map((position) =>
      makeStableEventId('30d', DAY, ['p', 'd', 'c'], position, `event ${position}`),
    );
    expect([...ids].sort()).toEqual(ids);
  });

  it('keep the parts of a request apart, wherever one ends', () => {
    expect(makeStableEventId('30d', DAY, ['ab', 'c'], 0, '')).not.toBe(
      makeStableEventId('30d', DAY, ['a', 'bc'], 0, ''),
    );
  });

  it.each(['', 'b0m9a', 'e'.repeat(35), 'b0m9a01arz3ndektsv4rrffq69g5fav000!'])('are not %s', (text) => {
    expect(EventId.safeParse(text).success).toBe(false);
  });
});
